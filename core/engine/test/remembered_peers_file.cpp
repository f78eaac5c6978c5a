// SPDX-License-Identifier: MIT
//
// Peers that are remembered over restarts, while the source has an outage, returns, or reports other peers.
#include "remembering_kith.hpp"

#include <kith/testkit/fail_each.hpp>

#include <set>
#include <stdexcept>

using namespace kith::core;
using namespace kith::core::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(remembered_peers_file)

BOOST_AUTO_TEST_CASE(after_a_restart_in_an_outage_remembered_peers_are_connected) {
    RememberingKith kith;
    kith.answer = {"a@x", "b@x", "c@x"};
    kith.start();
    kith.run(3s);
    kith.killed();
    kith.start_in_outage();
    BOOST_TEST(kith.dialled == three, boost::test_tools::per_element());
    BOOST_TEST((kith.class_of("a@x") == PeerClass::held));
    BOOST_TEST(kith.engine->topology("t")->stale());
    BOOST_TEST(kith.engine->topology("t")->linked() == 3u);
    BOOST_TEST(kith.count(KITH_EVENT_PEER_DISCOVERED) == 3u);
    BOOST_TEST(kith.count(KITH_EVENT_TOPOLOGY_READY) == 0u); // the source has not looked
    kith.run(20h);
    BOOST_TEST((kith.class_of("a@x") == PeerClass::held));
    kith.see({"a@x", "b@x", "c@x"});
    BOOST_TEST((kith.class_of("a@x") == PeerClass::wanted));
    BOOST_TEST(!kith.engine->topology("t")->stale());
    BOOST_TEST(kith.count(KITH_EVENT_TOPOLOGY_READY) == 1u);
    BOOST_TEST(!kith.ever_parted());
    kith.stop();
}

BOOST_AUTO_TEST_CASE(a_source_that_returns_with_other_peers_causes_no_disconnect) {
    for (const std::vector<std::string> &then : {std::vector<std::string>{"a@x"}, {"d@x", "e@x"}, {}}) {
        RememberingKith kith;
        kith.answer = {"a@x", "b@x", "c@x"};
        kith.start();
        kith.run(3s);
        kith.killed();
        kith.start_in_outage();
        kith.see(then);
        kith.run(1h);
        BOOST_TEST(!kith.ever_parted());
        BOOST_TEST((kith.class_of("b@x") == PeerClass::none));
        BOOST_TEST(kith.engine->topology("t")->size() == then.size());
        for (const auto &name : then) BOOST_TEST(kith.dialled.contains(name));
        // What is written now is what the source says.
        for (const auto &name : then) BOOST_TEST(kith.file().find(name) != std::string::npos);
        BOOST_TEST(kith.file().find("b@x") == std::string::npos);
        kith.stop();
    }
}

BOOST_AUTO_TEST_CASE(peers_seen_in_this_run_can_be_disconnected) {
    RememberingKith kith;
    kith.answer = {"a@x", "b@x"};
    kith.start();
    kith.run(3s);
    kith.killed();
    kith.start_in_outage();
    kith.see({"a@x", "b@x"});
    kith.see({"a@x"});
    kith.run(1s);
    BOOST_TEST(kith.ever_parted());
    kith.stop();
}

BOOST_AUTO_TEST_CASE(a_clean_stop_writes_at_once) {
    RememberingKith kith;
    kith.answer = {"a@x", "b@x", "c@x"};
    kith.start();
    BOOST_TEST(kith.file() == "none");
    BOOST_TEST((kith.stop() < 100ms));
    const auto known = read_remembered_peers(kith.file());
    BOOST_REQUIRE(known.has_value());
    BOOST_TEST(known->name == "t");
    BOOST_REQUIRE(known->sources.size() == 1u);
    BOOST_TEST(known->sources.front().peers.size() == 3u);
}

BOOST_AUTO_TEST_CASE(nothing_is_stored_by_default) {
    RememberingKith kith;
    kith.config.topologies.front().policy.remember = false;
    kith.answer = {"a@x"};
    kith.start();
    kith.run(10s);
    kith.stop();
    BOOST_TEST(kith.file() == "none");
}

// Restarts during one long outage do not make the peers any younger.
BOOST_AUTO_TEST_CASE(restarts_do_not_renew_the_age_of_unseen_peers) {
    RememberingKith kith;
    kith.answer = {"a@x", "b@x", "c@x"};
    kith.start();
    kith.run(3s);
    kith.killed();
    for (int i = 0; i < 2; ++i) {
        kith.start_in_outage();
        BOOST_TEST(kith.dialled == three, boost::test_tools::per_element());
        kith.run(11h);
        if (i == 0) {
            kith.killed();
        } else {
            kith.stop();
            kith.dialled.clear();
        }
    }
    kith.run(3h);
    kith.log.lines.clear();
    kith.start_in_outage();
    BOOST_TEST(kith.dialled.empty());
    BOOST_TEST(kith.logged("they were last known more than 24 hours ago") == 1u);
    kith.stop();
}

// A day without any change, and then the outage.
BOOST_AUTO_TEST_CASE(the_file_is_written_again_while_the_source_reports) {
    RememberingKith kith;
    kith.answer = {"a@x", "b@x", "c@x"};
    kith.start();
    for (int i = 0; i < 30 * 60; ++i) {
        kith.run(1min);
        kith.engine->refresh();
    }
    kith.killed();
    kith.start_in_outage();
    BOOST_TEST(kith.dialled == three, boost::test_tools::per_element());
    kith.stop();
}

BOOST_AUTO_TEST_CASE(many_changes_cause_few_writes) {
    RememberingKith kith;
    kith.start();
    std::string before = kith.file();
    int writings = 0;
    for (int i = 0; i < 600; ++i) {
        kith.see({"a@x", "b" + std::to_string(i) + "@x"});
        kith.run(100ms);
        if (std::exchange(before, kith.file()) != kith.file()) ++writings;
    }
    BOOST_TEST(writings >= 10);
    BOOST_TEST(writings <= 13); // of 60 s
    kith.stop();
}

BOOST_AUTO_TEST_CASE(a_source_that_reports_before_the_file_is_read_ignores_it) {
    RememberingKith kith;
    kith.answer = {"a@x", "b@x"};
    kith.start();
    kith.run(3s);
    kith.killed();
    kith.answer = {"c@x"};
    kith.start();
    kith.run(3s);
    BOOST_TEST(kith.dialled == RememberingKith::Names{"c@x"}, boost::test_tools::per_element());
    kith.stop();
}

BOOST_AUTO_TEST_CASE(one_of_two_sources_has_reported) {
    RememberingKith kith;
    kith.config.topologies.front().sources.push_back({"other", "puppet", "{}", true});
    Script &other = scripts["topologies.t.other"];
    other.start = [](ScriptedPlugin &p) { return p.replace({"b@x"}); };
    kith.answer = {"a@x"};
    kith.start();
    kith.run(3s);
    kith.killed();
    other.start = [](ScriptedPlugin &) { return KITH_OK; }; // silent
    kith.answer = {};
    kith.start();
    kith.run(10s);
    BOOST_TEST(kith.dialled == RememberingKith::Names{"b@x"}, boost::test_tools::per_element());
    BOOST_TEST((kith.class_of("b@x") == PeerClass::held));
    kith.killed(); // and what the silent one had is still known
    kith.start_in_outage();
    BOOST_TEST(kith.dialled == RememberingKith::Names{"b@x"}, boost::test_tools::per_element());
    kith.stop();
}

// ---- writes that fail ----

BOOST_AUTO_TEST_CASE(a_full_disk_is_logged_once_and_the_write_retried) {
    for (const std::int32_t status : {KITH_IO, KITH_DENIED}) {
        RememberingKith kith;
        kith.answer = {"a@x"};
        kith.machine.fail_path(peers_path, status);
        kith.start();
        kith.log.lines.clear();
        kith.run(10min);
        BOOST_TEST(kith.logged("peers cannot be kept for a restart") == 1u);
        BOOST_TEST(kith.logged(peers_path) == 1u);
        kith.machine.fail_path(peers_path, KITH_OK);
        kith.run(6s);
        BOOST_TEST(kith.logged("peers are kept for a restart again") == 1u);
        BOOST_TEST(read_remembered_peers(kith.file()).has_value());
        kith.stop();
    }
}

BOOST_AUTO_TEST_CASE(without_the_directory_the_topology_still_runs) {
    RememberingKith kith;
    kith.config.state_dir = "/nowhere";
    kith.answer = {"a@x"};
    kith.start();
    kith.run(10s);
    BOOST_TEST(kith.logged("peers cannot be kept for a restart") == 1u);
    BOOST_TEST(kith.dialled == RememberingKith::Names{"a@x"}, boost::test_tools::per_element());
    BOOST_TEST((kith.stop() < 3s));
}

// Whatever call into the world fails, once: the peers are dialled, or the log says why they are not known.
BOOST_AUTO_TEST_CASE(every_service_call_can_fail_around_a_restart) {
    const auto failed = ::kith::testkit::fail_each([](::kith::testkit::SimNet &net) {
        RememberingKith kith(&net);
        kith.answer = {"a@x", "b@x", "c@x"};
        kith.start();
        kith.run(2min);
        if (kith.stop() > 12s) throw std::runtime_error("stop took too long");
        kith.dialled.clear();
        kith.connector().log.clear();
        kith.engine.reset();
        kith.log.lines.clear();
        kith.start_in_outage();
        kith.run(2min);
        if (kith.dialled != three && kith.logged("not used") == 0) throw std::runtime_error("forgotten without a word");
        kith.see({"a@x"});
        kith.run(10s);
        if (kith.ever_parted()) throw std::runtime_error("somebody was parted");
        if (kith.stop() > 12s) throw std::runtime_error("stop took too long");
    });
    BOOST_TEST(failed >= 4u);
}

BOOST_AUTO_TEST_SUITE_END()
