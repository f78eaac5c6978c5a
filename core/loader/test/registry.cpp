// SPDX-License-Identifier: MIT
#include "plugin_folder.hpp"

#include "core/loader/registry.hpp"

#include <tests/sanitizers.hpp>

namespace kith::core::test {

namespace {

// With a sanitizer's runtime in this process, the plugin that is built with that sanitizer can be loaded.
bool is_fit_here([[maybe_unused]] const fs::path &plugin) {
#if KITH_ADDRESS_SANITIZER
    return plugin.filename() == "libsanitized.so";
#else
    return false;
#endif
}

bool any(const Plugin &) { return true; }

} // namespace

BOOST_AUTO_TEST_SUITE(registry)

BOOST_AUTO_TEST_CASE(refused_plugins_do_not_prevent_others_from_loading) {
    const PluginFolder folder{"abi_major", "good", "no_plugin", "two_plugins", "undefined_symbol"};
    folder.write("libtext.so", "no library");
    folder.write("README", "not looked at");
    folder.write("notes.so", "not looked at");
    Registry registry(settings());
    BOOST_TEST(!registry.scan(folder.path()));
    BOOST_TEST(registry.libraries().size() == 2);
    BOOST_REQUIRE(registry.plugins().size() == 3);
    BOOST_TEST(registry.plugins()[0]->id() == "good");
    BOOST_TEST(registry.plugins()[1]->kind() == KITH_KIND_STRATEGY);
    BOOST_TEST(registry.plugins()[2]->kind() == KITH_KIND_CONNECTOR);
    BOOST_REQUIRE(registry.refused().size() == 4);
    const char *const files[] = {"libabi_major.so", "libno_plugin.so", "libtext.so", "libundefined_symbol.so"};
    for (std::size_t i = 0; i < 4; ++i) BOOST_TEST(registry.refused()[i].file == (folder / files[i]).native());
}

BOOST_AUTO_TEST_CASE(every_bad_plugin_is_refused_in_one_scan) {
    std::size_t built = 0, good = 0;
    const PluginFolder folder;
    for (const auto &entry : fs::directory_iterator(KITH_BAD_PLUGINS))
        if (entry.is_regular_file() && !is_fit_here(entry.path())) {
            const std::string name = entry.path().filename();
            folder.add(name.substr(3, name.size() - 6));
            ++built;
        }
    Registry registry(settings());
    BOOST_TEST(!registry.scan(folder.path()));
    for (const auto &library : registry.libraries()) {
        const std::string name = fs::path(library->file()).filename();
        BOOST_TEST((name == "libgood.so" || name == "libtwo_plugins.so" || name == "libnewer_minor_good.so" ||
                    name == "libfailing_create.so"),
                   name << " was loaded");
        ++good;
    }
    BOOST_TEST(good == 4);
    BOOST_TEST(registry.refused().size() == built - good);
}

BOOST_AUTO_TEST_CASE(a_repeated_id_is_refused) {
    const PluginFolder folder{"failing_create", "same_id", "id_of_other_as_alias"};
    Registry registry(settings());
    BOOST_TEST(!registry.scan(folder.path()));
    BOOST_TEST(registry.plugins().size() == 1);
    BOOST_REQUIRE(registry.refused().size() == 2);
    const auto &taken = registry.refused()[0];
    BOOST_TEST(taken.rule == "L5");
    BOOST_TEST(taken.reason == "\"failing_create\" is already used by " + (folder / "libfailing_create.so").native());
    BOOST_TEST(taken.remedy == "keep one of the two files and remove the other");
    BOOST_TEST(registry.refused()[1].reason == taken.reason);
}

BOOST_AUTO_TEST_CASE(the_plugin_of_the_first_directory_is_used) {
    const PluginFolder folder;
    folder.directory("a");
    folder.directory("b");
    folder.add("good", "a/libgood.so");
    folder.add("good", "b/libgood.so");
    Registry registry(settings());
    BOOST_TEST(!registry.scan(folder / "b"));
    BOOST_TEST(!registry.scan(folder / "a"));
    BOOST_REQUIRE(registry.plugins().size() == 1);
    BOOST_TEST(registry.plugins()[0]->library().file() == (folder / "b/libgood.so").native());
    BOOST_TEST(registry.refused()[0].file == (folder / "a/libgood.so").native());
}

BOOST_AUTO_TEST_CASE(plugins_are_found_by_kind_and_by_id_or_alias) {
    const PluginFolder folder{"two_plugins"};
    Registry registry(settings());
    BOOST_TEST(registry.load(folder / "libtwo_plugins.so"));
    const auto summary = [&registry](std::uint32_t kind, std::string_view name) {
        const Plugin *const plugin = registry.find(kind, name);
        return plugin == nullptr ? "none" : std::string(plugin->summary());
    };
    BOOST_TEST(summary(KITH_KIND_STRATEGY, "one").starts_with("Sees nobody"));
    BOOST_TEST(registry.find(KITH_KIND_STRATEGY, "first") == registry.find(KITH_KIND_STRATEGY, "one"));
    BOOST_TEST(summary(KITH_KIND_CONNECTOR, "one") == "Joins nobody.");
    BOOST_TEST(summary(KITH_KIND_CONNECTOR, "first") == "none");
    BOOST_TEST(summary(KITH_KIND_SINK, "one") == "none");
}

BOOST_AUTO_TEST_CASE(an_unneeded_plugin_is_never_opened) {
    const PluginFolder folder{"reading/marks"};
    const auto mark = folder / "mark";
    ::setenv("KITH_TEST_MARK", mark.c_str(), 1);
    Registry registry(settings());
    folder.add("good");
    BOOST_TEST(!registry.scan(folder.path()));
    BOOST_TEST(registry.plugins().size() == 2);
    BOOST_TEST(registry.open([](const Plugin &plugin) { return plugin.id() == "good"; }));
    registry.remove_unwanted([](const Plugin &plugin) { return plugin.id() == "good"; });
    BOOST_TEST(registry.plugins().size() == 1);
    BOOST_TEST(registry.find(KITH_KIND_STRATEGY, "good")->library().is_open());
    BOOST_TEST(registry.find(KITH_KIND_STRATEGY, "marks") == nullptr);
    BOOST_TEST(!fs::exists(mark), "its constructor has run");
    BOOST_TEST(!contains(content("/proc/self/maps"), "memfd:libmarks.so"));

    Registry all(settings());
    BOOST_TEST(!all.scan(folder.path()));
    BOOST_TEST(all.open(any));
    BOOST_TEST(fs::exists(mark), "or the test tests nothing");
    ::unsetenv("KITH_TEST_MARK");
}

BOOST_AUTO_TEST_CASE(loading_in_a_child_process_changes_nothing_in_the_host) {
    const PluginFolder folder{"reading/changes_itself", "two_plugins"};
    Registry registry(settings());
    BOOST_TEST(!registry.scan(folder.path()));
    BOOST_TEST(registry.refused().empty());
    BOOST_TEST(!registry.load_in_child(any));
    BOOST_REQUIRE(registry.refused().size() == 1);
    BOOST_TEST(registry.refused()[0].rule == "L5");
    KITH_CHECK_CONTAINS(registry.refused()[0].reason, "after loading differs from the one in its file");
    BOOST_TEST(registry.plugins().size() == 2);
    BOOST_TEST(!registry.plugins()[0]->library().is_open());
}

BOOST_AUTO_TEST_CASE(a_plugin_that_cannot_be_opened_is_refused_when_it_is_opened) {
    const PluginFolder folder{"good", "reading/changes_itself"};
    Registry registry(settings());
    BOOST_TEST(!registry.scan(folder.path()));
    BOOST_TEST(registry.plugins().size() == 2);
    BOOST_TEST(!registry.open(any));
    BOOST_REQUIRE(registry.refused().size() == 1);
    KITH_CHECK_CONTAINS(registry.refused()[0].file, "libchanges_itself.so");
    BOOST_TEST(registry.refused()[0].rule == "L5");
    BOOST_TEST(registry.plugins().size() == 1);
}

BOOST_AUTO_TEST_CASE(a_plugin_built_by_go_is_opened_with_one_warning) {
    const PluginFolder folder{"reading/go_declared"};
    Registry registry(settings());
    BOOST_TEST(!registry.scan(folder.path()));
    BOOST_TEST(registry.warnings().empty());
    BOOST_TEST(registry.open(any));
    BOOST_TEST(registry.open(any));
    BOOST_REQUIRE(registry.warnings().size() == 1);
    for (const char *part : {"built by Go", "threads", "signal handlers", "SA_ONSTACK", "SIGPIPE", "exec"})
        KITH_CHECK_CONTAINS(registry.warnings()[0], part);
}

BOOST_AUTO_TEST_CASE(a_missing_plugins_directory_is_reported) {
    const PluginFolder folder;
    Registry registry(settings());
    const auto missing = registry.scan(folder / "missing");
    BOOST_REQUIRE(missing);
    BOOST_TEST(missing->file == (folder / "missing").native());
    BOOST_TEST(missing->reason == "the plugins directory does not exist");
    KITH_CHECK_CONTAINS(missing->remedy, "plugins.dir");
    const auto file = registry.scan(folder.write("file", ""));
    BOOST_REQUIRE(file);
    BOOST_TEST(file->reason == "it is a file, not a plugins directory");
    BOOST_TEST(!registry.scan(folder.directory("empty")));
    BOOST_TEST(registry.refused().empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
