// SPDX-License-Identifier: MIT
//
// plugin.changed: once for each change of a file in use, whatever the number of its writes.
#include "scripted_plugin.hpp"

#include <tests/temporary_directory.hpp>

#include <cstdlib>
#include <filesystem>

using namespace kith::core;
using namespace kith::core::test;
using namespace std::chrono_literals;

namespace {

// A plugin of its own, in a directory that the loader accepts.
struct Watched : Kith {
    kith::test::TemporaryDirectory directory;
    std::string file;

    Watched() {
        file = directory / "libtwo_plugins.so";
        std::filesystem::copy_file(KITH_BAD_PLUGINS "/libtwo_plugins.so", file);
        std::filesystem::permissions(file, std::filesystem::perms{0644});
        BOOST_REQUIRE(registry.load(file));
        BOOST_REQUIRE(registry.open([](const Plugin &plugin) { return plugin.id() == "one"; }));
        machine.file(file, "of another size and time than what was loaded");
        start();
        engine->watch_plugins();
    }

    std::size_t changes(std::string_view part) const {
        const auto all = events();
        return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const std::string &event) {
            return event.find("plugin.changed") != std::string::npos && event.find(part) != std::string::npos;
        }));
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(plugin_watch)

BOOST_AUTO_TEST_CASE(a_file_changed_since_the_load_is_published) {
    Watched kith;
    kith.run(1900ms);
    BOOST_TEST(kith.changes("") == 0);
    kith.run(1s);
    BOOST_TEST(kith.changes("takes effect at the next start") == 1);
    kith.run(1h);
    BOOST_TEST(kith.changes("") == 1);
}

BOOST_AUTO_TEST_CASE(many_writes_are_one_event) {
    Watched kith;
    kith.run(5s);
    for (int part = 0; part < 20; ++part) {
        kith.machine.file(kith.file, std::string(static_cast<std::size_t>(part), 'x'));
        kith.run(200ms);
    }
    BOOST_TEST(kith.changes("") == 1);
    kith.run(1500ms);
    BOOST_TEST(kith.changes(kith.file) == 2);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_removed_and_returns) {
    Watched kith;
    kith.run(5s);
    kith.machine.remove(kith.file);
    kith.run(2s);
    BOOST_TEST(kith.changes("was removed; kith goes on with what it has loaded") == 1);
    kith.machine.file(kith.file, "again");
    kith.run(2s);
    BOOST_TEST(kith.changes("was changed") == 2);
    kith.stop();
}

BOOST_AUTO_TEST_SUITE_END()
