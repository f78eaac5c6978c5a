// SPDX-License-Identifier: MIT
//
// A pod with a service account, a scripted API server, and the plugin.
#pragma once

#include "api_server.hpp"

#include <kith/testkit/plugin_harness.hpp>
#include <kith/testkit/simulated_machine.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <string>

extern "C" const kith_entry kith_plugin_entry_strategy_k8s;

namespace k8s::test {

using namespace std::chrono_literals;
using kith::testkit::Observation;
using kith::testkit::PluginHarness;
using Kind = Observation::Kind;

inline const std::string account = "/var/run/secrets/kubernetes.io/serviceaccount";

/// Options with these JSON members in addition to the required ones; by default for pods.
inline std::string options(const std::string &more = R"("kubernetes_ip_lookup_mode": "pods")") {
    return R"({"kubernetes_node_basename": "app", "kubernetes_selector": "app=kith")" + (more.empty() ? "" : ", " + more) + "}";
}

inline void give_account(kith::testkit::SimulatedMachine &machine, const HttpAuthority &authority,
                         const std::string &token = "secret") {
    machine.file(account + "/token", token + "\n");
    machine.file(account + "/ca.crt", authority.certificate());
    machine.file(account + "/namespace", "team");
}

struct Fixture {
    explicit Fixture(const std::string &with = options()) : harness(here, kith_plugin_entry_strategy_k8s, "k8s", with) {
        give_account(here, authority);
    }
    ~Fixture() {
        if (harness.running()) BOOST_TEST(harness.stop());
        for (const auto &broken : harness.violations()) BOOST_ERROR(broken);
    }
    void start() { BOOST_REQUIRE(harness.start() == KITH_OK); }
    /// Waits for the next replace, update or failure.
    const Observation &next(std::chrono::nanoseconds bound = 1min) {
        BOOST_REQUIRE(harness.await_observation(bound));
        return *std::find_if(harness.observations().rbegin(), harness.observations().rend(), [](const Observation &one) {
            return one.kind == Kind::replace || one.kind == Kind::update || one.kind == Kind::failed;
        });
    }
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
    /// All left-out reports so far, one per line.
    std::string left_out() const {
        std::string out;
        for (const auto &one : harness.observations())
            if (one.kind == Kind::left_out) out += std::to_string(one.items) + " " + one.text + "\n";
        return out;
    }
    /// The last report whether it follows every change.
    bool in_sync() const {
        bool out = false;
        for (const auto &one : harness.observations()) out = one.kind == Kind::watching ? one.in_sync : out;
        return out;
    }
    const Observation *last_failure() const {
        const Observation *out = nullptr;
        for (const auto &one : harness.observations()) out = one.kind == Kind::failed ? &one : out;
        return out;
    }
    void failed_with(std::int32_t status, std::string_view part) {
        const Observation *seen = last_failure();
        BOOST_REQUIRE(seen != nullptr);
        BOOST_TEST_MESSAGE(seen->text);
        BOOST_TEST(seen->status == status, seen->text);
        BOOST_TEST(seen->text.find(part) != std::string::npos, seen->text);
    }

    SimNet net;
    HttpAuthority authority{"the cluster"};
    kith::testkit::SimulatedMachine &here = net.machine("here", {"10.1.0.1"});
    kith::testkit::SimulatedMachine &there = net.machine("kubernetes.default.svc", {"10.96.0.1"});
    PluginHarness harness;
};

/// Two pods that the plugin watches.
struct Following : Fixture {
    explicit Following(const std::string &with = options()) : Fixture(with) {
        api.pod("app-0", "10.1.0.10");
        api.pod("app-1", "10.1.0.11");
        start();
        BOOST_REQUIRE(until([&] { return in_sync(); }));
        BOOST_REQUIRE(names() == two);
        harness.run_for(10s); // a watch that ends immediately is another case
    }
    const std::string two = "app@10.1.0.10 app@10.1.0.11";
    ApiServer api{there, 443, authority, {"kubernetes.default.svc"}};
};

} // namespace k8s::test
