// SPDX-License-Identifier: MIT
//
// An engine takes another configuration while it runs.
#include "reloading_kith.hpp"

using namespace kith::core;
using namespace kith::core::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(engine_reload)

BOOST_AUTO_TEST_CASE(adding_and_removing_a_topology_does_not_affect_the_others) {
    ReloadingKith kith;
    kith.begin();
    const std::size_t before = kith.seq();
    BOOST_TEST(kith.reload([](Config &c) { c.topologies.push_back(ReloadingKith::topology_u()); }));
    kith.go_on(1s);
    BOOST_TEST(kith.verdict.value() == "");
    BOOST_TEST(kith.order == "start topologies.u.s ");
    BOOST_TEST(kith.strategy().log == "");
    BOOST_TEST(kith.connector().log == ""); // both want the same peers, which are linked
    BOOST_TEST(kith.engine->topology("u")->linked() == 2u);
    for (const auto &event : kith.engine->bus().kept()) {
        if (event->seq() > before) BOOST_TEST(event->topology() != "t", event->json());
    }
    BOOST_TEST(kith.reasons(KITH_EVENT_CONFIG_RELOADED).back() == "topology u: added");
    BOOST_TEST(kith.reload([](Config &c) { c.topologies.pop_back(); }));
    kith.go_on(1s);
    BOOST_TEST(kith.verdict.value() == "");
    BOOST_TEST(kith.engine->topology("u") == nullptr);
    BOOST_TEST(scripts.at("topologies.u.s").destroyed == 1);
    BOOST_TEST(!kith.was_parted());
    BOOST_TEST(kith.reload([](Config &c) { c.topologies.erase(c.topologies.begin()); })); // the last that wanted them
    kith.go_on(60s);
    BOOST_TEST(!kith.was_parted()); // links stay
    kith.stop();
}

BOOST_AUTO_TEST_CASE(new_options_restart_a_strategy_and_keep_its_peers) {
    ReloadingKith kith;
    kith.begin();
    BOOST_TEST(kith.reload([](Config &c) { c.topologies[0].sources[0].options = R"({"more":1})"; }));
    kith.go_on(1s);
    BOOST_TEST(kith.verdict.value() == "");
    BOOST_TEST(kith.order == "stop topologies.t.s start topologies.t.s ");
    BOOST_TEST(kith.strategy().created == 2);
    BOOST_TEST(kith.strategy().destroyed == 1);
    BOOST_TEST(kith.connector().log == "");
    BOOST_TEST(kith.engine->topology("t")->linked() == 2u);
    BOOST_TEST(!kith.engine->topology("t")->stale());
    BOOST_TEST(kith.engine->topology("t")->ready());
    kith.stop();
}

// As a gossip instance whose port the new one wants, also when it belongs to another topology.
BOOST_AUTO_TEST_CASE(new_instances_start_after_every_old_one_has_stopped) {
    ReloadingKith kith;
    ScriptedPlugin *stopping = nullptr;
    kith.strategy().stop = [&](ScriptedPlugin &p) {
        kith.order += "stop ";
        stopping = &p;
    };
    kith.begin();
    kith.reload([](Config &c) {
        c.topologies[0].sources[0].options = R"({"more":1})";
        c.topologies.push_back(ReloadingKith::topology_u());
    });
    kith.run(3s);
    BOOST_TEST(kith.order == "stop ");
    BOOST_TEST(!kith.verdict.has_value());
    BOOST_TEST(kith.engine->reloading());
    BOOST_TEST(!kith.reload([](Config &c) { c.topologies.clear(); })); // one at a time
    stopping->host->stopped(stopping->host);
    kith.go_on(1s);
    BOOST_TEST(kith.order.starts_with("stop start topologies."));
    BOOST_TEST(kith.verdict.value() == "");
    kith.engine->kill();
}

BOOST_AUTO_TEST_CASE(an_instance_that_never_stops_is_abandoned_and_its_successor_starts) {
    ReloadingKith kith;
    kith.strategy().stop = [](ScriptedPlugin &) {};
    kith.begin();
    const ScriptedPlugin *old = kith.strategy().now;
    kith.reload([](Config &c) { c.topologies[0].sources[0].options = R"({"more":1})"; });
    kith.go_on(6s);
    BOOST_TEST(kith.verdict.value() == "");
    BOOST_TEST(kith.strategy().created == 2);
    BOOST_TEST(kith.strategy().destroyed == 0);
    BOOST_TEST(old->discovery().heard(old->host) < 0); // its handle is still there, and refuses
    kith.engine->kill();
}

BOOST_AUTO_TEST_CASE(an_instance_that_cannot_start_rolls_the_reload_back) {
    ReloadingKith kith;
    kith.begin();
    kith.strategy().create = [&kith, times = 0](const kith_host *host) mutable -> std::int32_t {
        static_cast<void>(kith);
        if (++times > 1) return KITH_OK;
        host->error(host, text("no such thing"));
        return KITH_INVALID;
    };
    kith.reload([](Config &c) {
        c.topologies[0].sources[0].options = R"({"more":1})";
        c.topologies.push_back(ReloadingKith::topology_u());
    });
    kith.go_on(1s);
    BOOST_TEST(kith.verdict.value().find("no such thing") != std::string::npos);
    BOOST_TEST(kith.verdict.value().starts_with("the former configuration is in force again: topologies.t.s: "));
    BOOST_TEST(kith.engine->topology("u") == nullptr);
    BOOST_TEST(kith.strategy().now != nullptr);
    BOOST_TEST(kith.count(KITH_EVENT_CONFIG_REFUSED) == 1u);
    BOOST_TEST(kith.count(KITH_EVENT_CONFIG_RELOADED) == 0u);
    BOOST_TEST(!kith.was_parted());
    kith.stop();
}

BOOST_AUTO_TEST_CASE(an_instance_that_fails_soon_rolls_the_reload_back) {
    ReloadingKith kith;
    kith.begin();
    std::string told;
    kith.engine->on_rollback([&](std::shared_ptr<const Config> previous, const std::string &reason) {
        told = reason;
        BOOST_TEST(previous->topologies.size() == 1u);
    });
    kith.reload([](Config &c) { c.topologies.push_back(ReloadingKith::topology_u()); });
    kith.go_on(9s);
    BOOST_TEST(kith.verdict.value() == "");
    ScriptedPlugin *u = scripts.at("topologies.u.s").now;
    u->host->failed(u->host, KITH_IO, text("it broke"));
    kith.go_on(1s);
    BOOST_TEST(told.find("topologies.u.s failed within 10 s: ") != std::string::npos, told);
    BOOST_TEST(kith.engine->topology("u") == nullptr);
    BOOST_TEST(kith.strategy().log == ""); // untouched all along
    kith.config.topologies.resize(1);
    kith.reload([](Config &c) { c.topologies.push_back(ReloadingKith::topology_u()); });
    kith.go_on(11s);
    told.clear();
    u = scripts.at("topologies.u.s").now;
    u->host->failed(u->host, KITH_IO, text("it broke"));
    kith.go_on(5s);
    BOOST_TEST(told == ""); // later it is a failure like any other, and it is started anew
    BOOST_TEST(scripts.at("topologies.u.s").now != nullptr);
    kith.stop();
}

BOOST_AUTO_TEST_CASE(new_options_of_a_connector_keep_the_links) {
    ReloadingKith kith;
    kith.begin();
    kith.reload([](Config &c) { c.connectors[0].options = R"({"more":1})"; });
    kith.go_on(1s);
    BOOST_TEST(kith.verdict.value() == "");
    BOOST_TEST(kith.connector().created == 2);
    BOOST_TEST(kith.strategy().log == "");
    BOOST_TEST(kith.engine->topology("t")->linked() == 2u);
    BOOST_TEST(kith.connector().log.find("connect") == std::string::npos, kith.connector().log);
    BOOST_TEST(kith.count(KITH_EVENT_LINK_DOWN) == 0u);
    kith.stop();
}

BOOST_AUTO_TEST_CASE(a_topology_moves_to_another_connector_and_stays_paused) {
    ReloadingKith kith;
    kith.begin();
    BOOST_TEST(kith.engine->order("t", {Order::Kind::pause, {}, ns(1h), 0}).status == KITH_OK);
    kith.reload([](Config &c) {
        c.connectors = {{"d", "puppet", "{}"}};
        c.topologies[0].connector = "d";
    });
    kith.go_on(1s);
    BOOST_TEST(kith.verdict.value() == "");
    BOOST_TEST(scripts.at("connectors.c").destroyed == 1);
    BOOST_TEST(scripts.at("connectors.d").created == 1);
    BOOST_TEST(kith.engine->topology("t")->overrides().paused());
    BOOST_TEST(
        kith.reasons(KITH_EVENT_TOPOLOGY_PAUSED).back().starts_with("it was paused before the reload, and goes on so for "));
    BOOST_TEST(!kith.was_parted());
    kith.stop();
}

BOOST_AUTO_TEST_CASE(a_changed_policy_is_applied_without_a_restart) {
    ReloadingKith kith;
    kith.begin();
    kith.reload([](Config &c) { c.topologies[0].policy.exclude = {"b@*"}; });
    kith.go_on(1s);
    BOOST_TEST(kith.verdict.value() == "");
    BOOST_TEST(kith.order == "");
    BOOST_TEST((kith.engine->topology("t")->class_of("b@x") == PeerClass::none));
    BOOST_TEST(!kith.was_parted());
    const auto effects = kith.engine->foresee(Config{});
    BOOST_REQUIRE_EQUAL(effects.size(), 1u);
    BOOST_TEST(effects[0].too_many);
    kith.stop();
}

BOOST_AUTO_TEST_CASE(stop_ends_a_reload_in_progress) {
    ReloadingKith kith;
    kith.strategy().stop = [](ScriptedPlugin &) {};
    kith.begin();
    kith.reload([](Config &c) { c.topologies[0].sources[0].options = R"({"more":1})"; });
    kith.stop();
    BOOST_TEST(kith.verdict.value() == "kith is stopping");
    BOOST_TEST(kith.strategy().created == 1);
    BOOST_TEST(!kith.engine->reload(std::make_shared<Config>(kith.config), {}));
}

BOOST_AUTO_TEST_CASE(many_reloads_leak_no_resource) {
    ReloadingKith kith;
    kith.begin();
    for (int i = 0; i < 200; ++i) {
        kith.reload([i](Config &c) {
            c.topologies[0].sources[0].options = "{\"more\":" + std::to_string(i) + "}";
            c.topologies.resize(1);
            if (i % 2 == 0) c.topologies.push_back(ReloadingKith::topology_u());
        });
        kith.go_on(100ms);
        BOOST_REQUIRE_EQUAL(kith.verdict.value(), "");
    }
    BOOST_TEST(kith.strategy().created == 201);
    BOOST_TEST(kith.strategy().destroyed == 200);
    BOOST_TEST(scripts.at("topologies.u.s").created == scripts.at("topologies.u.s").destroyed);
    BOOST_TEST(!kith.was_parted());
    BOOST_TEST(kith.engine->topology("t")->linked() == 2u);
    kith.stop();
}

BOOST_AUTO_TEST_SUITE_END()
