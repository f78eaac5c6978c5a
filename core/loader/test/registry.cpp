// SPDX-License-Identifier: MIT
#include "place.hpp"

#include "core/loader/registry.hpp"

namespace kith::core::test {

namespace {

// With the sanitizer's runtime in this process the one that was built with it is as good as any.
bool is_fit_here([[maybe_unused]] const fs::path &plugin) {
#if defined(__SANITIZE_ADDRESS__)
    return plugin.filename() == "libsanitized.so";
#else
    return false;
#endif
}

bool any(const Plugin &) { return true; }

} // namespace

BOOST_AUTO_TEST_SUITE(registry)

BOOST_AUTO_TEST_CASE(bad_ones_do_not_stop_the_good_ones) {
    const Place place{"abi_major", "good", "no_plugin", "two_plugins", "undefined_symbol"};
    place.write("libtext.so", "no library");
    place.write("README", "not looked at");
    place.write("notes.so", "not looked at");
    Registry registry(offer());
    BOOST_TEST(!registry.scan(place.path()));
    BOOST_TEST(registry.libraries().size() == 2);
    BOOST_REQUIRE(registry.plugins().size() == 3);
    BOOST_TEST(registry.plugins()[0]->id() == "good");
    BOOST_TEST(registry.plugins()[1]->kind() == KITH_KIND_STRATEGY);
    BOOST_TEST(registry.plugins()[2]->kind() == KITH_KIND_CONNECTOR);
    BOOST_REQUIRE(registry.refused().size() == 4);
    const char *const files[] = {"libabi_major.so", "libno_plugin.so", "libtext.so", "libundefined_symbol.so"};
    for (std::size_t i = 0; i < 4; ++i) BOOST_TEST(registry.refused()[i].file == (place / files[i]).native());
}

BOOST_AUTO_TEST_CASE(all_of_the_bad_ones_at_once) {
    std::size_t built = 0, good = 0;
    const Place place;
    for (const auto &entry : fs::directory_iterator(KITH_BAD_PLUGINS))
        if (entry.is_regular_file() && !is_fit_here(entry.path())) {
            const std::string name = entry.path().filename();
            place.add(name.substr(3, name.size() - 6));
            ++built;
        }
    Registry registry(offer());
    BOOST_TEST(!registry.scan(place.path()));
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

BOOST_AUTO_TEST_CASE(an_id_is_given_once) {
    const Place place{"failing_create", "taken", "taken_alias"};
    Registry registry(offer());
    BOOST_TEST(!registry.scan(place.path()));
    BOOST_TEST(registry.plugins().size() == 1);
    BOOST_REQUIRE(registry.refused().size() == 2);
    const auto &taken = registry.refused()[0];
    BOOST_TEST(taken.rule == "L5");
    BOOST_TEST(taken.reason == "\"failing_create\" is already taken by " + (place / "libfailing_create.so").native());
    BOOST_TEST(taken.remedy == "keep one of the two files and remove the other");
    BOOST_TEST(registry.refused()[1].reason == taken.reason);
}

BOOST_AUTO_TEST_CASE(of_several_directories_the_first_wins) {
    const Place place;
    place.directory("a");
    place.directory("b");
    place.add("good", "a/libgood.so");
    place.add("good", "b/libgood.so");
    Registry registry(offer());
    BOOST_TEST(!registry.scan(place / "b"));
    BOOST_TEST(!registry.scan(place / "a"));
    BOOST_REQUIRE(registry.plugins().size() == 1);
    BOOST_TEST(registry.plugins()[0]->library().file() == (place / "b/libgood.so").native());
    BOOST_TEST(registry.refused()[0].file == (place / "a/libgood.so").native());
}

BOOST_AUTO_TEST_CASE(found_by_kind_and_name) {
    const Place place{"two_plugins"};
    Registry registry(offer());
    BOOST_TEST(registry.load(place / "libtwo_plugins.so"));
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

BOOST_AUTO_TEST_CASE(what_nobody_wants_is_never_opened) {
    const Place place{"reading/marks"};
    const auto mark = place / "mark";
    ::setenv("KITH_TEST_MARK", mark.c_str(), 1);
    Registry registry(offer());
    place.add("good");
    BOOST_TEST(!registry.scan(place.path()));
    BOOST_TEST(registry.plugins().size() == 2);
    BOOST_TEST(registry.open([](const Plugin &plugin) { return plugin.id() == "good"; }));
    registry.keep([](const Plugin &plugin) { return plugin.id() == "good"; });
    BOOST_TEST(registry.plugins().size() == 1);
    BOOST_TEST(registry.find(KITH_KIND_STRATEGY, "good")->library().is_open());
    BOOST_TEST(registry.find(KITH_KIND_STRATEGY, "marks") == nullptr);
    BOOST_TEST(!fs::exists(mark), "its constructor has run");
    BOOST_TEST(!contains(content("/proc/self/maps"), "memfd:libmarks.so"));

    Registry all(offer());
    BOOST_TEST(!all.scan(place.path()));
    BOOST_TEST(all.open(any));
    BOOST_TEST(fs::exists(mark), "or the test tests nothing");
    ::unsetenv("KITH_TEST_MARK");
}

BOOST_AUTO_TEST_CASE(a_trial_leaves_nothing_behind) {
    const Place place{"reading/changes_itself", "two_plugins"};
    Registry registry(offer());
    BOOST_TEST(!registry.scan(place.path()));
    BOOST_TEST(registry.refused().empty());
    BOOST_TEST(!registry.try_out(any));
    BOOST_REQUIRE(registry.refused().size() == 1);
    BOOST_TEST(registry.refused()[0].rule == "L5");
    KITH_CHECK_CONTAINS(registry.refused()[0].reason, "once it is loaded is not what its file holds");
    BOOST_TEST(registry.plugins().size() == 2);
    BOOST_TEST(!registry.plugins()[0]->library().is_open());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_opened_is_refused_then) {
    const Place place{"good", "reading/changes_itself"};
    Registry registry(offer());
    BOOST_TEST(!registry.scan(place.path()));
    BOOST_TEST(registry.plugins().size() == 2);
    BOOST_TEST(!registry.open(any));
    BOOST_REQUIRE(registry.refused().size() == 1);
    KITH_CHECK_CONTAINS(registry.refused()[0].file, "libchanges_itself.so");
    BOOST_TEST(registry.refused()[0].rule == "L5");
    BOOST_TEST(registry.plugins().size() == 1);
}

BOOST_AUTO_TEST_CASE(go_is_opened_when_it_is_wanted_with_one_warning) {
    const Place place{"reading/go_threads"};
    Registry registry(offer());
    BOOST_TEST(!registry.scan(place.path()));
    BOOST_TEST(registry.warnings().empty());
    BOOST_TEST(registry.open(any));
    BOOST_TEST(registry.open(any));
    BOOST_REQUIRE(registry.warnings().size() == 1);
    for (const char *part : {"built by Go", "threads", "signal handlers", "SA_ONSTACK", "SIGPIPE", "exec"})
        KITH_CHECK_CONTAINS(registry.warnings()[0], part);
}

BOOST_AUTO_TEST_CASE(a_directory_that_is_none) {
    const Place place;
    Registry registry(offer());
    const auto missing = registry.scan(place / "missing");
    BOOST_REQUIRE(missing);
    BOOST_TEST(missing->file == (place / "missing").native());
    BOOST_TEST(missing->reason == "the plugins directory does not exist");
    KITH_CHECK_CONTAINS(missing->remedy, "plugins.dir");
    const auto file = registry.scan(place.write("file", ""));
    BOOST_REQUIRE(file);
    BOOST_TEST(file->reason == "it is a file, not a plugins directory");
    BOOST_TEST(!registry.scan(place.directory("empty")));
    BOOST_TEST(registry.refused().empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
