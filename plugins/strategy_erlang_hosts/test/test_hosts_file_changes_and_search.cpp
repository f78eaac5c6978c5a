// SPDX-License-Identifier: MIT
//
// The hosts file: changes, mistakes, missing files, and where it is searched.
#include "strategy_fixture.hpp"

using namespace erlang_hosts_test;

BOOST_FIXTURE_TEST_SUITE(hosts_file, StrategyFixture)

BOOST_AUTO_TEST_CASE(added_and_removed_hosts_are_followed) {
    start("'one.example'.\n");
    await({"a@one.example", "b@one.example"});
    here.file(path, both);
    await(everybody, 1s);
    here.file(path, "'two.example'.\n");
    await({"a@two.example"}, 1s);
    BOOST_TEST(left() == (Keys{"a@one.example", "b@one.example"})); // a definite removal
}

BOOST_AUTO_TEST_CASE(a_partly_written_file_changes_nothing) {
    start(both);
    await(everybody);
    here.file(path, "");
    harness.run_for(100ms);
    here.file(path, "'one.ex");
    harness.run_for(100ms);
    here.file(path, both);
    harness.run_for(10s);
    BOOST_TEST(left().empty());
    BOOST_TEST(count(Kind::failed) == 0u);
    BOOST_TEST(keys() == everybody);
}

BOOST_AUTO_TEST_CASE(a_file_without_hosts_gives_an_empty_set) {
    start("% nobody yet\n");
    BOOST_TEST((next().kind == Kind::replace));
    BOOST_TEST(harness.peers().empty());
}

BOOST_AUTO_TEST_CASE(a_syntax_error_is_reported_with_its_position_and_keeps_the_peers) {
    start(both);
    await(everybody);
    here.file(path, "'one.example'.\n'two.example'\n");
    await_failure(KITH_INVALID, "/etc/hosts.erlang:3:1: expected a full stop after two.example, found the end of the file", 2s);
    harness.run_for(1h);
    BOOST_TEST(keys() == everybody);
    BOOST_TEST((harness.observations().back().kind == Kind::failed));
    harness.refresh();
    BOOST_TEST((harness.observations().back().kind == Kind::failed));
    here.file(path, both);
    BOOST_REQUIRE(harness.run_until([&] { return harness.observations().back().kind == Kind::replace; }, 2s));
}

BOOST_AUTO_TEST_CASE(a_missing_file_is_reported_and_read_when_it_appears) {
    BOOST_REQUIRE(harness.start() == KITH_OK);
    const std::string_view text = "there is no file with the hosts; searched for /etc/hosts.erlang; create one with a line "
                                  "such as 'host.example'. for each host; it is read at once";
    await_failure(KITH_NOT_FOUND, text);
    harness.refresh();
    BOOST_TEST(harness.observations().back().text == text);
    here.file(path, both);
    await(everybody, 1s);
    here.remove(path);
    await_failure(KITH_NOT_FOUND, text);
    harness.run_for(1h);
    BOOST_TEST(keys() == everybody);
    here.file(path, "'two.example'.");
    await({"a@two.example"}, 1s);
    BOOST_TEST(left().size() == 2u);
}

BOOST_AUTO_TEST_CASE(an_unreadable_file_is_read_again_later) {
    here.file(path, both, {0600, 0, 0});
    BOOST_REQUIRE(harness.start() == KITH_OK);
    BOOST_TEST((next().kind == Kind::failed));
    BOOST_TEST(harness.observations().back().status == KITH_DENIED);
    BOOST_TEST(harness.observations().back().text.starts_with("the file with the hosts cannot be read: /etc/hosts.erlang"));
    here.file(path, both);
    await(everybody);
}

BOOST_AUTO_TEST_CASE(a_file_over_the_size_limit_is_refused) {
    start(std::string((1 << 20) + 1, ' '));
    await_failure(KITH_LIMIT, "the file with the hosts, /etc/hosts.erlang, is larger than 1048576 bytes");
    here.file(path, both);
    await(everybody, 1s);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(the_file_is_searched_for_in_the_same_places_as_by_erlang) {
    SimNet net;
    auto &here = net.machine("here", {"10.0.0.1"});
    SimulatedEpmd epmd(here, {{"app", 1}});
    here.env("HOME", "/home/me");
    here.file("/home/me/.config/erlang/.hosts.erlang", "here.");
    PluginHarness harness(here, kith_plugin_entry_strategy_erlang_hosts, "erlang_hosts", "{}");
    const auto await = [&](std::size_t peers) {
        BOOST_TEST(harness.run_until([&] { return harness.peers().size() == peers; }, 2s));
    };
    BOOST_REQUIRE(harness.start() == KITH_OK);
    await(1);
    // The first existing file in the search order is used, also if it is created later.
    here.file("/home/me/.hosts.erlang", "");
    await(0);
    here.file(".hosts.erlang", "'here'.");
    await(1);
    here.remove(".hosts.erlang");
    await(0);
    here.remove("/home/me/.hosts.erlang");
    await(1);
    BOOST_TEST(harness.stop());
    BOOST_TEST(harness.violations().empty());
}

BOOST_AUTO_TEST_CASE(the_reason_lists_the_places_searched) {
    SimNet net;
    auto &here = net.machine("here", {});
    here.env("HOME", "/home/me");
    here.env("XDG_CONFIG_HOME", "/xdg");
    PluginHarness harness(here, kith_plugin_entry_strategy_erlang_hosts, "erlang_hosts", "{}");
    BOOST_REQUIRE(harness.start() == KITH_OK);
    BOOST_REQUIRE(harness.await_observation());
    BOOST_TEST(harness.observations()[0].text.starts_with("there is no file with the hosts; searched for .hosts.erlang, "
                                                          "/home/me/.hosts.erlang, /xdg/erlang/.hosts.erlang; "));
}
