// SPDX-License-Identifier: MIT
//
// Bad days of the network.
#include "gossip_hosts.hpp"

using namespace gossip::test;

namespace {

/// Three that know each other and have looked.
struct Three : Hosts {
    Three() {
        add(3, "{}");
        BOOST_TEST(meet());
        net.run_for(1min);
        since = net.now();
    }
    Host &first() { return all[0]; }
    Host &second() { return all[1]; }
    std::chrono::nanoseconds since{};

    /// Every peer is found and reported again.
    void healed() {
        BOOST_TEST(meet());
        net.run_for(20s);
        for (const Host &host : all) {
            BOOST_TEST(host.watching(), host.node);
            BOOST_TEST(host->peers().size() == all.size() - 1);
        }
    }
};

bool contains(const std::string &text, std::string_view part) { return text.find(part) != std::string::npos; }

} // namespace

BOOST_FIXTURE_TEST_SUITE(network_faults, Three)

BOOST_AUTO_TEST_CASE(a_host_that_receives_nothing_for_an_hour_keeps_its_peers) {
    first().machine.interface().hears(Hears::nothing);
    net.run_for(1h);
    BOOST_TEST(first()->peers().size() == 2u);
    BOOST_TEST(first().lost(since) == 0u);
    BOOST_TEST(!first().watching());
    BOOST_TEST(first().count(Kind::failed, since) == 1u);
    BOOST_TEST(contains(first().failure(), "nothing was received at 233.252.1.32:45892"), first().failure());
    BOOST_TEST(contains(first().failure(), "firewall"));
    BOOST_TEST(second().sees(first())); // it still sends
    BOOST_TEST(second().lost(since) == 0u);

    first().machine.interface().hears(Hears::everything);
    healed();
    BOOST_TEST(first().lost(since) == 0u);
}

BOOST_AUTO_TEST_CASE(a_host_that_receives_only_its_own_heartbeats_reports_the_others_missing) {
    first().machine.interface().hears(Hears::itself);
    net.run_for(20s);
    BOOST_TEST(first()->peers().empty());
    BOOST_TEST(first().watching());
    first().machine.interface().hears(Hears::everything);
    healed();
}

BOOST_AUTO_TEST_CASE(a_minute_without_reception_is_not_counted_in_a_lease) {
    second().machine.vanish();
    net.run_for(8s);
    first().machine.interface().hears(Hears::nothing);
    net.run_for(60s);
    first().machine.interface().hears(Hears::everything);
    net.run_for(3s);
    BOOST_TEST(first().sees(second())); // 11 s of hearing
    net.run_for(10s);
    BOOST_TEST(!first().sees(second()));
}

BOOST_AUTO_TEST_CASE(an_interface_that_is_down_at_start_is_used_once_it_is_up) {
    SimulatedMachine &here = machine();
    here.interface().down();
    Host &late = run(here, R"({"multicast_if": "eth0"})");
    net.run_for(1min);
    BOOST_TEST(contains(late.failure(), "eth0"), late.failure());
    BOOST_TEST(late.count(Kind::failed) <= 3u);
    here.interface().up();
    BOOST_TEST(net.run_until([&] { return late.sees(first()) && first().sees(late); }, 1s));
    healed();
}

BOOST_AUTO_TEST_CASE(an_interface_that_is_removed_and_returns_with_another_address_is_used_again) {
    first().machine.interface().remove();
    net.run_for(1h);
    BOOST_TEST(first().lost(since) == 0u);
    BOOST_TEST(first().count(Kind::failed, since) >= 1u);
    BOOST_TEST(first().count(Kind::failed, since) <= 5u);
    BOOST_TEST(!first().watching());
    BOOST_TEST(second().lost(since) == 1u);
    first().machine.interface().come_back({"10.0.0.99"});
    BOOST_TEST(net.run_until([&] { return second().sees(first()); }, 1s));
    BOOST_TEST(second()->peers().back().attribute("address") == "10.0.0.99");
    healed();
    BOOST_TEST(first().lost(since) == 0u);
}

BOOST_AUTO_TEST_CASE(a_missing_route_is_reported_and_a_new_route_is_used) {
    SimulatedMachine &here = machine();
    here.no_route(true);
    Host &lost = run(here);
    net.run_for(1min);
    BOOST_TEST(lost.count(Kind::failed) >= 1u);
    BOOST_TEST(contains(lost.failure(), "233.252.1.32"), lost.failure());
    here.no_route(false);
    BOOST_TEST(net.run_until([&] { return lost.sees(first()) && first().sees(lost); }, 10s));
    healed();
}

BOOST_AUTO_TEST_CASE(heartbeats_denied_by_a_firewall_are_logged_and_sent_again_later) {
    first().machine.interface().sends(Sends::denied);
    net.run_for(20s);
    BOOST_TEST(!second().sees(first()));
    BOOST_TEST(first().sees(second()));
    BOOST_TEST(first()->logged("a heartbeat was not sent to all"));
    first().machine.interface().sends(Sends::everything);
    healed();
}

BOOST_AUTO_TEST_CASE(a_full_send_buffer_delays_heartbeats_until_it_has_room) {
    first().machine.interface().sends(Sends::later);
    net.run_for(1min);
    BOOST_TEST(first().sees(second()));
    BOOST_TEST(!second().sees(first()));
    first().machine.interface().sends(Sends::everything);
    healed();
}

BOOST_AUTO_TEST_CASE(a_network_split_for_an_hour_reports_each_lost_peer_once) {
    add(3, "{}");
    BOOST_TEST(meet());
    since = net.now();
    net.islands({{&all[0].machine, &all[1].machine, &all[2].machine}, {&all[3].machine, &all[4].machine, &all[5].machine}});
    net.run_for(1h);
    for (const Host &host : all) {
        BOOST_TEST(host->peers().size() == 2u);
        BOOST_TEST(host.lost(since) == 3u); // told once each
        BOOST_TEST(host.watching());
    }
    net.unite();
    healed();
}

BOOST_AUTO_TEST_CASE(peers_return_after_an_hour_of_thirty_percent_packet_loss) {
    net.segment().loss(0.3);
    net.run_for(1h);
    std::size_t lost = 0;
    for (const Host &host : all) lost += host.lost(since);
    BOOST_TEST(lost <= 180u); // of 4,300 heartbeats that are waited for; who is missing is back with its next one
    net.segment().loss(0);
    healed();
}

BOOST_AUTO_TEST_CASE(duplicated_and_reordered_packets_change_nothing) {
    net.segment().duplicate(1);
    net.segment().reorder(0.5, 3s);
    net.run_for(1h);
    for (const Host &host : all) BOOST_TEST(host->observations().back().at < since);
}

BOOST_AUTO_TEST_CASE(a_wall_clock_jump_of_a_day_changes_nothing) {
    for (const auto by : {std::chrono::hours(24), std::chrono::hours(-48)}) {
        first().machine.jump_wall(by);
        net.run_for(1min);
        for (const Host &host : all) BOOST_TEST(host->observations().back().at < since);
    }
}

BOOST_AUTO_TEST_CASE(a_port_in_use_is_reported_and_tried_again) {
    for (std::uint64_t call = 1; call < 100; ++call) {
        SimNet own(1);
        Hosts hosts(own);
        SimulatedMachine &here = hosts.machine();
        own.fail_call(call, KITH_EXISTS);
        PluginHarness harness(here, kith_plugin_entry_strategy_gossip, "gossip");
        harness.node("a@h");
        if (harness.start() != KITH_OK) continue;
        own.run_for(1ms);
        if (!contains(own.fault(), "udp.bind")) continue;
        BOOST_REQUIRE(!harness.observations().empty());
        BOOST_TEST(contains(harness.observations().back().text, "set `port` to another one"),
                   harness.observations().back().text);
        Host &other = hosts.add();
        BOOST_TEST(harness.run_until([&] { return harness.peers().size() == 1 && other.sees("a@h"); }, 2s));
        return;
    }
    BOOST_ERROR("no call of udp.bind was made to fail");
}

// The system allows no more of them.
BOOST_AUTO_TEST_CASE(a_refused_group_membership_is_reported_rarely_and_tried_again) {
    SimulatedMachine &here = machine(), &there = machine();
    here.groups(0);
    there.groups(0);
    Host &poor = run(here);
    net.run_for(1h);
    BOOST_TEST(poor->peers().empty());
    BOOST_TEST(!poor.watching());
    BOOST_TEST(poor.count(Kind::failed) >= 1u);
    BOOST_TEST(poor.count(Kind::failed) <= 5u); // said, and not again and again
    BOOST_TEST(contains(poor.failure(), "233.252.1.32"), poor.failure());
    BOOST_TEST(first().sees(poor)); // it sends nevertheless
    here.groups(10);
    here.interface().down(); // which makes it ask anew
    here.interface().up();
    BOOST_TEST(net.run_until([&] { return poor.sees(first()); }, 20s));
    // Where the others are listed it does without the group.
    const Host &listed = run(there, R"({"peers": ["10.0.0.1"]})");
    BOOST_TEST(net.run_until([&] { return first().sees(listed); }, 20s));
}

BOOST_AUTO_TEST_CASE(opening_a_socket_is_tried_until_a_descriptor_is_free) {
    SimulatedMachine &here = machine();
    here.descriptors(0);
    Host &poor = run(here);
    net.run_for(10min);
    BOOST_TEST(poor.count(Kind::failed) >= 30u);
    BOOST_TEST(poor.count(Kind::failed) <= 100u);
    here.descriptors(10);
    BOOST_TEST(net.run_until([&] { return poor.sees(first()); }, 20s));
    healed();
}

BOOST_AUTO_TEST_CASE(hosts_find_each_other_when_any_one_call_fails) {
    std::uint64_t found = 0;
    for (const char *options : {"{}", R"({"secret": "s", "seal": "authenticated"})"}) {
        const auto failed = kith::testkit::fail_each([&](SimNet &fresh) {
            Hosts hosts(fresh);
            SimulatedMachine &a = hosts.machine(), &b = hosts.machine();
            PluginHarness left(a, kith_plugin_entry_strategy_gossip, "gossip", options),
                right(b, kith_plugin_entry_strategy_gossip, "gossip", options);
            left.node("left@h");
            right.node("right@h");
            const bool both = left.start() == KITH_OK && right.start() == KITH_OK;
            fresh.run_for(30s);
            const bool given_up = left.failed() || right.failed(); // without a timer; a daemon starts it anew
            if (both && !given_up && (left.peers().size() != 1 || right.peers().size() != 1))
                throw std::runtime_error("they did not meet");
            found += both && !given_up ? 1 : 0;
            for (PluginHarness *harness : {&left, &right}) {
                if (!harness->stop()) throw std::runtime_error("it did not stop");
                for (const auto &text : harness->violations()) throw std::runtime_error(text);
            }
        });
        BOOST_TEST(failed > 80u);
    }
    BOOST_TEST(found > 80u);
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_trace) {
    const auto day = [](std::uint64_t seed, std::size_t litter) {
        std::vector<std::unique_ptr<char[]>> heap;
        for (std::size_t i = 0; i < litter; ++i) heap.push_back(std::make_unique<char[]>(16 + i * 7919 % 3000));
        Hosts hosts(seed);
        hosts.net.segment().loss(0.2);
        hosts.add(10, R"({"secret": "s", "seal": "authenticated"})");
        hosts.net.run_for(10min);
        return hosts.net.trace_hash();
    };
    BOOST_TEST(day(1, 0) == day(1, 1'000));
    BOOST_TEST(day(1, 0) != day(2, 0));
}

BOOST_AUTO_TEST_SUITE_END()
