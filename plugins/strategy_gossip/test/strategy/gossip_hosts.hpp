// SPDX-License-Identifier: MIT
//
// Hosts on one segment, 10.0.0.1 and on, each with the plugin for a node a@10.0.0.1 and on.
#pragma once

#include "../bytes.hpp"

#include <kith/testkit/fail_each.hpp>
#include <kith/testkit/network_segment.hpp>
#include <kith/testkit/plugin_harness.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <deque>
#include <memory>
#include <string>

extern "C" const kith_entry kith_plugin_entry_strategy_gossip;

namespace gossip::test {

using namespace std::chrono_literals;
using kith::testkit::Hears;
using kith::testkit::NetworkSegment;
using kith::testkit::Observation;
using kith::testkit::PluginHarness;
using kith::testkit::Sends;
using kith::testkit::SimNet;
using kith::testkit::SimulatedMachine;
using Kind = Observation::Kind;

inline constexpr const char *group = "233.252.1.32";
inline constexpr std::uint16_t port = 45892;

struct Host {
    SimulatedMachine &machine;
    std::string node;
    std::unique_ptr<PluginHarness> harness;

    PluginHarness *operator->() const { return harness.get(); }

    bool sees(const std::string &name) const {
        return std::any_of(harness->peers().begin(), harness->peers().end(),
                           [&](const auto &peer) { return peer.name == name; });
    }
    bool sees(const Host &other) const { return sees(other.node); }

    /// Observations of that kind; from the given moment on.
    std::size_t count(Kind kind, std::chrono::nanoseconds since = {}) const {
        const auto &all = harness->observations();
        return static_cast<std::size_t>(
            std::count_if(all.begin(), all.end(), [&](const auto &each) { return each.kind == kind && each.at >= since; }));
    }
    /// How often a peer was said to be missing or gone.
    std::size_t lost(std::chrono::nanoseconds since = {}) const {
        std::size_t out = 0;
        for (const auto &each : harness->observations())
            if (each.at >= since) out += each.missing.size() + each.left.size();
        return out;
    }
    /// The text of the last failure; empty when there was none.
    std::string failure(std::chrono::nanoseconds since = {}) const {
        std::string out;
        for (const auto &each : harness->observations())
            if (each.kind == Kind::failed && each.at >= since) out = each.text;
        return out;
    }
    /// Does it follow what happens?
    bool watching() const {
        bool out = false;
        for (const auto &each : harness->observations()) {
            if (each.kind == Kind::watching) out = each.in_sync;
            if (each.kind == Kind::failed) out = false;
        }
        return out;
    }
    /// Datagrams of a kind that it has counted.
    std::uint64_t heard(std::string_view kind) const {
        for (const auto &metric : harness->metrics())
            if (metric.name == "gossip_heard_total" && metric.labels.at(0).second == kind)
                return static_cast<std::uint64_t>(metric.value);
        return 0;
    }
};

struct Hosts {
    explicit Hosts(std::uint64_t seed = 1) : own_net_(std::make_unique<SimNet>(seed)), net(*own_net_) {}
    explicit Hosts(SimNet &given) : net(given) {}
    ~Hosts() {
        for (const Host &host : all)
            for (const auto &broken : host->violations()) BOOST_ERROR(host.node + ": " + broken);
    }

    SimulatedMachine &machine() {
        const auto number = std::to_string(++machines_);
        return net.machine("host" + number, {std::string_view("10.0.0." + number)});
    }
    /// One more, started.
    Host &add(const std::string &options = "{}", bool named = true) { return run(machine(), options, named); }
    Host &run(SimulatedMachine &on, const std::string &options = "{}", bool named = true) {
        const auto name = "a@" + on.addresses().at(0).text();
        const auto id = std::to_string(all.size());
        all.push_back({on, name,
                       std::make_unique<PluginHarness>(on, kith_plugin_entry_strategy_gossip, "gossip", options,
                                                       kith::testkit::Identity{"t", "s" + id, "t/s" + id})});
        if (named) all.back()->node(name);
        BOOST_TEST(all.back()->start() == KITH_OK, all.back()->error());
        return all.back();
    }
    void add(std::size_t count, const std::string &options) {
        while (count-- > 0) add(options);
    }

    bool all_see_all() const {
        return std::all_of(all.begin(), all.end(), [&](const Host &one) {
            return std::all_of(all.begin(), all.end(), [&](const Host &other) {
                return !other->running() || !one->running() || &one == &other || one.sees(other);
            });
        });
    }
    bool meet(std::chrono::nanoseconds bound = 20s) {
        return net.run_until([&] { return all_see_all(); }, bound);
    }
    /// A packet from a stranger.
    void inject(const std::string &packet, const std::string &from = "10.0.0.77", const std::string &to = group) {
        net.segment().inject(from, port, to, port, packet);
    }

  private:
    std::unique_ptr<SimNet> own_net_;
    std::size_t machines_ = 0;

  public:
    SimNet &net;
    std::deque<Host> all;
};

} // namespace gossip::test
