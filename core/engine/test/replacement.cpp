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
    BOOST_TEST(kith.seen[before] == kept);
    kith.stop();
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(replacement_goes_back)

namespace {

struct Refused : ReplacingKith {
    std::uint64_t before = 0;

    void begin() {
        ReplacingKith::begin();
        before = seq();
    }
    // The former ones go on, undisturbed, and the reason is in the outcome and in an event.
    void went_back(std::string_view why) {
        run(1s);
        BOOST_REQUIRE(outcome.has_value());
        BOOST_TEST(contains(outcome->failure, why), outcome->failure);
        const auto refusals = reasons(KITH_EVENT_PLUGIN_REFUSED);
        BOOST_REQUIRE(refusals.size() == 1u);
        BOOST_TEST(contains(refusals[0], "puppets: the new version is not taken into use, and the former one goes on: "));
        BOOST_TEST(contains(refusals[0], why), refusals[0]);
        for (const auto kind : {KITH_EVENT_PLUGIN_REPLACED, KITH_EVENT_PLUGIN_CRASHED, KITH_EVENT_PLUGIN_FAILED})
            BOOST_TEST(count(kind) == 0u);
        undisturbed(before);
        BOOST_TEST(version(KITH_KIND_STRATEGY) == "1.0.0");
        for (const char *name : {"topologies.t.s", "connectors.c", "sinks.k"}) {
            BOOST_TEST(scripts[name].instances.size() == 1u, name);
            BOOST_TEST(scripts[name].log.find("stop stop") == std::string::npos, name);
        }
        epoch = 1; // of the former connector
        oldest(strategy()).replace({"a@x", "b@x", "c@x"});
        go_on(1s);
        BOOST_TEST(engine->topology("t")->linked() == 3u);
        BOOST_TEST(contains(seen.back() + seen[seen.size() - 2], "c@x"));
        stop();
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(when_create_refuses) {
    Refused kith;
    kith.begin();
    kith.strategy().create = [](const kith_host *host) {
        host->error(host, text("no such option"));
        return KITH_INVALID;
    };
    kith.replace(kith.newer());
    kith.went_back("topologies.t.s: refused");
}

BOOST_AUTO_TEST_CASE(when_start_fails) {
    Refused kith;
    kith.begin();
    kith.connector().start = [](ScriptedPlugin &p) {
        p.host->error(p.host, text("the port is taken"));
        return KITH_EXISTS;
    };
    kith.replace(kith.newer());
    kith.went_back("connectors.c: the port is taken");
}

BOOST_AUTO_TEST_CASE(when_one_crashes) {
    Refused kith;
    kith.begin();
    kith.strategy().start = {};
    kith.replace(kith.newer());
    kith.isolator.crash(Kith::strategy_name);
    kith.went_back("topologies.t.s: killed by signal 11");
}

BOOST_AUTO_TEST_CASE(when_one_fails) {
    Refused kith;
    kith.begin();
    kith.sink().start = [](ScriptedPlugin &p) {
        p.host->failed(p.host, KITH_IO, text("no disk"));
        return KITH_OK;
    };
    kith.replace(kith.newer());
    kith.went_back("sinks.k: no disk");
}

BOOST_AUTO_TEST_CASE(when_a_strategy_stays_mute) {
    Refused kith;
    kith.begin();
    kith.strategy().start = {};
    kith.replace(kith.newer());
    kith.run(9900ms);
    BOOST_TEST(!kith.outcome.has_value());
    kith.went_back("topologies.t.s: it has not looked within 10 s");
}

BOOST_AUTO_TEST_CASE(when_a_strategy_cannot_look) {
    Refused kith;
    kith.begin();
    kith.strategy().start = [](ScriptedPlugin &p) {
        return p.discovery().failed(p.host, KITH_DENIED, text("403 from the source"));
    };
    kith.replace(kith.newer());
    kith.run(10s);
    kith.went_back("topologies.t.s: it has not looked: 403 from the source within 10 s");
}

BOOST_AUTO_TEST_CASE(when_a_connector_does_not_attach) {
    Refused kith;
    kith.begin();
    kith.connector().start = [](ScriptedPlugin &p) {
        return p.connector().detached(p.host, KITH_REFUSED, text("wrong cookie"));
    };
    kith.replace(kith.newer());
    kith.run(10s);
    kith.went_back("connectors.c: it has not attached: wrong cookie");
}

BOOST_AUTO_TEST_CASE(when_a_sink_does_not_subscribe) {
    Refused kith;
    kith.begin();
    kith.sink().start = {};
    kith.replace(kith.newer());
    kith.run(10s);
    kith.went_back("sinks.k: it has not subscribed");
}

BOOST_AUTO_TEST_CASE(when_it_needs_a_right_that_the_former_one_did_not_need) {
    Refused kith;
    kith.begin();
    kith.strategy().start = {};
    kith.replace(kith.newer());
    kith.isolator.instances.at(Kith::strategy_name)
        ->report_refused_right("an isolated plugin may not run programs such as /bin/x");
    kith.went_back("may not run programs");
}

BOOST_AUTO_TEST_CASE(when_it_reports_an_empty_set_that_it_cannot_have_seen) {
    Refused kith;
    kith.begin();
    kith.strategy().start = [](ScriptedPlugin &p) { return p.read_file("/forbidden"); };
    kith.strategy().file = [](ScriptedPlugin &p, std::int32_t) { p.replace({}); };
    kith.machine.fail_path("/forbidden", KITH_DENIED);
    kith.replace(kith.newer());
    kith.went_back("it reported an empty set that it cannot have seen");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(replacement_is_taken_back)

BOOST_AUTO_TEST_CASE(when_an_instance_crashes_within_10_s) {
    ReplacingKith kith;
    kith.begin();
    const Config before = kith.config;
    kith.replace(kith.newer(), [](Config &c) { c.topologies[0].sources[0].options = R"({"added":1})"; });
    kith.run(9s);
    BOOST_TEST(kith.outcome->failure == "");
    kith.isolator.crash(Kith::strategy_name);
    kith.run(1s);
    BOOST_TEST(kith.count(KITH_EVENT_PLUGIN_CRASHED) == 1u);
    BOOST_TEST(contains(kith.reasons(KITH_EVENT_PLUGIN_REFUSED).at(0),
                        "puppets: the new version failed within 10 s, and the former one comes back: topologies.t.s: "));
    BOOST_TEST(contains(kith.reasons(KITH_EVENT_PLUGIN_REPLACED).at(1), "puppet 1.1.0 -> 1.0.0"));
    BOOST_TEST(kith.version(KITH_KIND_SINK) == "1.0.0");
    BOOST_REQUIRE(kith.came_back != nullptr);
    BOOST_TEST((*kith.came_back == before));
    BOOST_TEST(kith.isolator.instances.at(Kith::strategy_name)->options().json() == "{}");
    for (const char *name : {"topologies.t.s", "connectors.c", "sinks.k"})
        BOOST_TEST(scripts[name].instances.size() == 1u, name);
    BOOST_TEST(!kith.engine->topology("t")->stale());
    BOOST_TEST(kith.engine->topology("t")->linked() == 2u);
    BOOST_TEST(kith.count(KITH_EVENT_LINK_DOWN) == 0u);
    BOOST_TEST(kith.count(KITH_EVENT_PEER_LOST) == 0u);
    kith.stop();
}

BOOST_AUTO_TEST_CASE(not_after_10_s) {
    ReplacingKith kith;
    kith.begin();
    kith.replace(kith.newer());
    kith.run(10s + 1ms);
    kith.isolator.crash(Kith::strategy_name);
    kith.run(10s);
    BOOST_TEST(kith.count(KITH_EVENT_PLUGIN_REFUSED) == 0u);
    BOOST_TEST(kith.version(KITH_KIND_STRATEGY) == "1.1.0");
    BOOST_TEST(kith.came_back == nullptr);
    kith.stop();
}

BOOST_AUTO_TEST_CASE(unless_the_former_one_does_not_work_either) {
    ReplacingKith kith;
    kith.begin();
    kith.replace(kith.newer());
    kith.run(1s);
    kith.strategy().start = {};
    kith.isolator.crash(Kith::strategy_name);
    kith.run(12s);
    BOOST_TEST(contains(kith.reasons(KITH_EVENT_PLUGIN_REFUSED).at(1),
                        "the former version does not come back, and the new one goes on: "));
    BOOST_TEST(kith.version(KITH_KIND_STRATEGY) == "1.1.0");
    BOOST_TEST(kith.came_back == nullptr);
    kith.stop();
}

BOOST_AUTO_TEST_CASE(a_reload_in_these_10_s_ends_the_trial) {
    ReplacingKith kith;
    kith.begin();
    kith.replace(kith.newer());
    kith.run(1s);
    BOOST_TEST(kith.reload([](Config &c) { c.topologies[0].policy.min_peers = 2; }));
    kith.isolator.crash(Kith::strategy_name);
    kith.run(1s);
    BOOST_TEST(kith.count(KITH_EVENT_PLUGIN_REFUSED) == 0u);
    kith.stop();
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(replacement_and_state)

BOOST_AUTO_TEST_CASE(there_is_one_writer) {
    ReplacingKith kith;
    kith.begin();
    kith.machine.state(Kith::strategy_name, "before");
    const auto save = [](ScriptedPlugin &p, std::string_view bytes) {
        std::uint64_t op = 0;
        return p.table<kith_state_host>(KITH_STATE)->save(p.host, bytes.data(), bytes.size(), 0, &op);
    };
    ScriptedPlugin &former = ReplacingKith::oldest(kith.strategy());
    kith.strategy().start = [&](ScriptedPlugin &p) { return save(p, "of the new one"); };
    kith.replace(kith.newer());
    BOOST_TEST(save(former, "of the former one") == KITH_OK);
    kith.run(500ms);
    BOOST_TEST(kith.machine.state(Kith::strategy_name).value() == "before"); // both wait
    kith.strategy().stop = [&](ScriptedPlugin &p) {
        BOOST_TEST(save(p, "at its end") == KITH_CANCELLED);
        p.host->stopped(p.host);
    };
    kith.strategy().now->replace({"a@x", "b@x"});
    kith.run(1s);
    BOOST_TEST(kith.outcome->failure == "");
    BOOST_TEST(kith.machine.state(Kith::strategy_name).value() == "of the new one");
    kith.strategy().stop = [](ScriptedPlugin &p) { p.host->stopped(p.host); };
    BOOST_TEST(save(*kith.strategy().now, "later") == KITH_OK);
    kith.run(1s);
    BOOST_TEST(kith.machine.state(Kith::strategy_name).value() == "later");
    kith.stop();
}

BOOST_AUTO_TEST_CASE(what_the_former_one_saved_meanwhile_is_stored_when_it_goes_on) {
    ReplacingKith kith;
    kith.begin();
    const auto save = [](ScriptedPlugin &p, std::string_view bytes) {
        std::uint64_t op = 0;
        return p.table<kith_state_host>(KITH_STATE)->save(p.host, bytes.data(), bytes.size(), 0, &op);
    };
    ScriptedPlugin &former = ReplacingKith::oldest(kith.strategy());
    kith.strategy().start = {};
    kith.connector().start = [](ScriptedPlugin &p) { return p.connector().detached(p.host, KITH_REFUSED, text("no")); };
    kith.replace(kith.newer());
    save(*kith.strategy().now, "of the new one");
    save(former, "of the former one");
    kith.run(11s);
    BOOST_TEST(kith.outcome->failure != "");
    BOOST_TEST(kith.machine.state(Kith::strategy_name).value() == "of the former one");
    kith.stop();
}

BOOST_AUTO_TEST_CASE(one_that_waits_for_its_state_takes_over_after_a_second) {
    ReplacingKith kith;
    kith.begin();
    const std::uint64_t before = kith.seq();
    kith.strategy().start = [](ScriptedPlugin &p) {
        std::uint64_t op = 0;
        return p.table<kith_state_host>(KITH_STATE)->save(p.host, "x", 1, 0, &op);
    };
    kith.replace(kith.newer());
    kith.run(900ms);
    BOOST_TEST(!kith.outcome.has_value());
    kith.run(200ms);
    BOOST_REQUIRE(kith.outcome.has_value());
    BOOST_TEST(kith.outcome->failure == "");
    kith.undisturbed(before);
    BOOST_TEST(kith.machine.state(Kith::strategy_name).value() == "x");
    kith.stop();
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(replacement_and_the_rest)

BOOST_AUTO_TEST_CASE(a_right_that_the_former_one_was_refused_too_is_no_obstacle) {
    ReplacingKith kith;
    kith.begin();
    PluginInstance &former = *kith.isolator.instances.at(Kith::strategy_name);
    former.report_refused_right("the system call socket was refused by its sandbox");
    kith.run(1ms);
    BOOST_TEST(kith.count(KITH_EVENT_SECURITY_WARNING) == 1u);
    kith.strategy().start = {};
    kith.replace(kith.newer());
    kith.isolator.instances.at(Kith::strategy_name)->report_refused_right("the system call socket was refused by its sandbox");
    kith.strategy().now->replace({"a@x", "b@x"});
    kith.run(1s);
    BOOST_TEST(kith.outcome->failure == "");
    BOOST_TEST(kith.count(KITH_EVENT_SECURITY_WARNING) == 1u);
    kith.stop();
}

BOOST_AUTO_TEST_CASE(what_runs_in_the_daemons_process_is_not_replaced) {
    ReplacingKith kith;
    kith.config.sinks[0].isolate = {IsolateSetting::Mode::no};
    kith.begin();
    const Status status = kith.replace(kith.newer());
    BOOST_TEST(status.status == KITH_UNSUPPORTED);
    BOOST_TEST(contains(status.text, "sinks.k: it runs in the process of kith"), status.text);
    BOOST_TEST(contains(status.text, "restart kith"));
    BOOST_TEST(kith.strategy().created == 1);
    BOOST_TEST(!kith.engine->replacing());
    kith.stop();
}

BOOST_AUTO_TEST_CASE(flags_that_need_more_rights_are_an_obstacle) {
    ReplacingKith kith;
    kith.begin();
    for (const std::uint32_t flag : {KITH_FLAG_THREADS, KITH_FLAG_FOREIGN_IO}) {
        const Status status = kith.replace(kith.newer(flag));
        BOOST_TEST(status.status == KITH_UNSUPPORTED);
        BOOST_TEST(contains(status.text, "needs more rights"), status.text);
    }
    kith.stop();
}

BOOST_AUTO_TEST_CASE(one_that_carries_messages_is_not_replaced) {
    ReplacingKith kith;
    kith.config.connectors[0].plugin = "carrier";
    kith.begin();
    const Status status = kith.replace(kith.newer());
    BOOST_TEST(contains(status.text, "connectors.c: it uses kith.messages/1"), status.text);
    kith.stop();
}

BOOST_AUTO_TEST_CASE(a_plugin_that_the_new_file_does_not_have_is_an_obstacle) {
    ReplacingKith kith;
    kith.begin();
    static kith_entry fewer = newer_entry();
    fewer.descriptor_count = 2;
    auto library = Library::link(fewer, "puppets", loader_settings());
    BOOST_REQUIRE(library);
    const Status status = kith.replace(std::move(*library));
    BOOST_TEST(contains(status.text, "sinks.k: the new file has no plugin `puppet` of its kind"), status.text);
    kith.stop();
}

BOOST_AUTO_TEST_CASE(it_ends_a_quarantine) {
    ReplacingKith kith;
    kith.begin();
    kith.strategy().start = [](ScriptedPlugin &) { return KITH_OK; };
    for (int i = 0; i < 6; ++i) {
        kith.isolator.crash(Kith::strategy_name);
        kith.run(8s);
    }
    BOOST_TEST(kith.count(KITH_EVENT_PLUGIN_QUARANTINED) == 1u);
    kith.strategy().start = [](ScriptedPlugin &p) { return p.replace({"a@x", "b@x"}); };
    BOOST_TEST(kith.replace(kith.newer()).status == KITH_OK);
    kith.run(1s);
    BOOST_TEST(kith.outcome->failure == "");
    BOOST_TEST(!kith.engine->topology("t")->stale());
    for (const InstanceView &one : kith.engine->view().instances) BOOST_TEST(one.quarantine == "");
    kith.stop();
}

BOOST_AUTO_TEST_CASE(one_at_a_time_and_not_with_a_reload) {
    ReplacingKith kith;
    kith.begin();
    kith.strategy().start = {};
    BOOST_TEST(kith.replace(kith.newer()).status == KITH_OK);
    BOOST_TEST(kith.replace(kith.newer()).status == KITH_BUSY);
    BOOST_TEST(!kith.reload([](Config &c) { c.topologies[0].policy.grace = std::chrono::seconds(7); }));
    kith.run(11s);
    BOOST_TEST(kith.reload([](Config &c) { c.topologies[0].policy.grace = std::chrono::seconds(7); }));
    kith.stop();
}

BOOST_AUTO_TEST_CASE(it_takes_the_options_that_the_new_file_reads) {
    ReplacingKith kith;
    kith.begin();
    kith.replace(kith.newer(), [](Config &c) { c.topologies[0].sources[0].options = R"({"added":1})"; });
    kith.run(1s);
    BOOST_TEST(kith.outcome->failure == "");
    BOOST_TEST(kith.isolator.instances.at(Kith::strategy_name)->options().json() == R"({"added":1})");
    kith.stop();
}

BOOST_AUTO_TEST_CASE(kith_can_stop_meanwhile) {
    ReplacingKith kith;
    kith.begin();
    kith.strategy().start = {};
    kith.replace(kith.newer());
    BOOST_TEST((kith.stop() < 5s));
    BOOST_TEST(kith.outcome->failure == "kith is stopping");
    BOOST_TEST(kith.strategy().destroyed == 2);
}

BOOST_AUTO_TEST_CASE(kith_can_be_killed_meanwhile) {
    ReplacingKith kith;
    kith.begin();
    kith.strategy().start = {};
    kith.replace(kith.newer());
    kith.engine->kill();
    BOOST_TEST(kith.strategy().destroyed == 2);
}

BOOST_AUTO_TEST_SUITE_END()
