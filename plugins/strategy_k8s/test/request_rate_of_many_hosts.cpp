// SPDX-License-Identifier: MIT
//
// The request rate of two hundred hosts that were started at the same time, at one API server: in normal operation, in an outage of ten
// minutes, and after it.
#include "fixture.hpp"

using namespace k8s;
using namespace k8s::test;

namespace {

struct Rate {
    std::size_t total = 0, most = 0; // in one second
    std::string text() const { return std::to_string(total) + " requests, at most " + std::to_string(most) + " in a second"; }
};

Rate rate(const std::vector<std::chrono::nanoseconds> &times, std::chrono::nanoseconds from, std::chrono::nanoseconds to) {
    Rate out;
    std::vector<std::size_t> seconds(static_cast<std::size_t>((to - from) / 1s) + 1);
    for (const auto time : times) {
        if (time < from || time >= to) continue;
        ++out.total;
        out.most = std::max(out.most, ++seconds[static_cast<std::size_t>((time - from) / 1s)]);
    }
    return out;
}

} // namespace

BOOST_AUTO_TEST_CASE(two_hundred_hosts_do_not_send_requests_at_the_same_time) {
    SimNet net;
    HttpAuthority authority("the cluster");
    auto &there = net.machine("kubernetes.default.svc", {"10.96.0.1"});
    ApiServer api(there, 443, authority, {"kubernetes.default.svc"});
    for (int i = 0; i < 200; ++i) api.pod("app-" + std::to_string(i), "10.1.0." + std::to_string(i));
    std::vector<std::chrono::nanoseconds> times;
    api.http().route("/api/v1/namespaces/team/pods", [&](const HttpAsked &asked) {
        times.push_back(net.now());
        return api.answer(asked);
    });
    std::vector<std::unique_ptr<PluginHarness>> rigs;
    for (int i = 0; i < 200; ++i) {
        auto &machine = net.machine("m" + std::to_string(i), {});
        machine.plug("eth0", net.segment(), {std::string_view("10.1.0." + std::to_string(i))});
        give_account(machine, authority);
        rigs.push_back(std::make_unique<PluginHarness>(machine, kith_plugin_entry_strategy_k8s, "k8s", options()));
        BOOST_REQUIRE(rigs.back()->start() == KITH_OK);
    }
    const auto all_see = [&](std::size_t peers) {
        return std::ranges::all_of(rigs, [&](const auto &harness) { return harness->peers().size() == peers; });
    };
    BOOST_REQUIRE(net.run_until([&] { return all_see(200) && api.watches() == 200; }, 1min));

    auto from = net.now();
    net.run_for(1h);
    const Rate steady = rate(times, from, net.now());
    BOOST_TEST_MESSAGE("a steady hour: " << steady.text() << ", " << static_cast<double>(steady.total) / 200
                                         << " for each host");
    BOOST_TEST(steady.total <= 200u * 12u);

    from = net.now();
    api.in_place_of_lists = api.in_place_of_watches = HttpReply(503);
    api.end_watches();
    net.run_for(10min);
    const Rate outage = rate(times, from + 1min, net.now());
    BOOST_TEST_MESSAGE("an outage, from its second minute: " << outage.text());
    BOOST_TEST(outage.total < 200u * 9u * 4u);
    BOOST_TEST(outage.most < 40u); // 200 hosts each half a minute are 7 a second
    BOOST_TEST(all_see(200));

    from = net.now();
    api.in_place_of_lists.reset();
    api.in_place_of_watches.reset();
    api.compact(); // the worst case: each host has to list
    BOOST_REQUIRE(net.run_until([&] { return api.watches() == 200; }, 5min));
    const Rate back = rate(times, from, net.now());
    BOOST_TEST_MESSAGE("the return: " << back.text() << ", all follow again after " << (net.now() - from) / 1ms << " ms");
    BOOST_TEST(back.most < 60u); // a watch that is too old, a list, a watch: three for each
    api.pod("app-200", "10.1.0.200");
    BOOST_REQUIRE(net.run_until([&] { return all_see(201); }, 1min));
}
