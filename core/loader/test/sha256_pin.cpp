// SPDX-License-Identifier: MIT
//
// plugins.allow: a SHA-256 exempts a file from the rules about its path, and the bytes that were hashed are the bytes that are loaded.
#include "plugin_folder.hpp"

namespace kith::core::test {

namespace {

LoaderSettings allowing(std::initializer_list<Pin> pins) {
    LoaderSettings result = settings();
    result.pins = pins;
    return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(sha256_pin)

BOOST_AUTO_TEST_CASE(known_sha256_values_are_computed) {
    BOOST_TEST(sha256({}) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    BOOST_TEST(sha256(bytes("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

BOOST_AUTO_TEST_CASE(a_pin_is_printed_as_in_the_configuration) {
    BOOST_TEST(to_string({"libx.so", "00ff"}) == "sha256:00ff libx.so");
    BOOST_TEST(to_string({"", "00ff"}) == "sha256:00ff");
}

BOOST_AUTO_TEST_CASE(a_pinned_file_is_loaded_despite_its_path_permissions) {
    const PluginFolder folder;
    folder.directory("plugins", 0777);
    const auto file = folder.add("two_plugins", "plugins/libtwo_plugins.so");
    PluginFolder::mode(file, 0666);
    const std::string hash = sha256(bytes(content(file)));
    for (const char *name : {"libtwo_plugins.so", ""}) {
        const auto outcome = Library::load(file, allowing({{"libother.so", std::string(64, '0')}, {name, hash}}));
        BOOST_REQUIRE_MESSAGE(outcome, outcome.error().reason);
        BOOST_TEST((*outcome)->pinned());
        BOOST_TEST((*outcome)->sha256() == hash);
        BOOST_TEST((*outcome)->file() == file.native());
        BOOST_TEST((*outcome)->plugins()[0]->id() == "one");
    }
}

BOOST_AUTO_TEST_CASE(a_pinned_link_to_a_file_outside_the_directory_is_loaded) {
    const PluginFolder folder;
    folder.directory("plugins");
    const auto target = folder.add("good");
    fs::create_symlink(target, folder / "plugins/libgood.so");
    BOOST_TEST(!!Library::load(folder / "plugins/libgood.so", allowing({{"libgood.so", sha256(bytes(content(target)))}})));
}

BOOST_AUTO_TEST_CASE(the_hashed_bytes_are_those_loaded) {
    const PluginFolder folder;
    const auto file = folder.add("good");
    PluginFolder::mode(file, 0666);
    const auto outcome = Library::load(file, allowing({{"libgood.so", sha256(bytes(content(file)))}}));
    BOOST_REQUIRE(outcome);
    std::ofstream(file, std::ios::trunc) << "somebody has cut it short";
    BOOST_TEST((*outcome)->plugins()[0]->summary() == "In good order.");
    BOOST_TEST(!contains(content("/proc/self/maps"), file.native()));
    BOOST_TEST(contains(content("/proc/self/maps"), "memfd:libgood.so"));
}

BOOST_AUTO_TEST_CASE(a_file_with_another_hash_is_refused_even_with_safe_permissions) {
    const PluginFolder folder{"good"};
    const auto outcome = Library::load(folder / "libgood.so", allowing({{"libgood.so", std::string(64, 'a')}}));
    BOOST_REQUIRE(!outcome);
    BOOST_TEST(outcome.error().rule == "L1");
    const std::string hash = sha256(bytes(content(folder / "libgood.so")));
    BOOST_TEST(outcome.error().reason == "its SHA-256 is not the one in plugins.allow; it is " + hash);
    KITH_CHECK_CONTAINS(outcome.error().remedy, "\"plugins\": { \"allow\": [\"sha256:" + hash + " libgood.so\"] }");
}

BOOST_AUTO_TEST_CASE(one_file_name_may_have_several_pins) {
    const PluginFolder folder{"good"};
    const Pin right{"libgood.so", sha256(bytes(content(folder / "libgood.so")))};
    BOOST_TEST(!!Library::load(folder / "libgood.so", allowing({{"libgood.so", std::string(64, 'a')}, right})));
}

BOOST_AUTO_TEST_CASE(two_pinned_files_are_two_libraries) {
    const PluginFolder folder{"good", "two_plugins"};
    const Pin good{"libgood.so", sha256(bytes(content(folder / "libgood.so")))};
    const Pin two{"libtwo_plugins.so", sha256(bytes(content(folder / "libtwo_plugins.so")))};
    const auto first = Library::load(folder / "libgood.so", allowing({good, two}));
    const auto second = Library::load(folder / "libtwo_plugins.so", allowing({good, two}));
    BOOST_REQUIRE((first && second));
    BOOST_TEST((*first)->plugins()[0]->id() == "good");
    BOOST_TEST((*second)->plugins()[0]->id() == "one");
}

BOOST_AUTO_TEST_CASE(a_pinned_file_is_still_checked_for_other_rules) {
    const PluginFolder folder{"second_export"};
    const auto outcome =
        Library::load(folder / "libsecond_export.so",
                      allowing({{"libsecond_export.so", sha256(bytes(content(folder / "libsecond_export.so")))}}));
    BOOST_REQUIRE(!outcome);
    BOOST_TEST(outcome.error().rule == "L2");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
