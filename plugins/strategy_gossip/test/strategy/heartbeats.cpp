// SPDX-License-Identifier: MIT
//
// What it says and hears on good days.
#include "gossip_hosts.hpp"

using namespace gossip::test;

namespace {

struct SpeakingFixture : Hosts {
    ~SpeakingFixture() { net.segment().tap({}); } // before the packets are gone
    /// What goes onto the segment from now on, with the time of each.
    void listen() {
        net.segment().tap([this](const kith::testkit::Sighting &one) { packets.emplace_back(one.at, std::string(one.bytes)); });
    }
    std::vector<std::pair<std::chrono::nanoseconds, std::string>> packets;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(heartbeats, SpeakingFixture)

BOOST_AUTO_TEST_CASE(two_hosts_find_each_other_within_100_ms) {
    Host &first = add();
    net.run_for(1min);
    Host &second = add();
    BOOST_TEST(meet(100ms));
    const auto &peer = first->peers().at(0);
    BOOST_TEST(peer.key == "a@10.0.0.2");
    BOOST_TEST(peer.name == "a@10.0.0.2");
    BOOST_TEST(peer.attribute("host") == "10.0.0.2");
    BOOST_TEST(peer.attribute("address") == "10.0.0.2");
    BOOST_TEST(peer.ttl.count() == 0);
    BOOST_TEST(second->peers().size() == 1u);
}

BOOST_AUTO_TEST_CASE(sent_heartbeats_equal_those_of_libcluster) {
    listen();
    add();
    net.run_for(1min);
    BOOST_REQUIRE(!packets.empty());
    for (const auto &[at, packet] : packets) BOOST_TEST(packet == heartbeat("a@10.0.0.1"));
}

BOOST_AUTO_TEST_CASE(heartbeats_of_libcluster_are_received) {
    const Host &host = add();
    for (const Captured &one : captured())
        if (one.secret.empty()) inject(one.packet);
    BOOST_TEST(net.run_until([&] { return host->peers().size() == 4; }, 1s));
    BOOST_TEST(host.sees("a@127.0.0.1"));
    BOOST_TEST(host.sees("my_app@app-0.app.default.svc.cluster.local"));
}

BOOST_AUTO_TEST_CASE(one_heartbeat_is_sent_per_interval_on_average) {
    listen();
    add(R"({"interval": 1000})");
    net.run_for(1'000s);
    BOOST_TEST(packets.size() >= 960u);
    BOOST_TEST(packets.size() <= 1'040u);
    for (std::size_t i = 3; i < packets.size(); ++i) BOOST_REQUIRE((packets[i].first - packets[i - 1].first >= 500ms));
}

BOOST_AUTO_TEST_CASE(heartbeats_of_known_peers_cause_no_reports_to_core) {
    add(5, "{}");
    BOOST_TEST(meet());
    net.run_for(1min);
    const auto since = net.now();
    net.run_for(1h);
    for (const Host &host : all) {
        BOOST_TEST(host->observations().back().at < since);
        BOOST_TEST(host.watching());
        BOOST_TEST(host.heard("known") > 2'500u);
    }
}

BOOST_AUTO_TEST_CASE(watching_is_reported_after_1_6_intervals) {
    const Host &host = add();
    net.run_for(7s);
    BOOST_TEST(!host.watching());
    net.run_for(2s);
    BOOST_TEST(host.watching());
    BOOST_TEST(host->observations().size() == 2u); // alone: nobody, and that it follows
    BOOST_TEST((host->observations()[0].kind == Kind::update));
}

BOOST_AUTO_TEST_CASE(a_host_without_a_node_name_receives_and_does_not_send) {
    listen();
    Host &nameless = add("{}", false);
    net.run_for(5s);
    BOOST_TEST(packets.empty());
    Host &other = add();
    BOOST_TEST(net.run_until([&] { return nameless.sees(other); }, 1s));
    BOOST_TEST(other->peers().empty());
    nameless->node("late@10.0.0.1");
    BOOST_TEST(net.run_until([&] { return other.sees("late@10.0.0.1"); }, 50ms));
}

BOOST_AUTO_TEST_CASE(the_failure_text_of_a_lone_host_names_the_missing_node_name) {
    const Host &host = add("{}", false);
    net.run_for(20s);
    BOOST_TEST(host.failure().find("until the node's name is known") != std::string::npos, host.failure());
}

BOOST_AUTO_TEST_CASE(a_changed_node_name_is_sent_at_once_and_the_old_one_expires_after_its_lease) {
    Host &one = add(), &other = add();
    BOOST_TEST(meet());
    net.run_for(10s);
    one->node("b@10.0.0.1");
    BOOST_TEST(net.run_until([&] { return other.sees("b@10.0.0.1"); }, 50ms));
    BOOST_TEST(other.sees("a@10.0.0.1"));
    net.run_for(17s);
    BOOST_TEST(!other.sees("a@10.0.0.1"));
    BOOST_TEST(one->peers().size() == 1u); // its own packets of either name are its own or forgotten
    one->node("");
    net.run_for(17s);
    BOOST_TEST(other->peers().empty());
    BOOST_TEST(one->peers().size() == 1u);
}

BOOST_AUTO_TEST_CASE(an_invalid_node_name_is_not_sent) {
    listen();
    Host &host = add("{}", false);
    host->node("no name");
    net.run_for(1min);
    BOOST_TEST(packets.empty());
    BOOST_TEST(host->logged("the node's name cannot be sent"));
}

BOOST_AUTO_TEST_CASE(a_silent_peer_is_missing_after_its_lease) {
    Host &one = add(), &other = add(), &third = add();
    BOOST_TEST(meet());
    net.run_for(1min);
    const auto since = net.now();
    other.machine.vanish();
    net.run_for(10s);
    BOOST_TEST(one.sees(other));
    net.run_for(7s);
    BOOST_TEST(!one.sees(other));
    BOOST_TEST(one.sees(third));
    BOOST_TEST(one.lost(since) == 1u);
    BOOST_TEST(third.lost(since) == 1u);
    BOOST_TEST(one.watching());
}

BOOST_AUTO_TEST_CASE(a_goodbye_is_sent_only_in_authenticated_form) {
    for (const char *options : {R"({"secret": "s"})", R"({"secret": "s", "seal": "authenticated"})"}) {
        Hosts hosts;
        Host &one = hosts.add(options), &other = hosts.add(options);
        BOOST_TEST(hosts.meet());
        BOOST_TEST(other->stop());
        hosts.net.run_for(100ms);
        BOOST_TEST(one.sees(other) == (std::string_view(options).find("authenticated") == std::string_view::npos));
        for (const auto &each : one->observations()) BOOST_TEST(each.left.empty()); // kith leaves, not the node
    }
}

BOOST_AUTO_TEST_CASE(a_refresh_sends_one_heartbeat_and_reports_that_the_strategy_watches) {
    Host &host = add();
    host->refresh(); // the first look is the answer
    net.run_for(20s);
    BOOST_TEST(host->observations().size() == 2u);
    listen();
    host->refresh();
    net.run_for(10ms);
    BOOST_TEST(packets.size() == 1u);
    BOOST_TEST(host->observations().size() == 3u);
    BOOST_TEST((host->observations().back().kind == Kind::update));
    for (int i = 0; i < 100; ++i) host->refresh();
    net.run_for(10ms);
    BOOST_TEST(packets.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_thousand_new_names_cause_a_bounded_number_of_heartbeats) {
    add();
    net.run_for(30s);
    listen();
    for (int i = 0; i < 1'000; ++i) {
        net.in(i * 60ms, [this, i] { inject(heartbeat("n" + std::to_string(i) + "@10.0.0.77")); });
    }
    net.run_for(60s);
    const auto ours =
        std::count_if(packets.begin(), packets.end(), [](const auto &p) { return p.second == heartbeat("a@10.0.0.1"); });
    BOOST_TEST(ours <= 12 + 10 + 10 + 2);
}

BOOST_AUTO_TEST_CASE(a_hundred_hosts_that_start_together_find_each_other) {
    for (int i = 1; i <= 100; ++i) add();
    BOOST_TEST(meet(30s));
    const auto since = net.now();
    net.run_for(2min);
    for (const Host &host : all) BOOST_TEST(host.lost(since) == 0u);
}

BOOST_AUTO_TEST_CASE(stop_closes_every_socket_at_any_moment_and_a_restart_succeeds) {
    Host &host = add();
    for (int i = 0; i < 100; ++i) {
        net.run_for(i * 37ms);
        BOOST_REQUIRE(host->stop());
        host->destroy();
        BOOST_REQUIRE(host.machine.open_sockets() == 0u);
        BOOST_REQUIRE(host->start() == KITH_OK);
    }
}

BOOST_AUTO_TEST_CASE(two_hosts_on_one_machine_share_the_port) {
    SimulatedMachine &here = machine();
    Host &one = run(here), &other = run(here);
    other->node("b@10.0.0.1");
    Host &third = add();
    BOOST_TEST(net.run_until(
        [&] { return third->peers().size() == 2 && one->peers().size() == 2 && other->peers().size() == 2; }, 10s));
}

BOOST_AUTO_TEST_SUITE_END()
