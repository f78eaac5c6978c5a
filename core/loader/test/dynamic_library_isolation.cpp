// SPDX-License-Identifier: MIT
//
// Changes of a file in the plugins directory do not affect the process that loaded it; libraries that would change the process are refused.
#include "plugin_folder.hpp"

#include "core/loader/loadable_check.hpp"

#include <fcntl.h>
#include <sys/wait.h>

#include <sstream>

namespace kith::core::test {

namespace {

std::unique_ptr<Library> open(const fs::path &file) {
    auto library = Library::load(file, settings());
    BOOST_REQUIRE_MESSAGE(library, library.error().reason);
    return std::move(*library);
}

std::int32_t create(const Library &library) {
    kith_host host{};
    host.error = [](const kith_host *, kith_str) {};
    const kith_instance *instance = nullptr;
    return library.plugins()[0]->create(host, &instance);
}

} // namespace

BOOST_AUTO_TEST_SUITE(dynamic_library_isolation)

BOOST_AUTO_TEST_CASE(changes_of_the_file_do_not_affect_the_loaded_library) {
    const PluginFolder folder;
    const auto other = content(PluginFolder::built("two_plugins"));
    const auto each = [&](const char *name, auto &&harm) {
        const auto file = folder.add("failing_create", name);
        const auto library = open(file);
        harm(file);
        BOOST_TEST(create(*library) == KITH_UNSUPPORTED);
        BOOST_TEST(library->plugins()[0]->id() == "failing_create");
    };
    each("libcut.so", [](const fs::path &file) { fs::resize_file(file, 0); });
    each("libcopied.so", [](const fs::path &file) { // cp: the same bytes, through the same inode
        const auto same = content(file);
        std::ofstream(file, std::ios::binary | std::ios::trunc) << same;
    });
    each("libwritten.so", [&](const fs::path &file) {
        std::fstream(file, std::ios::binary | std::ios::in | std::ios::out) << std::string(fs::file_size(file), '\xcc');
    });
    each("libreplaced.so", [&](const fs::path &file) { std::ofstream(file, std::ios::binary | std::ios::trunc) << other; });
    each("libremoved.so", [](const fs::path &file) { fs::remove(file); });
}

BOOST_AUTO_TEST_CASE(a_file_truncated_during_reading_does_not_crash_the_host) {
    const PluginFolder folder;
    const auto file = folder.add("two_plugins");
    const auto whole = content(file);
    const pid_t writer = ::fork();
    if (writer == 0)
        for (;;) {
            const int fd = ::open(file.c_str(), O_WRONLY | O_TRUNC);
            static_cast<void>(!::write(fd, whole.data(), whole.size()));
            ::close(fd);
        }
    Reader reader;
    std::size_t taken = 0;
    for (int round = 0; round < 2000; ++round)
        if (const auto library = Library::read(file, settings(), reader.context)) ++taken;
    ::kill(writer, SIGKILL);
    ::waitpid(writer, nullptr, 0);
    BOOST_TEST_MESSAGE(taken << " of 2000 were whole");
}

// Must precede the next test, which loads that library into this process.
BOOST_AUTO_TEST_CASE(a_missing_library_beside_the_plugin_is_reported) {
    const PluginFolder folder;
    const auto file = folder.add("reading/beside");
    Reader reader;
    const auto refusal = Library::read(file, settings(), reader.context);
    BOOST_REQUIRE(!refusal);
    KITH_CHECK_CONTAINS(refusal.error().reason, "it cannot be loaded: kith_beside.so: cannot open shared object file");
}

BOOST_AUTO_TEST_CASE(a_library_beside_the_plugin_is_found_and_copied) {
    const PluginFolder folder;
    const auto file = folder.add("reading/beside");
    fs::copy_file(fs::path(KITH_BAD_PLUGINS) / "reading/kith_beside.so", folder / "kith_beside.so");
    const auto library = open(file);
    fs::resize_file(folder / "kith_beside.so", 0);
    BOOST_TEST(create(*library) == -42);
    KITH_CHECK_CONTAINS(content("/proc/self/maps"), "memfd:kith_beside.so");
    BOOST_TEST(!contains(content("/proc/self/maps"), folder.path().native()));
}

BOOST_AUTO_TEST_CASE(each_loaded_file_has_its_own_name_in_the_process) {
    const PluginFolder folder;
    const auto first = open(folder.add("two_plugins", "libfirst.so"));
    first->unload();
    const auto second = open(folder.add("failing_create", "libsecond.so")); // with the number of the first
    BOOST_TEST(second->plugins()[0]->id() == "failing_create");
}

BOOST_AUTO_TEST_CASE(a_refused_plugin_makes_no_stack_executable) {
    const PluginFolder folder{"exec_stack", "good"};
    BOOST_TEST(!Library::load(folder / "libexec_stack.so", settings()));
    BOOST_TEST(!!Library::load(folder / "libgood.so", settings()));
    std::istringstream maps(content("/proc/self/maps"));
    for (std::string line; std::getline(maps, line);) BOOST_TEST(!contains(line, " rwx"), line);
}

BOOST_AUTO_TEST_CASE(a_missing_symbol_version_is_reported) {
    // Changes the name of a needed symbol version in the bytes of a library, so that the dynamic linker does not find it.
    const PluginFolder folder;
    auto library = content(PluginFolder::built("reading/marks"));
    const auto at = library.find("GLIBC_2.");
    BOOST_REQUIRE(at != std::string::npos);
    library.replace(at, 8, "GLIBC_9.");
    Reader reader;
    const auto refusal = Library::read(folder.write("libmarks.so", library), settings(), reader.context);
    BOOST_REQUIRE(!refusal);
    KITH_CHECK_CONTAINS(refusal.error().reason, "version `GLIBC_9.");
    KITH_CHECK_CONTAINS(refusal.error().remedy, "built on a newer system");
}

BOOST_AUTO_TEST_CASE(the_directories_of_a_run_path_are_expanded) {
    const auto directories = run_directories("$ORIGIN/../lib:/opt/x::${ORIGIN}:/y/$LIB", "/plugins/libx.so");
    const std::vector<fs::path> expected{"/plugins/../lib", "/opt/x", "/plugins"};
    BOOST_TEST(directories == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
