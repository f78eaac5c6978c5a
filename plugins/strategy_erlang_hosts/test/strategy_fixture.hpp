// SPDX-License-Identifier: MIT
//
// The strategy on a simulated machine, with two hosts that run EPMD.
#pragma once

#include <epmd_names/test/simulated_epmd.hpp>

#include <kith/service/log.h>
#include <kith/testkit/fail_each.hpp>
#include <kith/testkit/plugin_harness.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

extern "C" const kith_entry kith_plugin_entry_strategy_erlang_hosts;

namespace erlang_hosts_test {

using namespace std::chrono_literals;
using epmd_names::test::SimulatedEpmd;
using kith::testkit::Observation;
using kith::testkit::PluginHarness;
using kith::testkit::SimNet;
using kith::testkit::SimulatedMachine;
using Kind = Observation::Kind;
using Keys = std::vector<std::string>;

inline constexpr const char *path = "/etc/hosts.erlang";

struct StrategyFixture {
    ~StrategyFixture() {
        BOOST_TEST(harness.stop());
        for (const auto &broken : harness.violations()) BOOST_ERROR(broken);
        BOOST_TEST(here.open_streams() == 0u);
    }

    void start(std::string_view hosts) {
        here.file(path, hosts);
        BOOST_REQUIRE(harness.start() == KITH_OK);
    }
    const Observation &next() {
        BOOST_REQUIRE(harness.await_observation());
        return harness.observations().back();
    }
    // Waits until the peers are these, within the time.
    void await(const Keys &wanted, std::chrono::nanoseconds bound = 10s) {
        const bool so = harness.run_until([&] { return keys() == wanted; }, bound);
        BOOST_TEST(so);
        if (!so) BOOST_TEST(keys() == wanted);
    }
    void await_failure(std::int32_t status, std::string_view text, std::chrono::nanoseconds bound = 10s) {
        const auto seen = harness.observations().size();
        BOOST_REQUIRE(harness.run_until(
            [&] { return harness.observations().size() > seen && harness.observations().back().kind == Kind::failed; }, bound));
        BOOST_TEST(harness.observations().back().status == status);
        BOOST_TEST(harness.observations().back().text == text);
    }
    Keys keys() const {
        Keys out;
        for (const auto &peer : harness.peers()) out.push_back(peer.key);
        std::ranges::sort(out);
        return out;
    }
    std::size_t count(Kind kind) const {
        return static_cast<std::size_t>(
            std::ranges::count_if(harness.observations(), [kind](const auto &seen) { return seen.kind == kind; }));
    }
    Keys left() const {
        Keys out;
        for (const auto &seen : harness.observations()) out.insert(out.end(), seen.left.begin(), seen.left.end());
        return out;
    }

    SimNet net;
    SimulatedMachine &here = net.machine("here", {"10.0.0.1"});
    SimulatedMachine &one = net.machine("one.example", {"10.0.0.2"});
    SimulatedMachine &two = net.machine("two.example", {"10.0.0.3"});
    SimulatedEpmd at_one{one, {{"a", 40000}, {"b", 40001}}};
    SimulatedEpmd at_two{two, {{"a", 40000}}};
    PluginHarness harness{here, kith_plugin_entry_strategy_erlang_hosts, "erlang_hosts", R"({"file": "/etc/hosts.erlang"})"};
};

inline constexpr const char *both = "'one.example'.\n'two.example'.\n";
inline const Keys everybody = {"a@one.example", "a@two.example", "b@one.example"};

} // namespace erlang_hosts_test
