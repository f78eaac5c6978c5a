// SPDX-License-Identifier: MIT
//
// Every reason in the table "When it does not work" of the README is one that it gives, and what it says there is in the table.
#include "gossip_hosts.hpp"

#include <fstream>
#include <functional>
#include <sstream>
#include <vector>

using namespace gossip::test;

namespace {

constexpr const char *authenticated = R"({"secret": "somepassword", "seal": "authenticated"})";

/// The first column of that table, without its head.
std::vector<std::string> documented() {
    std::ostringstream all;
    all << std::ifstream(KITH_SOURCE_DIR "/plugins/strategy_gossip/README.md").rdbuf();
    std::string text = all.str();
    text.erase(0, text.find("## When it does not work"));
    std::istringstream lines(text.substr(0, text.find("\n## ", 3)));
    std::vector<std::string> out;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("| ") && !line.starts_with("| reason |")) out.push_back(line.substr(2, line.find(" | ", 2) - 2));
    }
    return out;
}

/// Do its parts, which `...` separates, stand in the text in that order?
bool holds(const std::string &text, const std::string &reason) {
    std::size_t at = 0, from = 0;
    for (;;) {
        const auto dots = reason.find(" ...", from);
        const std::string part = reason.substr(from, dots == std::string::npos ? dots : dots - from);
        at = text.find(part, at);
        if (at == std::string::npos || dots == std::string::npos) return at != std::string::npos;
        at += part.size();
        from = dots + 4;
    }
}

/// It says this as a failed look, or in the log.
bool says(const Host &host, const std::string &reason) {
    for (const auto &seen : host->observations())
        if (seen.kind == Kind::failed && holds(seen.text, reason)) return true;
    for (const auto &line : host->log()) {
        if (holds(line.message, reason)) return true;
        for (const auto &[name, value] : line.fields)
            if (holds(value, reason)) return true;
    }
    return false;
}

/// Which call of a world with one host is its bind.
std::uint64_t number_of_bind() {
    for (std::uint64_t call = 1; call < 100; ++call) {
        SimNet net;
        net.fail_call(call, KITH_EXISTS);
        PluginHarness harness(net.machine("here", {"10.0.0.1"}), kith_plugin_entry_strategy_gossip, "gossip");
        harness.node("a@10.0.0.1");
        if (harness.start() == KITH_OK) net.run_for(1ms);
        if (net.fault().find("udp.bind") != std::string::npos) return call;
    }
    throw std::runtime_error("no call of udp.bind was made to fail");
}

// The packets between two hosts are recorded and replayed, changed if requested.
void said_again(Hosts &hosts, const std::function<std::string(std::string packet)> &change) {
    std::vector<std::string> packets;
    hosts.net.segment().tap([&](const kith::testkit::Sighting &one) { packets.emplace_back(one.bytes); });
    hosts.add(2, authenticated);
    hosts.net.run_for(10s);
    hosts.net.segment().tap({});
    for (const std::string &packet : packets) hosts.inject(change(packet));
}

struct Cause {
    std::string reason; // as it stands in the README
    std::function<void(Hosts &hosts)> make;
};

const std::vector<Cause> &causes() {
    static const std::vector<Cause> all{
        {"nothing was received at ... not even our own heartbeat",
         [](Hosts &hosts) {
             hosts.add();
             hosts.all[0].machine.interface().hears(Hears::nothing);
         }},
        {"nothing is received at ..., and nothing is sent until the node's name is known",
         [](Hosts &hosts) { hosts.add("{}", false); }},
        {"another program has this port to itself",
         [](Hosts &hosts) {
             hosts.net.fail_call(number_of_bind(), KITH_EXISTS);
             hosts.add();
         }},
        {"the group is not joined, until this is over",
         [](Hosts &hosts) {
             SimulatedMachine &here = hosts.machine();
             here.interface().down();
             hosts.run(here, R"({"multicast_if": "eth0"})");
         }},
        {"our heartbeats cannot be sent", [](Hosts &hosts) { hosts.add().machine.interface().sends(Sends::denied); }},
        {"it is sealed with another secret, or not at all",
         [](Hosts &hosts) {
             hosts.add(R"({"secret": "somepassword"})");
             hosts.add();
         }},
        {"it is sealed with a secret that is not among ours",
         [](Hosts &hosts) {
             hosts.add(authenticated);
             hosts.add(R"({"secret": "another", "seal": "authenticated"})");
         }},
        {"it was changed on its way, or forged",
         [](Hosts &hosts) {
             said_again(hosts, [](std::string packet) {
                 packet.back() = static_cast<char>(packet.back() ^ 1);
                 return packet;
             });
         }},
        {"it is no authenticated heartbeat",
         [](Hosts &hosts) {
             hosts.add(authenticated);
             hosts.add(R"({"secret": "somepassword"})");
         }},
        {"it was received before", [](Hosts &hosts) { said_again(hosts, [](std::string packet) { return packet; }); }},
        {"its clock and ours differ by more than 5 minutes",
         [](Hosts &hosts) {
             hosts.add(authenticated);
             SimulatedMachine &late = hosts.machine();
             late.skew(-1h);
             hosts.run(late, authenticated);
         }},
        {"more new names than 20 a second",
         [](Hosts &hosts) {
             hosts.add();
             for (int i = 0; i < 100; ++i) hosts.inject(heartbeat("n" + std::to_string(i) + "@10.0.0.77"));
         }},
        {"max_peers are known already",
         [](Hosts &hosts) {
             hosts.add(R"({"max_peers": 2})");
             for (int i = 0; i < 3; ++i) hosts.inject(heartbeat("n" + std::to_string(i) + "@10.0.0.77"));
         }},
        {"the topology has refused more peers",
         [](Hosts &hosts) {
             hosts.add()->max_peers(1);
             hosts.add(2, "{}");
         }},
        {"it is longer than any heartbeat",
         [](Hosts &hosts) {
             hosts.add();
             hosts.net.run_for(1s); // bound by now
             hosts.inject(std::string(2'000, 'x'));
         }},
        {"its address is 0.0.0.0 or ::",
         [](Hosts &hosts) {
             hosts.add();
             hosts.inject(heartbeat("n@0.0.0.0"));
         }},
    };
    return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(reasons)

BOOST_AUTO_TEST_CASE(the_documented_reasons_are_exactly_those_tested) {
    std::vector<std::string> known;
    for (const Cause &cause : causes()) known.push_back(cause.reason);
    BOOST_TEST(documented() == known, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(each_fault_is_reported_with_its_documented_reason) {
    for (const Cause &cause : causes()) {
        Hosts hosts;
        cause.make(hosts);
        hosts.net.run_for(1min);
        BOOST_TEST(says(hosts.all[0], cause.reason), cause.reason);
    }
}

BOOST_AUTO_TEST_CASE(a_healthy_cluster_reports_no_fault) {
    for (const char *options : {"{}", R"({"secret": "somepassword"})", authenticated}) {
        Hosts hosts;
        hosts.add(3, options);
        hosts.net.run_for(1h);
        for (const Cause &cause : causes()) BOOST_TEST(!says(hosts.all[0], cause.reason), cause.reason << ", " << options);
    }
}

BOOST_AUTO_TEST_SUITE_END()
