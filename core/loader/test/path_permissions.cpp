// SPDX-License-Identifier: MIT
//
// Rule L1, and the remedy with a pin.
#include "plugin_folder.hpp"

#include "core/loader/path_permissions.hpp"

namespace kith::core::test {

namespace ut = boost::unit_test;

namespace {

Refusal refused(const fs::path &file, const LoaderSettings &with = settings()) {
    const auto outcome = Library::load(file, with);
    BOOST_REQUIRE_MESSAGE(!outcome, file.native() + " was loaded");
    return outcome.error();
}

std::string hash(const fs::path &file) { return sha256(bytes(content(file))); }

void check_pin_line(const Refusal &refusal, const fs::path &file) {
    KITH_CHECK_CONTAINS(refusal.remedy,
                        "\"plugins\": { \"allow\": [\"sha256:" + hash(file) + " " + file.filename().native() + "\"] }");
}

constexpr uid_t nobody = 65534;

} // namespace

BOOST_AUTO_TEST_SUITE(path_permissions)

BOOST_AUTO_TEST_CASE(a_group_writable_file_is_refused) {
    const PluginFolder folder{"good"};
    PluginFolder::mode(folder / "libgood.so", 0664);
    const auto refusal = refused(folder / "libgood.so");
    BOOST_TEST(refusal.rule == "L1");
    BOOST_TEST(refusal.reason == "it is writable for its group (mode 0664)");
    KITH_CHECK_CONTAINS(refusal.remedy, "chmod g-w " + (folder / "libgood.so").native());
    check_pin_line(refusal, folder / "libgood.so");
}

BOOST_AUTO_TEST_CASE(a_world_writable_file_is_refused) {
    const PluginFolder folder{"good"};
    PluginFolder::mode(folder / "libgood.so", 0666);
    const auto refusal = refused(folder / "libgood.so");
    BOOST_TEST(refusal.reason == "it is writable for its group and others (mode 0666)");
    KITH_CHECK_CONTAINS(refusal.remedy, "chmod go-w ");
}

BOOST_AUTO_TEST_CASE(a_group_writable_directory_is_refused) {
    const PluginFolder folder;
    const auto directory = folder.directory("plugins", 0775);
    const auto file = folder.add("good", "plugins/libgood.so");
    const auto refusal = refused(file);
    BOOST_TEST(refusal.rule == "L1");
    BOOST_TEST(refusal.reason == "the directory " + directory.native() + " on its path is writable for its group (mode 0775)");
    KITH_CHECK_CONTAINS(refusal.remedy, "chmod g-w " + directory.native());
    check_pin_line(refusal, file);
}

BOOST_AUTO_TEST_CASE(a_world_writable_parent_directory_is_refused) {
    const PluginFolder folder;
    const auto upper = folder.directory("upper", 0757);
    folder.directory("upper/plugins");
    const auto file = folder.add("good", "upper/plugins/libgood.so");
    const auto refusal = refused(file);
    KITH_CHECK_CONTAINS(refusal.reason, "the directory " + upper.native() + " on its path is writable for others (mode 0757)");
}

BOOST_AUTO_TEST_CASE(a_sticky_parent_directory_is_accepted) {
    const PluginFolder folder;
    const auto upper = folder.directory("sticky", 01777);
    const auto below = folder.add("good", "sticky/libgood.so");
    const auto refusal = refused(below);
    BOOST_TEST(refusal.reason == "its directory " + upper.native() + " is writable for its group and others (mode 1777)");
    folder.directory("sticky/plugins");
    BOOST_TEST(!!Library::load(folder.add("good", "sticky/plugins/libgood.so"), settings()));
}

BOOST_AUTO_TEST_CASE(a_sticky_parent_directory_of_another_user_is_refused, *ut::precondition(as_root)) {
    const PluginFolder folder;
    const auto upper = folder.directory("sticky", 01777);
    folder.directory("sticky/plugins");
    const auto file = folder.add("good", "sticky/plugins/libgood.so");
    BOOST_REQUIRE(::chown(upper.c_str(), nobody, 0) == 0);
    KITH_CHECK_CONTAINS(refused(file).reason, "belongs to uid 65534");
}

BOOST_AUTO_TEST_CASE(a_file_of_another_user_is_refused, *ut::precondition(as_root)) {
    const PluginFolder folder{"good"};
    BOOST_REQUIRE(::chown((folder / "libgood.so").c_str(), nobody, 0) == 0);
    const auto refusal = refused(folder / "libgood.so");
    BOOST_TEST(refusal.rule == "L1");
    BOOST_TEST(refusal.reason == "it belongs to uid 65534, not to root, the user of kith");
    KITH_CHECK_CONTAINS(refusal.remedy, "chown -h root " + (folder / "libgood.so").native());
    check_pin_line(refusal, folder / "libgood.so");
}

BOOST_AUTO_TEST_CASE(a_directory_of_another_user_is_refused, *ut::precondition(as_root)) {
    const PluginFolder folder;
    const auto directory = folder.directory("plugins");
    const auto file = folder.add("good", "plugins/libgood.so");
    BOOST_REQUIRE(::chown(directory.c_str(), nobody, 0) == 0);
    KITH_CHECK_CONTAINS(refused(file).reason, "the directory " + directory.native() + " on its path belongs to uid 65534");
}

BOOST_AUTO_TEST_CASE(the_daemons_own_user_may_own_the_file, *ut::precondition(as_root)) {
    const PluginFolder folder{"good"};
    BOOST_REQUIRE(::chown(folder.path().c_str(), nobody, 0) == 0);
    BOOST_REQUIRE(::chown((folder / "libgood.so").c_str(), nobody, 0) == 0);
    BOOST_TEST(!!PathChecker().open(folder / "libgood.so", nobody));
    const auto other = PathChecker().open(folder / "libgood.so", 1234);
    BOOST_REQUIRE(!other);
    KITH_CHECK_CONTAINS(other.error().reason, "not to root or uid 1234, the user of kith");
}

BOOST_AUTO_TEST_CASE(a_link_to_a_file_outside_the_directory_is_refused) {
    const PluginFolder folder;
    folder.directory("elsewhere");
    folder.directory("plugins");
    const auto target = folder.add("good", "elsewhere/libgood.so");
    const auto link = folder / "plugins/libgood.so";
    for (const fs::path &to : {target, fs::path("../elsewhere/libgood.so")}) {
        fs::create_symlink(to, link);
        const auto refusal = refused(link);
        BOOST_TEST(refusal.rule == "L1");
        BOOST_TEST(refusal.reason == "it is a symbolic link to another directory: " + to.native());
        KITH_CHECK_CONTAINS(refusal.remedy, "put the file itself into " + (folder / "plugins").native());
        check_pin_line(refusal, link);
        fs::remove(link);
    }
}

BOOST_AUTO_TEST_CASE(a_link_within_the_directory_is_accepted) {
    const PluginFolder folder;
    const auto target = folder.add("good", "libgood.so.1.0");
    fs::create_symlink("libgood.so.1.0", folder / "libgood.so.1");
    fs::create_symlink("./libgood.so.1", folder / "libgood.so");
    const auto checked = PathChecker().open(folder / "libgood.so", ::geteuid());
    BOOST_REQUIRE(checked);
    BOOST_TEST(checked->path.native() == target.native());
    fs::create_symlink(target, folder / "libabsolute.so");
    BOOST_TEST(!!Library::load(folder / "libabsolute.so", settings()));
    // The target of the link is checked, too.
    PluginFolder::mode(target, 0664);
    KITH_CHECK_CONTAINS(refused(folder / "libgood.so").reason, "libgood.so.1.0 is writable for its group");
}

BOOST_AUTO_TEST_CASE(one_checker_opens_the_files_of_a_directory_one_after_another) {
    const PluginFolder folder;
    folder.directory("elsewhere");
    folder.directory("plugins");
    folder.add("good", "elsewhere/libgood.so");
    folder.add("good", "plugins/libfirst.so");
    folder.add("good", "plugins/liblast.so");
    const auto writable = folder.add("good", "plugins/libwritable.so");
    PluginFolder::mode(writable, 0666);
    fs::create_symlink("../elsewhere/libgood.so", folder / "plugins/liblink.so");
    PathChecker paths;
    const auto open = [&](const char *name) { return paths.open(folder / "plugins" / name, ::geteuid()); };
    BOOST_TEST(!!open("libfirst.so"));
    BOOST_TEST(!open("liblink.so"));
    BOOST_TEST(!open("libwritable.so"));
    BOOST_TEST(!open("libmissing.so"));
    const auto last = open("liblast.so");
    BOOST_REQUIRE(last);
    BOOST_TEST(last->path.native() == (folder / "plugins/liblast.so").native());
    // A directory that does not pass is not remembered.
    PluginFolder::mode(folder / "elsewhere", 0777);
    BOOST_TEST(!paths.open(folder / "elsewhere/libgood.so", ::geteuid()));
    BOOST_TEST(!paths.open(folder / "elsewhere/libgood.so", ::geteuid()));
    BOOST_TEST(!!open("libfirst.so"));
}

BOOST_AUTO_TEST_CASE(a_link_to_the_directory_itself_is_accepted) {
    const PluginFolder folder;
    folder.directory("real");
    folder.add("good", "real/libgood.so");
    fs::create_directory_symlink("real", folder / "plugins");
    const auto checked = PathChecker().open(folder / "plugins/libgood.so", ::geteuid());
    BOOST_REQUIRE(checked);
    BOOST_TEST(checked->path.native() == (folder / "real/libgood.so").native());
}

BOOST_AUTO_TEST_CASE(a_link_of_another_user_is_refused, *ut::precondition(as_root)) {
    const PluginFolder folder;
    folder.directory("real");
    folder.add("good", "real/libgood.so");
    fs::create_directory_symlink("real", folder / "plugins");
    BOOST_REQUIRE(::lchown((folder / "plugins").c_str(), nobody, 0) == 0);
    KITH_CHECK_CONTAINS(refused(folder / "plugins/libgood.so").reason, "the symbolic link " + (folder / "plugins").native());
}

BOOST_AUTO_TEST_CASE(cyclic_and_dangling_links_are_refused) {
    const PluginFolder folder;
    fs::create_symlink("liba.so", folder / "libb.so");
    fs::create_symlink("libb.so", folder / "liba.so");
    KITH_CHECK_CONTAINS(refused(folder / "liba.so").reason, "contains too many symbolic links");
    fs::create_symlink("libgone.so.1", folder / "libgone.so");
    KITH_CHECK_CONTAINS(refused(folder / "libgone.so").reason, "libgone.so.1 does not exist");
    fs::create_symlink(".", folder / "libhere.so");
    BOOST_TEST(refused(folder / "libhere.so").reason == "it is a symbolic link to a directory");
    BOOST_TEST(refused(folder / "libmissing.so").rule == "L1");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_not_regular_is_refused) {
    const PluginFolder folder;
    folder.directory("libdirectory.so");
    BOOST_TEST(refused(folder / "libdirectory.so").reason == "it is a directory, not a regular file");
    BOOST_REQUIRE(::mkfifo((folder / "libpipe.so").c_str(), 0600) == 0);
    const auto refusal = refused(folder / "libpipe.so");
    BOOST_TEST(refusal.reason == "it is a named pipe, not a regular file");
    BOOST_TEST(!contains(refusal.remedy, "sha256:"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
