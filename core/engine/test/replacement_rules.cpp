// SPDX-License-Identifier: MIT
//
// What a replacement does with the saved state, what cannot be replaced, and what goes on at the same time.
#include "replacing_kith.hpp"

using namespace kith::core;
using namespace kith::core::test;
using namespace std::chrono_literals;

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
