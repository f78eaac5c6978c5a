// SPDX-License-Identifier: MIT
//
// Strangers who say what they like.
#include "gossip_hosts.hpp"

using namespace gossip::test;

namespace {

struct HostileFixture : Hosts {
    HostileFixture() {
        add(3, "{}");
        BOOST_TEST(meet());
        net.run_for(1min);
        since = net.now();
    }
    /// Names that nobody has, so many a second.
    void flood(std::size_t names, std::size_t per_second) {
        for (std::size_t i = 0; i < names; i += per_second / 100) {
            net.in(i * 1'000'000'000ns / static_cast<std::int64_t>(per_second), [this, i, per_second] {
                for (std::size_t k = i; k < i + per_second / 100; ++k)
                    inject(heartbeat("spoofed" + std::to_string(k) + "@10.9." + std::to_string(k % 250) + ".1"));
            });
        }
    }
    std::chrono::nanoseconds since{};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(hostile_datagrams, HostileFixture)

BOOST_AUTO_TEST_CASE(a_flood_of_100000_forged_names_removes_no_peer) {
    flood(100'000, 10'000);
    net.run_for(11s);
    for (const Host &host : all) {
        BOOST_TEST(host.lost(since) == 0u);
        BOOST_TEST(host->peers().size() <= 2u + 11u * 10u + 30u);
        for (const Host &other : all) BOOST_TEST((&host == &other || host.sees(other)));
        BOOST_TEST(host.watching());
        BOOST_TEST(host->logged("dropped invalid datagrams"));
    }
    Host &late = add();
    BOOST_TEST(net.run_until([&] { return all[0].sees(late); }, 10s));
    net.run_for(20s);
    for (const Host &host : all) BOOST_TEST(host->peers().size() == 3u); // those who never spoke again are gone
}

BOOST_AUTO_TEST_CASE(a_new_member_is_accepted_during_a_flood_of_forged_names) {
    flood(200'000, 5'000);
    net.run_for(5s);
    Host &late = add();
    BOOST_TEST(net.run_until([&] { return all[0].sees(late) && all[1].sees(late) && all[2].sees(late); }, 20s));
    BOOST_TEST(net.run_until([&] { return late.sees(all[0]) && late.sees(all[1]) && late.sees(all[2]); }, 20s));
}

BOOST_AUTO_TEST_CASE(invalid_datagrams_are_counted_and_logged_once_a_minute) {
    const Host &host = all[0];
    for (int i = 0; i < 100; ++i) {
        inject("something else");
        inject(heartbeat("no name"));
        inject("heartbeat::" + bytes({131, 80, 0, 0, 0, 9}) + "compressed");
        inject(std::string(2'000, 'x'));
        inject("");
    }
    net.run_for(30s);
    BOOST_TEST(host.heard("foreign") == 200u);
    BOOST_TEST(host.heard("malformed") == 200u);
    BOOST_TEST(host.heard("oversized") == 100u);
    BOOST_TEST(host->peers().size() == 2u);
    BOOST_TEST(std::count_if(host->log().begin(), host->log().end(),
                             [](const auto &line) { return line.message == "dropped invalid datagrams"; }) == 3);
}

// It hears neither the group nor itself, for it cannot send.
BOOST_AUTO_TEST_CASE(invalid_datagrams_are_not_proof_that_the_group_is_received) {
    all[0].machine.interface().hears(Hears::no_groups);
    all[0].machine.interface().sends(Sends::denied);
    for (int i = 0; i < 60; ++i) net.in(i * 1s, [this] { inject("noise", "10.0.0.77", "10.0.0.1"); });
    net.run_for(1min);
    BOOST_TEST(all[0].lost(since) == 0u);
    BOOST_TEST(!all[0].watching());
}

BOOST_AUTO_TEST_CASE(a_known_name_from_another_address_changes_nothing) {
    for (int i = 0; i < 1'000; ++i) inject(heartbeat("a@10.0.0.2"), "10.9.9." + std::to_string(i % 250 + 1));
    net.run_for(1s);
    BOOST_TEST(all[0]->observations().back().at < since);
    BOOST_TEST(all[0]->peers().at(0).attribute("address").starts_with("10.0.0."));
}

BOOST_AUTO_TEST_CASE(a_peer_refused_by_a_full_topology_is_reported_again_later) {
    all[0]->max_peers(2);
    const Host &fourth = add();
    net.run_for(1min);
    BOOST_TEST(!all[0].sees(fourth));
    BOOST_TEST(all[0]->peers().size() == 2u); // those it had
    BOOST_TEST(all[1].sees(fourth));
    all[0]->max_peers(3);
    BOOST_TEST(net.run_until([&] { return all[0].sees(fourth); }, 30s));
}

BOOST_AUTO_TEST_SUITE_END()
