// SPDX-License-Identifier: MIT
//
// The ways to reach others, and options that fit or do not.
#include "gossip_hosts.hpp"

using namespace gossip::test;

namespace {

/// The text with which these options are refused; empty when they are not.
std::string refusal(const std::string &options) {
    SimNet net;
    SimulatedMachine &here = net.machine("here", {"10.0.0.1"});
    PluginHarness harness(here, kith_plugin_entry_strategy_gossip, "gossip", options);
    return harness.start() == KITH_OK ? std::string() : harness.error();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(options, Hosts)

BOOST_AUTO_TEST_CASE(unicast_peers_find_each_other_without_multicast) {
    net.segment().multicast(false);
    const char *options = R"({"peers": ["10.0.0.1", "10.0.0.2:45892", "10.0.0.3"]})";
    add(3, options);
    BOOST_TEST(meet());
    Host &lonely = add();
    net.run_for(1min);
    BOOST_TEST(lonely->peers().empty());
    BOOST_TEST(all[0]->peers().size() == 2u);
}

BOOST_AUTO_TEST_CASE(broadcast_hosts_find_each_other_without_multicast) {
    net.segment().multicast(false);
    add(R"({"broadcast_only": true})");
    add(R"({"broadcast_only": true, "multicast_addr": "255.255.255.255"})");
    add(R"({"broadcast_only": true, "multicast_addr": "10.0.0.255"})");
    BOOST_TEST(meet());
    net.run_for(30s);
    for (const Host &host : all) BOOST_TEST(host.watching());
}

BOOST_AUTO_TEST_CASE(hosts_find_each_other_in_an_ipv6_group) {
    const char *options = R"({"multicast_addr": "ff02::77", "multicast_if": "eth0"})";
    for (const char *address : {"fd00::1", "fd00::2", "fd00::3"}) run(net.machine(address, {address}), options);
    BOOST_TEST(meet());
    BOOST_TEST(all[0]->peers().at(0).attribute("address").starts_with("fd00::"));
}

BOOST_AUTO_TEST_CASE(only_hosts_on_the_configured_interface_are_received) {
    NetworkSegment &side = net.segment("side");
    SimulatedMachine &one = machine(), &two = machine();
    one.plug("eth1", side, {"10.9.0.1"});
    two.plug("eth1", side, {"10.9.0.2"});
    net.partition(one, two); // whatever goes over either
    net.heal(one, two);
    const Host &by_name = run(one, R"({"multicast_if": "eth1"})"), &by_address = run(two, R"({"if_addr": "10.9.0.2"})");
    const Host &elsewhere = add();
    net.run_for(30s);
    BOOST_TEST(by_name.sees(by_address));
    BOOST_TEST(by_address.sees(by_name));
    BOOST_TEST(elsewhere->peers().empty());
    BOOST_TEST(by_name->peers().at(0).attribute("address") == "10.9.0.2");
}

BOOST_AUTO_TEST_CASE(hosts_on_different_ports_do_not_find_each_other) {
    Host &one = add(), &other = add(R"({"port": 45893})");
    net.run_for(1min);
    BOOST_TEST(one->peers().empty());
    BOOST_TEST(other->peers().empty());
}

BOOST_AUTO_TEST_CASE(hosts_in_different_groups_do_not_find_each_other) {
    Host &one = add(), &other = add(R"({"multicast_addr": "233.252.1.33"})");
    net.run_for(1min);
    BOOST_TEST(one->peers().empty());
    BOOST_TEST(other->peers().empty());
}

BOOST_AUTO_TEST_CASE(the_lease_is_three_intervals_or_the_option_expire) {
    for (const auto &[options, lease] :
         {std::pair(R"({"interval": 1000})", 3s), std::pair(R"({"interval": 1000, "expire": 30000})", 30s)}) {
        Hosts hosts;
        Host &one = hosts.add(options), &other = hosts.add(options);
        BOOST_TEST(hosts.meet());
        hosts.net.run_for(10s);
        other.machine.vanish();
        hosts.net.run_for(lease - 2s);
        BOOST_TEST(one.sees(other));
        hosts.net.run_for(3s + 1s);
        BOOST_TEST(!one.sees(other));
    }
}

BOOST_AUTO_TEST_CASE(peers_beyond_max_peers_wait_and_known_peers_stay) {
    const Host &host = add(R"({"max_peers": 5})");
    for (int i = 0; i < 8; ++i) {
        net.in(i * 100ms, [this, i] { inject(heartbeat("n" + std::to_string(i) + "@10.0.0.77")); });
    }
    net.run_for(2s);
    BOOST_TEST(host->peers().size() == 5u);
    for (int i = 0; i < 5; ++i) BOOST_TEST(host.sees("n" + std::to_string(i) + "@10.0.0.77"));
    BOOST_TEST(host.heard("waiting") == 3u);
    net.run_for(20s);
    BOOST_TEST(host->peers().empty());
    inject(heartbeat("n9@10.0.0.77"));
    net.run_for(1s);
    BOOST_TEST(host.sees("n9@10.0.0.77"));
}

BOOST_AUTO_TEST_CASE(inconsistent_options_are_refused_with_a_reason) {
    BOOST_TEST(refusal("{}").empty());
    BOOST_TEST(refusal(R"({"multicast_addr": "somewhere"})") ==
               "option multicast_addr: `somewhere` is no numeric address; expected such as 233.252.1.32 or ff02::77");
    BOOST_TEST(refusal(R"({"multicast_addr": "10.0.0.1"})").find("for a broadcast address set broadcast_only") !=
               std::string::npos);
    BOOST_TEST(refusal(R"({"multicast_addr": "ff02::77", "broadcast_only": true})").find("IPv6 has no broadcast") !=
               std::string::npos);
    BOOST_TEST(refusal(R"({"if_addr": "eth0"})").find("if_addr") != std::string::npos);
    BOOST_TEST(refusal(R"({"if_addr": "fd00::1"})").find("of different families") != std::string::npos);
    BOOST_TEST(refusal(R"({"interval": 5000, "expire": 9999})").find("at least 2 intervals") != std::string::npos);
    BOOST_TEST(refusal(R"({"seal": "authenticated"})") ==
               "option seal: `authenticated` needs a secret, in `secret` or `secrets`");
    for (const char *peer : {"10.0.0", "10.0.0.1:0", "10.0.0.1:65536", "10.0.0.1:", "10.0.0.1:x", "[10.0.0.1", "[]:1",
                             "a.example", "", "10.0.0.1:1:2"}) {
        BOOST_TEST(refusal(R"({"peers": [")" + std::string(peer) + "\"]}").find("is no address") != std::string::npos, peer);
    }
    BOOST_TEST(refusal(R"({"peers": ["[fd00::8]:45892"]})").find("of different families") != std::string::npos);
    for (const char *peer : {"fd00::8", "[fd00::8]", "[fd00::8]:45892"})
        BOOST_TEST(refusal(R"({"multicast_addr": "ff02::77", "peers": [")" + std::string(peer) + "\"]}").empty(), peer);
}

BOOST_AUTO_TEST_SUITE_END()
