// SPDX-License-Identifier: MIT
#include "duties.hpp"
#include "town.hpp"

#include <kith/service/sink.h>

#include <algorithm>

namespace kith::check {

namespace {

using namespace std::chrono_literals;
using testkit::RecordedPeer;
using testkit::Report;
using testkit::Rig;
using testkit::SimNet;

constexpr int rounds = 10;

RecordedPeer a_peer(Noise &noise) {
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
        "check@10.0.0.1", // the last is the node itself
    };
    const auto &name = names[noise.below(std::size(names))];
    RecordedPeer peer{noise.chance(2) ? "k" + name.substr(0, 100) : name, name, {}, {}};
    for (auto i = noise.below(4); i > 0; --i)
        peer.attributes.emplace_back("a" + std::to_string(i), noise.chance(2) ? "" : "v w");
    return peer;
}

void asks_connector(Rig &rig, Noise &noise, std::vector<std::uint64_t> &begun) {
    const auto op = noise.chance(3) ? rig.disconnect(a_peer(noise)) : rig.connect(a_peer(noise));
    if (op != 0) begun.push_back(op);
    if (!begun.empty() && noise.chance(4)) rig.cancel(begun[noise.below(begun.size())]);
}

void tells_sink(Rig &rig, Noise &noise) {
    static constexpr std::string_view odd[] = {"{}", R"({"kind": "link.up", "peer": "a@b"})", R"({"reason": "\u0000\n\"'"})"};
    // The last kinds are of a newer host.
    const auto kind = static_cast<std::uint32_t>(noise.below(KITH_EVENT_PLUGIN_CHANGED + 3));
    rig.event(kind, odd[noise.below(std::size(odd))], noise.chance(2) ? "app@10.7.0.8" : "");
}

bool is_done(const Rig &rig, std::uint64_t op) {
    return std::ranges::any_of(rig.reports(), [op](const Report &r) { return r.kind == Report::Kind::done && r.op == op; });
}

void of_kind(const Subject &subject, std::uint32_t kind, const char *otherwise,
             const std::function<void(const Plugin &, std::uint64_t)> &test) {
    bool any = false;
    for_each_plugin(subject, [&](const Plugin &plugin) {
        if (plugin.descriptor.kind != kind) return;
        any = true;
        for (std::uint64_t round = 0; round < rounds; ++round) test(plugin, plugin.seed + round);
    });
    if (!any) throw Skipped(otherwise);
}

// A plugin in a polite town, running.
struct Lodger {
    Lodger(const Plugin &plugin, std::uint64_t seed)
        : net(seed),
          town(net, plugin.descriptor, {}, seed),
          rig(town.here(), town.listen(plugin.entry), plugin.id, plugin.options) {
        rig.node("check@10.0.0.1");
        if (rig.start() != KITH_OK) throw Broken("it does not start: " + rig.error() + "; give it options with --options");
        rig.run_for(5s);
    }
    SimNet net;
    Town town;
    Rig rig;
};

void connects(const Subject &subject) {
    of_kind(subject, KITH_KIND_CONNECTOR, "it is no connector", [](const Plugin &plugin, std::uint64_t seed) {
        Lodger lodger(plugin, seed);
        Rig &rig = lodger.rig;
        Noise noise(seed);
        const auto begun = keep_busy(rig, plugin.descriptor, noise);
        rig.run_for(1min);
        for (const auto op : begun) rig.cancel(op);
        rig.run_for(10s);
        keep_rules(rig);
        for (const auto op : begun)
            if (!is_done(rig, op)) throw Broken("T2: it was not done with an operation 10 s after that was cancelled");
        keep_busy(rig, plugin.descriptor, noise);
        rig.stop();
        keep_rules(rig);
    });
}

void events(const Subject &subject) {
    of_kind(subject, KITH_KIND_SINK, "it is no sink", [](const Plugin &plugin, std::uint64_t seed) {
        Lodger lodger(plugin, seed);
        Rig &rig = lodger.rig;
        Noise noise(seed);
        keep_busy(rig, plugin.descriptor, noise);
        for (int i = 0; i < 600; ++i) tells_sink(rig, noise);
        rig.run_for(1min);
        keep_rules(rig);
        if (rig.mask() == 0 && !rig.failed()) throw Broken("it subscribes to nothing, so it will never hear of an event");
        for (int i = 0; i < 600; ++i) tells_sink(rig, noise);
        rig.stop();
        keep_rules(rig);
    });
}

constexpr Test tests[] = {
    {"connects", "T2", "a connector is done once with all it is asked, also when it is cancelled or stopped", connects},
    {"events", "T2", "a sink takes each batch once, of all kinds, also when it is stopped", events},
};

} // namespace

std::vector<std::uint64_t> keep_busy(Rig &rig, const kith_descriptor &descriptor, Noise &noise) {
    std::vector<std::uint64_t> begun;
    for (int i = 0; i < 40 && rig.running(); ++i) {
        if (descriptor.kind == KITH_KIND_CONNECTOR) asks_connector(rig, noise, begun);
        if (descriptor.kind == KITH_KIND_SINK) tells_sink(rig, noise);
        if (noise.chance(10)) rig.refresh();
        rig.run_for(std::chrono::milliseconds(noise.below(400)));
    }
    return begun;
}

std::span<const Test> duty_tests() noexcept { return tests; }

} // namespace kith::check
