// SPDX-License-Identifier: MIT
#pragma once

#include "simulated_agent.hpp"

#include <kith/testkit/plugin_harness.hpp>
#include <kith/testkit/simulated_machine.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>

extern "C" const kith_entry kith_plugin_entry_strategy_consul;

namespace consul::test {

using namespace std::chrono_literals;
using kith::testkit::Observation;
using kith::testkit::PluginHarness;
using Kind = Observation::Kind;

/// Options: endpoint health, service web, names app@..., with these additional JSON members.
inline std::string options(const std::string &more = {}, const std::string &list_using = R"(["health"])") {
    return R"({"list_using": )" + list_using + R"(, "service": {"name": "web"}, "base_url": "http://consul:8500")" +
           (more.find("node_basename") == std::string::npos ? R"(, "node_basename": "app")" : "") +
           (more.empty() ? "" : ", " + more) + "}";
}

struct Fixture {
    explicit Fixture(const std::string &with = options()) : harness(here, kith_plugin_entry_strategy_consul, "consul", with) {
        agent.put({.id = "web1", .address = "10.1.0.1"});
        agent.put({.id = "web2", .address = "10.1.0.2"});
    }
    ~Fixture() {
        if (harness.running()) BOOST_TEST(harness.stop());
        for (const auto &broken : harness.violations()) BOOST_ERROR(broken);
    }
    void start() { BOOST_REQUIRE(harness.start() == KITH_OK); }
    bool until(const std::function<bool()> &done, std::chrono::nanoseconds bound = 1min) {
        return harness.run_until(done, bound);
    }
    std::string names() const {
        std::vector<std::string> all;
        for (const auto &peer : harness.peers()) all.push_back(peer.name);
        std::ranges::sort(all);
        std::string out;
        for (const auto &name : all) out += (out.empty() ? "" : " ") + name;
        return out;
    }
    std::size_t count(Kind kind) const {
        return static_cast<std::size_t>(
            std::ranges::count_if(harness.observations(), [kind](const Observation &one) { return one.kind == kind; }));
    }
    bool in_sync() const {
        bool out = false;
        for (const auto &one : harness.observations()) out = one.kind == Kind::watching ? one.in_sync : out;
        return out;
    }
    /// A new failure with this reason.
    void failed_with(std::int32_t status, std::string_view part, std::chrono::nanoseconds bound = 3min) {
        const auto before = count(Kind::failed);
        BOOST_REQUIRE(until([&] { return count(Kind::failed) > before; }, bound));
        const auto seen = std::find_if(harness.observations().rbegin(), harness.observations().rend(),
                                       [](const Observation &one) { return one.kind == Kind::failed; });
        BOOST_TEST_MESSAGE(seen->text);
        BOOST_TEST(seen->status == status, seen->text);
        BOOST_TEST(seen->text.find(part) != std::string::npos, seen->text);
    }
    std::size_t requests() const { return agent.server.asked().size(); }
    std::size_t asked(std::string_view part) const {
        return static_cast<std::size_t>(std::ranges::count_if(agent.server.asked(), [&](const HttpAsked &one) {
            return (one.method + " " + one.target).find(part) != std::string::npos;
        }));
    }

    SimNet net;
    kith::testkit::SimulatedMachine &here = net.machine("here", {"10.1.0.1"});
    kith::testkit::SimulatedMachine &there = net.machine("consul", {"10.9.0.1"});
    Agent agent{there};
    PluginHarness harness;
};

inline const std::string two = "app@10.1.0.1 app@10.1.0.2";

} // namespace consul::test
