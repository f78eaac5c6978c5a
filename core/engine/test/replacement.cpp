// SPDX-License-Identifier: MIT
//
// A new version of a plugin's file takes the place of the one in use, or does not, and nothing else notices.
#include "replacing_kith.hpp"

using namespace kith::core;
using namespace kith::core::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(replacement)

BOOST_AUTO_TEST_CASE(of_all_instances_of_a_file_disturbs_nothing) {
    ReplacingKith kith;
    kith.begin();
    const std::uint64_t before = kith.seq();
    BOOST_TEST(kith.replace(kith.newer()).status == KITH_OK);
    kith.run(1s);
    BOOST_REQUIRE(kith.outcome.has_value());
    BOOST_TEST(kith.outcome->failure == "");
    BOOST_TEST(kith.outcome->instances.size() == 3u);
    for (const char *name : {"topologies.t.s", "connectors.c", "sinks.k"}) {
        BOOST_TEST(scripts[name].created == 2, name);
        BOOST_TEST(scripts[name].destroyed == 1, name);
    }
    kith.undisturbed(before);
    BOOST_TEST(kith.version(KITH_KIND_STRATEGY) == "1.1.0");
    const std::string reason = kith.reasons(KITH_EVENT_PLUGIN_REPLACED).at(0);
    BOOST_TEST(contains(reason, "puppets: sink puppet 1.0.0 -> 1.1.0, connector puppet 1.0.0"), reason);
    BOOST_TEST(contains(reason, "instances: sinks.k, connectors.c, topologies.t.s"), reason);

    kith.strategy().now->replace({"a@x", "b@x", "c@x"});
    kith.go_on(1s);
    BOOST_TEST(kith.engine->topology("t")->linked() == 3u); // the new instances do the work
    BOOST_TEST(contains(kith.seen.back() + kith.seen[kith.seen.size() - 2], "c@x"));
    kith.strategy().start = [](ScriptedPlugin &p) { return p.replace({"a@x", "b@x", "c@x"}); };
    BOOST_TEST(kith.replace(kith.newer()).status == KITH_OK); // again
    kith.run(1s);
    BOOST_TEST(kith.outcome->failure == "");
    BOOST_TEST(kith.engine->topology("t")->linked() == 3u);
    kith.stop();
}

BOOST_AUTO_TEST_CASE(waits_until_each_has_looked_and_the_former_ones_go_on) {
    ReplacingKith kith;
    kith.begin();
    kith.strategy().start = [](ScriptedPlugin &) { return KITH_OK; };
    BOOST_TEST(kith.replace(kith.newer()).status == KITH_OK);
    kith.run(5s);
    BOOST_TEST(!kith.outcome.has_value());
    ReplacingKith::oldest(kith.strategy()).replace({"a@x", "b@x", "old@x"});
    kith.run(1ms);
    BOOST_TEST(kith.count(KITH_EVENT_PEER_DISCOVERED) == 3u);
    kith.go_on(1ms);
    kith.strategy().now->replace({"a@x", "b@x", "old@x", "new@x"});
    kith.run(1ms);
    BOOST_REQUIRE(kith.outcome.has_value());
    BOOST_TEST(kith.outcome->failure == "");
    BOOST_TEST(kith.count(KITH_EVENT_PEER_DISCOVERED) == 4u);
    BOOST_TEST(kith.count(KITH_EVENT_PEER_MISSING) == 0u);
    kith.stop();
}

BOOST_AUTO_TEST_CASE(what_the_new_one_does_not_report_is_missing_as_after_any_other_look) {
    ReplacingKith kith;
    kith.begin();
    kith.strategy().start = [](ScriptedPlugin &p) { return p.replace({"a@x"}); };
    kith.replace(kith.newer());
    kith.run(1s);
    BOOST_TEST(kith.outcome->failure == "");
    BOOST_TEST(kith.count(KITH_EVENT_PEER_LOST) == 1u);
    BOOST_TEST((kith.engine->topology("t")->class_of("a@x") == PeerClass::wanted));
    kith.stop();
}

BOOST_AUTO_TEST_CASE(changes_and_leases_are_handed_over) {
    ReplacingKith kith;
    const auto report = [](ScriptedPlugin &p, std::initializer_list<const char *> names) {
        std::vector<kith_peer> peers;
        for (const char *name : names) peers.push_back({text(name), text(name), nullptr, 0, 0, 5'000'000'000});
        BOOST_TEST(p.discovery().update(p.host, peers.data(), static_cast<std::uint32_t>(peers.size()), sizeof(kith_peer),
                                        nullptr, 0, nullptr, 0) == KITH_OK);
        return KITH_OK;
    };
    kith.connector().start = {}; // its links are not what is tested
    kith.strategy().start = [&](ScriptedPlugin &p) { return report(p, {"a@x", "b@x"}); };
    scripts["connectors.c"].start = [&](ScriptedPlugin &p) {
        kith.attach(p);
        return KITH_OK;
    };
    kith.start();
    kith.strategy().start = [&](ScriptedPlugin &p) {
        report(p, {"a@x", "gone@x"});
        const kith_str gone = text("gone@x");
        return p.discovery().update(p.host, nullptr, 0, sizeof(kith_peer), &gone, 1, nullptr, 0);
    };
    kith.run(1s);
    kith.replace(kith.newer());
    kith.run(1s);
    BOOST_TEST(kith.outcome->failure == "");
    BOOST_TEST(kith.count(KITH_EVENT_PEER_DISCOVERED) == 2u); // a and b, once
    BOOST_TEST(kith.count(KITH_EVENT_PEER_MISSING) == 0u);
    for (int i = 0; i < 10; ++i) { // b is renewed by nobody
        kith.run(1s);
        report(*kith.strategy().now, {"a@x"});
    }
    BOOST_TEST((kith.engine->topology("t")->class_of("a@x") == PeerClass::wanted));
    BOOST_TEST((kith.engine->topology("t")->class_of("b@x") != PeerClass::wanted));
    kith.stop();
}

BOOST_AUTO_TEST_CASE(a_connect_under_way_is_begun_again_by_the_new_one) {
    ReplacingKith kith;
    kith.begin();
    std::vector<std::string> asked;
    const auto hang = [&](ScriptedPlugin &, std::uint64_t, const std::string &peer) {
        asked.push_back(peer);
        return KITH_OK;
    };
    kith.connector().connect = hang;
    kith.strategy().now->replace({"a@x", "b@x", "c@x"});
    kith.run(1s);
    BOOST_TEST(asked.size() == 1u);
    kith.strategy().start = [](ScriptedPlugin &p) { return p.replace({"a@x", "b@x", "c@x"}); };
    kith.connector().stop = [](ScriptedPlugin &p) {
        p.connector().done(p.host, 1, KITH_CANCELLED, {}); // of whatever it had
        p.host->stopped(p.host);
    };
    kith.replace(kith.newer());
    kith.run(1s);
    BOOST_TEST(kith.outcome->failure == "");
    BOOST_TEST(asked.size() == 2u);
    BOOST_TEST(kith.count(KITH_EVENT_LINK_DOWN) == 0u);
    BOOST_TEST(kith.count(KITH_EVENT_CONNECTOR_DETACHED) == 0u);
    BOOST_TEST(kith.count(KITH_EVENT_CONNECT_FAILED) == 0u);
    kith.stop();
}

BOOST_AUTO_TEST_CASE(links_that_the_new_connector_does_not_find_are_down) {
    ReplacingKith kith;
    kith.begin();
    kith.dialled.erase("b@x");
    kith.connector().connect = {};
    kith.replace(kith.newer());
    kith.run(1s);
    BOOST_TEST(kith.outcome->failure == "");
    BOOST_TEST(kith.count(KITH_EVENT_LINK_DOWN) == 1u);
    BOOST_TEST(contains(kith.connector().log, "connect ")); // and dialled again
    kith.stop();
}

BOOST_AUTO_TEST_CASE(a_sink_gets_each_event_once_when_it_takes_its_batches) {
    ReplacingKith kith;
    kith.begin();
    kith.seen.clear();
    for (int round = 0; round < 20; ++round) {
        std::vector<std::string> names{"a@x", "b@x"};
        for (int i = 0; i < round; ++i) names.push_back("p" + std::to_string(i) + "@x");
        kith.strategy().start = [names](ScriptedPlugin &p) { return p.replace(names); };
        kith.replace(kith.newer());
        kith.go_on(100ms);
        BOOST_TEST(kith.outcome.has_value());
    }
    std::vector<std::string> published;
    for (const auto &event : kith.engine->bus().kept()) {
        const std::string json(event->json());
        if (event->kind() == KITH_EVENT_PEER_DISCOVERED && contains(json, "\"peer\":\"p")) published.push_back(json);
    }
    std::erase_if(kith.seen, [](const std::string &line) {
        return !contains(line, "peer.discovered") || !contains(line, "\"peer\":\"p");
    });
    BOOST_TEST(published.size() == 19u);
    BOOST_TEST(kith.seen == published, boost::test_tools::per_element());
    kith.stop();
}

BOOST_AUTO_TEST_CASE(a_batch_that_the_former_sink_keeps_comes_again) {
    ReplacingKith kith;
    kith.begin();
    kith.sink_takes = false;
    const std::size_t from = kith.seen.size();
    kith.strategy().now->replace({"a@x", "b@x", "c@x"});
    kith.run(1ms);
    const std::size_t before = kith.seen.size();
    const std::string kept = kith.seen.at(from);
    kith.strategy().start = [](ScriptedPlugin &p) { return p.replace({"a@x", "b@x", "c@x"}); };
    kith.replace(kith.newer());
    kith.run(900ms);
    BOOST_TEST(!kith.outcome.has_value()); // it may still take it
    kith.sink_takes = true;
    kith.run(200ms);
    BOOST_TEST(kith.outcome->failure == "");
    BOOST_REQUIRE(kith.seen.size() > before);
    BOOST_TEST(kith.seen[before] == kept.substr(0, kept.size() - 1) + R"(,"again":true})");
    kith.stop();
}

BOOST_AUTO_TEST_SUITE_END()
