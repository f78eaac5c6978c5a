// SPDX-License-Identifier: MIT
#include "plugin_workload.hpp"
#include "simulated_servers.hpp"

#include <kith/service/sink.h>

#include <algorithm>
#include <map>

namespace kith::check {

namespace {

using namespace std::chrono_literals;
using testkit::PluginHarness;
using testkit::RecordedPeer;
using testkit::Report;
using testkit::SimNet;

constexpr int rounds = 10;

RecordedPeer random_peer(MalformedDataGenerator &malformed) {
    static const std::string names[] = {
        "app@10.7.0.8",
        "app@10.7.0.9",
        "app@host.example",
        "app@[fd00::7]",
        "no-at-sign",
        "a@b@c",
        "@",
        "-rf@10.7.0.8",
        "$(reboot)@h",
        "a b@c d",
        "\xc3\xa4@\xc3\xb6",
        "a@" + std::string(1000, 'h'),
        std::string(1024, 'x'),
        "check@10.0.0.1", // the node itself
    };
    const auto &name = names[malformed.below(std::size(names))];
    RecordedPeer peer{malformed.chance(2) ? "k" + name.substr(0, 100) : name, name, {}, {}};
    for (auto i = malformed.below(4); i > 0; --i)
        peer.attributes.emplace_back("a" + std::to_string(i), malformed.chance(2) ? "" : "v w");
    return peer;
}

void request_random_operation(PluginHarness &harness, MalformedDataGenerator &malformed, std::vector<std::uint64_t> &begun) {
    const auto op = malformed.chance(3) ? harness.disconnect(random_peer(malformed)) : harness.connect(random_peer(malformed));
    if (op != 0) begun.push_back(op);
    if (!begun.empty() && malformed.chance(4)) harness.cancel(begun[malformed.below(begun.size())]);
}

void send_random_event(PluginHarness &harness, MalformedDataGenerator &malformed) {
    static constexpr std::string_view odd[] = {"{}", R"({"kind": "link.up", "peer": "a@b"})", R"({"reason": "\u0000\n\"'"})"};
    // The last two kinds are unknown to this version: a newer host sends such events.
    const auto kind = static_cast<std::uint32_t>(malformed.below(KITH_EVENT_PLUGIN_REPLACED + 3));
    harness.event(kind, odd[malformed.below(std::size(odd))], malformed.chance(2) ? "app@10.7.0.8" : "");
}

// Members for sinks that read them, some of which no file and no protocol should contain as they are.
void set_random_members(PluginHarness &harness, MalformedDataGenerator &malformed) {
    std::map<std::string, RecordedPeer> members; // names are unique
    for (auto i = malformed.below(12); i > 0; --i) {
        RecordedPeer peer = random_peer(malformed);
        members[peer.name] = peer;
    }
    std::vector<RecordedPeer> list;
    for (auto &[name, peer] : members) list.push_back(std::move(peer));
    harness.members("check", std::move(list), malformed.chance(4) ? "a source has not reported yet" : "");
}

bool is_done(const PluginHarness &harness, std::uint64_t op) {
    return std::ranges::any_of(harness.reports(), [op](const Report &r) { return r.kind == Report::Kind::done && r.op == op; });
}

void for_each_of_kind(const TestInput &input, std::uint32_t kind, const char *otherwise,
                      const std::function<void(const PluginUnderTest &, std::uint64_t)> &test) {
    bool any = false;
    for_each_plugin(input, [&](const PluginUnderTest &plugin) {
        if (plugin.descriptor.kind != kind) return;
        any = true;
        for (std::uint64_t round = 0; round < rounds; ++round) test(plugin, plugin.seed + round);
    });
    if (!any) throw TestSkipped(otherwise);
}

// A running plugin, and simulated servers that behave correctly.
struct PluginAmongServers {
    PluginAmongServers(const PluginUnderTest &plugin, std::uint64_t seed)
        : net(seed),
          servers(net, plugin, {}, seed),
          harness(servers.plugin_machine(), servers.intercept(plugin.entry), plugin.id, plugin.options) {
        harness.node("check@10.0.0.1");
        start_or_skip(harness);
        harness.run_for(5s);
    }
    SimNet net;
    SimulatedServers servers;
    PluginHarness harness;
};

void connects(const TestInput &input) {
    for_each_of_kind(input, KITH_KIND_CONNECTOR, "it is not a connector",
                     [](const PluginUnderTest &plugin, std::uint64_t seed) {
                         PluginAmongServers lodging(plugin, seed);
                         PluginHarness &harness = lodging.harness;
                         MalformedDataGenerator malformed(seed);
                         const auto begun = run_workload(harness, plugin.descriptor, malformed);
                         harness.run_for(1min);
                         for (const auto op : begun) harness.cancel(op);
                         harness.run_for(10s);
                         require_no_violation(harness);
                         for (const auto op : begun)
                             if (!is_done(harness, op))
                                 throw RuleViolation("T2: an operation was not completed within 10 s after it was cancelled");
                         run_workload(harness, plugin.descriptor, malformed);
                         harness.stop();
                         require_no_violation(harness);
                     });
}

void events(const TestInput &input) {
    for_each_of_kind(input, KITH_KIND_SINK, "it is not a sink", [](const PluginUnderTest &plugin, std::uint64_t seed) {
        PluginAmongServers lodging(plugin, seed);
        PluginHarness &harness = lodging.harness;
        MalformedDataGenerator malformed(seed);
        run_workload(harness, plugin.descriptor, malformed);
        for (int i = 0; i < 600; ++i) send_random_event(harness, malformed);
        harness.run_for(1min);
        require_no_violation(harness);
        if (harness.mask() == 0 && !harness.failed())
            throw RuleViolation("it subscribes to no event, so it never receives one");
        for (int i = 0; i < 600; ++i) send_random_event(harness, malformed);
        harness.stop();
        require_no_violation(harness);
    });
}

constexpr Test connector_and_sink_test_table[] = {
    {"connects", "T2", "a connector completes each operation once, also when it is cancelled or the connector is stopped",
     connects},
    {"events", "T2", "a sink acknowledges each batch once, for all kinds of events, also when it is stopped", events},
};

} // namespace

std::vector<std::uint64_t> run_workload(PluginHarness &harness, const kith_descriptor &descriptor,
                                        MalformedDataGenerator &malformed) {
    std::vector<std::uint64_t> begun;
    for (int i = 0; i < 40 && harness.running(); ++i) {
        if (descriptor.kind == KITH_KIND_CONNECTOR) request_random_operation(harness, malformed, begun);
        if (descriptor.kind == KITH_KIND_SINK) {
            if (malformed.chance(3)) set_random_members(harness, malformed);
            send_random_event(harness, malformed);
        }
        if (malformed.chance(10)) harness.refresh();
        harness.run_for(std::chrono::milliseconds(malformed.below(400)));
    }
    return begun;
}

std::span<const Test> connector_and_sink_tests() noexcept { return connector_and_sink_test_table; }

} // namespace kith::check
