// SPDX-License-Identifier: MIT
//
// What membership, reconciler and bus cost with 100,000 peers: names of 30 bytes, 4 attributes. Prints one line for each figure:
// name, median of the thread's CPU time, unit, number of samples.
#include <core/cluster/topology/topology.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <time.h>
#include <vector>

using namespace kith::core;

namespace {

constexpr std::size_t peers_total = 100'000;

class CountingConnector final : public Connector {
  public:
    StartedOperation connect(const kith::PeerView &) override { return begin(); }
    StartedOperation disconnect(const kith::PeerView &) override { return begin(); }
    void cancel(std::uint64_t) override {}
    void refresh() override {}
    std::uint64_t last = 0;

  private:
    StartedOperation begin() { return {KITH_OK, ++last, {}}; }
};

struct Peers {
    // A copy, side by side in memory in this order, as a plugin would pass them.
    explicit Peers(const std::vector<kith::PeerView> &order) {
        for (const auto &peer : order) {
            strings.emplace_back(peer.key);
            strings.emplace_back(peer.attributes[0].value);
        }
        lay_out(order.size());
    }
    explicit Peers(std::size_t count, std::size_t first = 0) {
        for (std::size_t i = first; i < first + count; ++i) {
            char text[64];
            std::snprintf(text, sizeof text, "application-%06zu@10.0.0.%04zu", i, i % 10'000); // 30 bytes
            strings.emplace_back(text);
            std::snprintf(text, sizeof text, "10.%zu.%zu.%zu", i >> 16U & 255U, i >> 8U & 255U, i & 255U);
            strings.emplace_back(text);
        }
        lay_out(count);
    }
    void lay_out(std::size_t count) {
        attributes.reserve(count * 4);
        for (std::size_t i = 0; i < count; ++i) {
            attributes.push_back({"ip", strings[2 * i + 1]});
            attributes.push_back({"zone", "eu-central-1a"});
            attributes.push_back({"version", "2026.11.22-1"});
            attributes.push_back({"role", "worker"});
        }
        for (std::size_t i = 0; i < count; ++i)
            views.push_back({strings[2 * i], strings[2 * i], {attributes.data() + 4 * i, 4}, 0});
    }
    std::vector<std::string> strings;
    std::vector<kith::AttributeView> attributes;
    std::vector<kith::PeerView> views;
};

// Of this thread, so that what runs beside it counts little.
double cpu_seconds() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

template <typename Run>
void measure(const char *name, const char *target, int samples, double unit, const char *unit_name, Run run) {
    std::vector<double> times;
    for (int i = 0; i < samples; ++i) {
        const double begin = cpu_seconds();
        run(i);
        times.push_back((cpu_seconds() - begin) / unit);
    }
    std::sort(times.begin(), times.end());
    // A line of the table of tests/bench/run.
    std::printf("100,000 peers: %s\t%.3f\t%s\t%d\t%s\t\n", name, times[times.size() / 2], unit_name, samples, target);
}

} // namespace

int main() {
    constexpr double ms = 1e-3;
    constexpr double us = 1e-6;
    Time now = 1'000'000'000;
    EventBus bus;
    CountingConnector connector;
    Reconciler reconciler{"beam", 0, connector, bus, 1};
    Policy policy;
    policy.max_peers = 2 * peers_total;
    policy.connect_parallel = 1'000'000;
    LiveTopology topology{"bench", policy, reconciler, bus};
    topology.add_source("s");
    topology.start(now);
    (void)reconciler.attached("self@host", 1, now);

    Peers peers{peers_total};
    measure("replace, first time", "", 1, ms, "ms", [&](int) { (void)topology.replace(SourceId{0}, peers.views, now); });
    std::vector<kith::LinkView> links;
    for (const auto &peer : peers.views) links.push_back({peer.name, {}});
    measure("links, all of them", "", 1, ms, "ms", [&](int) { (void)reconciler.links(1, links, now); });
    measure("advance over all of them", "", 1, ms, "ms", [&](int) { reconciler.advance(now); });
    measure("replace, unchanged, same order", "<= 25", 51, ms, "ms",
            [&](int) { (void)topology.replace(SourceId{0}, peers.views, now += 1'000'000); });

    Random random{1};
    std::vector<kith::PeerView> shuffled = peers.views;
    for (std::size_t i = shuffled.size(); i > 1; --i) std::swap(shuffled[i - 1], shuffled[random.below(i)]);
    const Peers reordered{shuffled};
    measure("replace, unchanged, another order each time", "<= 25", 51, ms, "ms",
            [&](int i) { (void)topology.replace(SourceId{0}, i % 2 == 0 ? reordered.views : peers.views, now += 1'000'000); });

    constexpr int changes = 10'000;
    Peers more{changes, peers_total};
    measure("upsert, unchanged", "<= 5", changes, us, "us", [&](int i) {
        (void)topology.update(SourceId{0}, {&shuffled[static_cast<std::size_t>(i)], 1}, {}, {}, now += 1'000);
    });
    std::vector<kith::AttributeView> newer{{"ip", "::1"}, {"zone", "x"}, {"version", "2"}, {"role", "worker"}};
    measure("upsert, new attributes (with its event)", "<= 5", changes, us, "us", [&](int i) {
        kith::PeerView peer = shuffled[static_cast<std::size_t>(i)];
        peer.attributes = newer;
        (void)topology.update(SourceId{0}, {&peer, 1}, {}, {}, now += 1'000);
    });
    measure("one new peer, to the connector's call (with 2 events)", "<= 3", changes, us, "us", [&](int i) {
        (void)topology.update(SourceId{0}, {&more.views[static_cast<std::size_t>(i)], 1}, {}, {}, now += 1'000);
        reconciler.advance(now);
        if (connector.last != static_cast<std::uint64_t>(i) + 1) std::abort();
    });
    measure("its end, with the link (with 2 events)", "", changes, us, "us", [&](int i) {
        (void)reconciler.link_up(1, {more.views[static_cast<std::size_t>(i)].name, {}}, now);
        (void)reconciler.done(static_cast<std::uint64_t>(i) + 1, KITH_OK, {}, now += 1'000);
        reconciler.advance(now);
    });
    measure("one peer gone by a fact, to the decision (with its event)", "", changes, us, "us", [&](int i) {
        const std::string_view key = more.views[static_cast<std::size_t>(i)].key;
        (void)topology.update(SourceId{0}, {}, {}, {&key, 1}, now += 1'000);
        reconciler.advance(now);
    });
    Event event;
    event.kind = KITH_EVENT_CONNECT_FAILED;
    event.status = KITH_TIMED_OUT;
    event.topology = "bench";
    event.connector = "beam";
    event.peer = peers.views[0].name;
    event.reason = "no answer within 8 s";
    event.has_duration = true;
    event.duration = 8'000'000'000;
    std::vector<EventRef> taken;
    const auto subscriber = bus.subscribe({});
    measure("publish, render and take 1,000 events", "", 1'000, ms, "ms", [&](int) {
        for (int j = 0; j < 1'000; ++j) bus.publish(event, now);
        taken.clear();
        bus.take(subscriber, 1'000, taken);
    });
    return 0;
}
