// SPDX-License-Identifier: MIT
#include "place.hpp"

#include "core/loader/registry.hpp"

namespace kith::core::test {

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
        if (entry.is_regular_file()) {
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

BOOST_AUTO_TEST_CASE(what_nobody_wants_is_closed) {
    const Place place{"failing_create", "good", "two_plugins", "undefined_symbol"};
    Registry registry(offer());
    BOOST_TEST(!registry.scan(place.path()));
    registry.keep([](const Plugin &plugin) { return plugin.kind() == KITH_KIND_CONNECTOR && plugin.id() == "one"; });
    BOOST_REQUIRE(registry.libraries().size() == 1);
    BOOST_TEST(registry.plugins().size() == 2); // one library, taken whole
    BOOST_TEST(registry.find(KITH_KIND_STRATEGY, "good") == nullptr);
    BOOST_TEST(registry.find(KITH_KIND_CONNECTOR, "one")->summary() == "Joins nobody.");
    BOOST_TEST(registry.refused().size() == 1);
    const auto mapped = [&](const char *name) { return contains(content("/proc/self/maps"), (place / name).native()); };
    BOOST_TEST(mapped("libtwo_plugins.so"));
    BOOST_TEST(!mapped("libgood.so"));
    BOOST_TEST(!mapped("libfailing_create.so"));

    registry.keep([](const Plugin &) { return false; });
    BOOST_TEST(registry.plugins().empty());
    BOOST_TEST(mapped("libtwo_plugins.so"), "one of the two says that it starts threads");
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
