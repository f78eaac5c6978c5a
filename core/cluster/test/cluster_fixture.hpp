// SPDX-License-Identifier: MIT
//
// A small fixture for tests: a bus, one connector whose answers the test scripts, and topologies over it, in simulated time.
#pragma once

#include <core/cluster/topology/topology.hpp>
#include <kith/hosting/event_kind.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace kith::core::test {

using namespace std::chrono_literals;

inline Policy::milliseconds ms(std::chrono::milliseconds duration) { return duration; }

// A connector whose operations the test ends, or which end by themselves.
class ScriptedConnector final : public Connector {
  public:
    struct Call {
        std::uint64_t op;
        bool connect;
        std::string name;
        Time at;
        bool cancelled = false;
    };

    StartedOperation connect(const PeerView &peer) override { return begin(true, peer); }
    StartedOperation disconnect(const PeerView &peer) override { return begin(false, peer); }
    void cancel(std::uint64_t op) override {
        for (auto &call : open) {
            if (call.op == op) call.cancelled = true;
        }
        ++cancels;
    }
    void refresh() override { ++refreshes; }

    std::deque<Call> open;          // operations that have not ended
    std::vector<std::string> calls; // "connect a", "disconnect a", since the test last looked
    std::map<std::string, std::map<std::string, std::string>, std::less<>> attributes; // as given to the last call
    std::string last_key;
    std::size_t most_connects = 0, most_disconnects = 0;
    std::int32_t refuse = KITH_OK; // what begin answers
    int cancels = 0;
    int refreshes = 0;
    const Time *now = nullptr;

  private:
    StartedOperation begin(bool connect, const PeerView &peer) {
        calls.push_back((connect ? "connect " : "disconnect ") + std::string{peer.name});
        attributes[std::string{peer.name}].clear();
        for (const auto &attribute : peer.attributes)
            attributes[std::string{peer.name}][std::string{attribute.name}] = attribute.value;
        last_key = peer.key;
        if (refuse != KITH_OK) return {refuse, 0, "refused by the test"};
        open.push_back({++last_op_, connect, std::string{peer.name}, *now, false});
        const auto connects =
            static_cast<std::size_t>(std::count_if(open.begin(), open.end(), [](const Call &c) { return c.connect; }));
        most_connects = std::max(most_connects, connects);
        most_disconnects = std::max(most_disconnects, open.size() - connects);
        return {KITH_OK, last_op_, {}};
    }
    std::uint64_t last_op_ = 0;
};

struct PeerSpec {
    PeerSpec() = default;
    PeerSpec(const char *both) : key(both), name(both) {}
    PeerSpec(std::string both) : key(both), name(std::move(both)) {}
    PeerSpec(std::string key_, std::string name_, std::vector<std::pair<std::string, std::string>> attributes_ = {},
             std::chrono::nanoseconds ttl_ = 0ns)
        : key(std::move(key_)), name(std::move(name_)), attributes(std::move(attributes_)), ttl(ns(ttl_)) {}
    std::string key, name;
    std::vector<std::pair<std::string, std::string>> attributes;
    Time ttl = 0;
};

// Views over specs.
class Views {
  public:
    explicit Views(const std::vector<PeerSpec> &peers) {
        std::size_t count = 0;
        for (const auto &peer : peers) count += peer.attributes.size();
        attributes_.reserve(count);
        for (const auto &peer : peers) {
            const std::size_t begin = attributes_.size();
            for (const auto &[name, value] : peer.attributes) attributes_.push_back({name, value});
            views_.push_back({peer.key, peer.name, std::span{attributes_}.subspan(begin), peer.ttl});
        }
    }
    operator std::span<const PeerView>() const { return views_; }

  private:
    std::vector<AttributeView> attributes_;
    std::vector<PeerView> views_;
};

class ClusterFixture {
  public:
    explicit ClusterFixture(std::uint32_t parallel = 0, std::uint64_t seed = 1)
        : reconciler("beam", parallel, connector, bus, seed) {
        connector.now = &now;
        events_of = bus.subscribe({all_events, 1'000'000, 0, {}});
        bus.set_wall(now, 0);
    }

    LiveTopology &topology(Policy policy = {}, std::string name = "t", const std::vector<std::string> &sources = {"s"}) {
        topologies.push_back(std::make_unique<LiveTopology>(std::move(name), std::move(policy), reconciler, bus));
        for (const auto &source : sources) topologies.back()->add_source(source);
        topologies.back()->start(now);
        return *topologies.back();
    }

    // Everything that is due now.
    void run() {
        for (int rounds = 0;; ++rounds) {
            BOOST_REQUIRE_MESSAGE(rounds < 1000, "the cluster does not come to rest");
            bool quiet = true;
            for (auto &topology : topologies) {
                if (topology->next_deadline() > now) continue;
                topology->advance(now);
                quiet = false;
            }
            if (reconciler.next_deadline() <= now) {
                reconciler.advance(now);
                quiet = false;
            }
            if (automatic && !connector.open.empty()) {
                while (!connector.open.empty()) finish(connector.open.front().name);
                quiet = false;
            }
            if (quiet) return;
        }
    }

    Time next() const {
        Time next = reconciler.next_deadline();
        for (const auto &topology : topologies) next = std::min(next, topology->next_deadline());
        return next;
    }

    // Lets time pass, with everything that comes due on its way.
    void pass(std::chrono::nanoseconds duration) {
        const Time until = now + ns(duration);
        run();
        while (next() <= until) {
            now = next();
            run();
        }
        now = until;
        run();
    }

    void attach(const std::vector<std::string> &links = {}, std::string_view node = "self@h") {
        BOOST_REQUIRE(reconciler.attached(node, ++epoch, now));
        say_links(links);
    }
    void say_links(const std::vector<std::string> &links, const std::vector<std::string> &members = {}) {
        std::vector<LinkView> views;
        for (const auto &name : links) views.push_back({name, {}});
        for (const auto &name : members) views.push_back({name, {}, false});
        BOOST_REQUIRE(reconciler.links(epoch, views, now));
    }
    void up(std::string_view name) { BOOST_REQUIRE(reconciler.link_up(epoch, {name, {}}, now)); }
    void down(std::string_view name, std::string_view reason = "lost") {
        BOOST_REQUIRE(reconciler.link_down(epoch, name, reason, now));
    }
    // The oldest operation on that name ends; one that succeeds changes the link first.
    void finish(std::string name, std::int32_t status = KITH_OK, std::string_view text = {}) {
        const auto found =
            std::find_if(connector.open.begin(), connector.open.end(), [&](const auto &call) { return call.name == name; });
        BOOST_REQUIRE_MESSAGE(found != connector.open.end(), "no operation on " << name);
        const auto call = *found;
        connector.open.erase(found);
        if (status == KITH_OK && reconciler.attached()) call.connect ? up(name) : down(name, "parted");
        BOOST_REQUIRE(reconciler.done(call.op, status, text, now));
    }

    static Status replace(LiveTopology &topology, const std::vector<PeerSpec> &peers, Time now, std::uint32_t source = 0) {
        return topology.replace(SourceId{source}, Views{peers}, now);
    }
    Status see(LiveTopology &topology, const std::vector<PeerSpec> &peers, std::uint32_t source = 0) {
        Status status = topology.replace(SourceId{source}, Views{peers}, now);
        run();
        return status;
    }
    Status update(LiveTopology &topology, const std::vector<PeerSpec> &upserted,
                  const std::vector<std::string_view> &missing = {}, const std::vector<std::string_view> &left = {},
                  std::uint32_t source = 0) {
        Status status = topology.update(SourceId{source}, Views{upserted}, missing, left, now);
        run();
        return status;
    }

    // What was published since the last call: "kind", with the peer's name where there is one.
    std::vector<std::string> told() {
        std::vector<std::string> lines;
        for (const auto &event : take()) {
            std::string line{event_kind_name(event->kind())};
            if (!event->peer().empty()) line += " " + std::string{event->peer()};
            lines.push_back(std::move(line));
        }
        return lines;
    }
    // The same with reasons.
    std::vector<std::string> told_why() {
        std::vector<std::string> lines;
        for (const auto &event : take()) {
            std::string line{event_kind_name(event->kind())};
            if (!event->peer().empty()) line += " " + std::string{event->peer()};
            if (!event->reason().empty()) line += ": " + std::string{event->reason()};
            lines.push_back(std::move(line));
        }
        return lines;
    }
    std::vector<EventRef> take() {
        std::vector<EventRef> events;
        while (bus.take(events_of, 256, events) == 256) {
        }
        return events;
    }
    std::vector<std::string> calls() {
        std::vector<std::string> calls = std::move(connector.calls);
        connector.calls.clear();
        std::sort(calls.begin(), calls.end());
        return calls;
    }

    Time now = 1'000'000'000;
    EventBus bus{{1'000'000, 1'000'000'000}};
    SubscriberId events_of = 0;
    ScriptedConnector connector;
    Reconciler reconciler;
    std::vector<std::unique_ptr<LiveTopology>> topologies;
    std::uint64_t epoch = 0;
    bool automatic = false; // every operation succeeds at once
};

// One topology whose connector is attached.
struct AttachedTopology : ClusterFixture {
    // succeed: every operation succeeds at once.
    explicit AttachedTopology(Policy policy, bool succeed = false) : topology(ClusterFixture::topology(std::move(policy))) {
        automatic = succeed;
        attach();
    }
    LiveTopology &topology;
};
inline constexpr bool automatic_operations = true;

using Lines = std::vector<std::string>;

inline std::vector<PeerSpec> peers_named(const std::string &prefix, int count) {
    std::vector<PeerSpec> peers;
    for (int i = 0; i < count; ++i) peers.emplace_back(prefix + std::to_string(i));
    return peers;
}

inline std::size_t count(const Lines &lines, std::string_view prefix) {
    return static_cast<std::size_t>(
        std::count_if(lines.begin(), lines.end(), [&](const auto &line) { return line.starts_with(prefix); }));
}

} // namespace kith::core::test

namespace boost::test_tools::tt_detail {
template <>
struct print_log_value<kith::core::test::Lines> {
    void operator()(std::ostream &out, const kith::core::test::Lines &lines) {
        out << "[";
        for (const auto &line : lines) out << "\n    " << line;
        out << "]";
    }
};
template <>
struct print_log_value<kith::core::PeerClass> {
    void operator()(std::ostream &out, kith::core::PeerClass peer_class) { out << to_string(peer_class); }
};
} // namespace boost::test_tools::tt_detail

#define KITH_CHECK_LINES(actual, ...) BOOST_CHECK_EQUAL((actual), (kith::core::test::Lines{__VA_ARGS__}))
