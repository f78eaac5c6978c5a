// SPDX-License-Identifier: MIT
//
// A random schedule of observations, link changes, detaches, connector errors and time, and the invariants that are checked after each step.
#pragma once

#include <core/cluster/test/cluster_fixture.hpp>
#include <core/cluster/test/for_seeds.hpp>

namespace kith::core::test {

inline constexpr const char *self = "self@h";
inline constexpr const char *excluded = "excluded";

class Schedule {
  public:
    explicit Schedule(std::uint64_t seed) : random(seed), fixture(0, seed) {
        const std::size_t topologies = 1 + random.below(3);
        for (std::size_t i = 0; i < topologies; ++i) {
            Policy policy;
            policy.guard = chance(50);
            policy.prune = chance(70) ? Prune::disconnect : chance(50) ? Prune::keep : Prune::report;
            policy.grace = ms(std::chrono::milliseconds{random.below(10'000)});
            policy.confirm = static_cast<std::uint32_t>(1 + random.below(3));
            policy.hold = ms(20s);
            policy.removal_window = ms(30s);
            policy.connect_parallel = static_cast<std::uint32_t>(1 + random.below(4));
            policy.connect_timeout = ms(2s);
            policy.backoff_max = ms(8s);
            policy.exclude = {excluded};
            policy.max_peers = 10;
            limit = std::min<std::size_t>(limit, policy.connect_parallel);
            std::vector<std::string> sources{"one"};
            if (chance(50)) sources.emplace_back("two");
            if (chance(40)) policy.merge = Merge::first;
            source_count.push_back(sources.size());
            fixture.topology(policy, "t" + std::to_string(i), sources);
        }
        for (std::size_t t = 0; t < topologies; ++t) {
            for (std::size_t s = 0; s < source_count[t]; ++s) {
                if (chance(50)) remember(t, s);
            }
        }
    }

    void chaos(int steps) {
        for (int i = 0; i < steps && ok; ++i) {
            step();
            settle();
        }
    }

    // Every source reports its last set again and again, and the connector completes each request with success.
    void quiet() {
        std::vector<std::vector<std::vector<PeerSpec>>> final_sets;
        for (std::size_t t = 0; t < fixture.topologies.size(); ++t) {
            final_sets.emplace_back();
            for (std::size_t s = 0; s < source_count[t]; ++s) final_sets.back().push_back(some_peers());
        }
        calm = true;
        if (!fixture.reconciler.attached()) attach();
        for (int round = 0; round < 60 && ok; ++round) {
            for (std::size_t t = 0; t < final_sets.size(); ++t) {
                for (std::size_t s = 0; s < final_sets[t].size(); ++s) {
                    // Refused as long as what another source said before leaves no room.
                    const Status status =
                        fixture.topologies[t]->replace(static_cast<SourceId>(s), Views{final_sets[t][s]}, fixture.now);
                    expect(status || (round < 3 && status.status == KITH_LIMIT), "an observation is refused: " + status.text);
                }
            }
            settle();
            pass(3s);
        }
        check_rest(final_sets);
    }

    std::string trace() {
        std::string lines;
        for (const auto &event : fixture.take()) lines += std::string{event->json()} + '\n';
        return lines;
    }

    Random random;
    ClusterFixture fixture;
    std::size_t limit = 16;
    std::vector<std::size_t> source_count;
    std::set<std::string> discovered; // by any topology, as long as it remembers
    std::set<std::string> links;      // as the world has them
    bool calm = false;
    bool ok = true;

  private:
    bool chance(std::uint64_t percent) { return random.below(100) < percent; }

    std::string any_name() {
        const auto n = random.below(12);
        return n == 10 ? self : n == 11 ? excluded : "p" + std::to_string(n);
    }

    std::vector<PeerSpec> some_peers(std::chrono::nanoseconds ttl = 0ns) {
        std::vector<PeerSpec> peers;
        std::set<std::string> keys;
        const auto count = random.below(5);
        for (std::uint64_t i = 0; i < count; ++i) {
            const std::string name = any_name();
            const std::string key = chance(80) ? name : "k" + std::to_string(random.below(6));
            if (!keys.insert(key).second) continue;
            peers.push_back({key, name, {{"version", std::to_string(random.below(2))}}, ttl});
            said.insert(name);
        }
        return peers;
    }

    // From a restart before.
    void remember(std::size_t topology, std::size_t source) {
        const std::set<std::string> before = said;
        const auto peers = some_peers();
        said = before;
        for (const auto &peer : peers) remembered.insert(peer.name);
        fixture.topologies[topology]->remember(static_cast<SourceId>(source), Views{peers}, 1'000'000'000, fixture.now);
    }

    void attach() {
        std::vector<std::string> names{links.begin(), links.end()};
        fixture.attach(names, self);
    }

    void step() {
        const auto t = random.below(fixture.topologies.size());
        LiveTopology &topology = *fixture.topologies[t];
        const auto source = static_cast<SourceId>(random.below(source_count[t]));
        switch (random.below(16)) {
        case 0:
        case 1:
        case 2: topology.replace(source, Views{some_peers()}, fixture.now); break;
        case 3:
        case 4: {
            const std::string missing = any_name();
            const std::string left = any_name();
            const std::string_view missing_view = missing;
            const std::string_view left_view = left;
            topology.update(source, Views{some_peers(chance(50) ? 4s : 0s)}, {&missing_view, chance(50) ? 1U : 0U},
                            {&left_view, chance(50) ? 1U : 0U}, fixture.now);
            break;
        }
        case 5: topology.failed(source, KITH_TIMED_OUT, "no answer", fixture.now); break;
        case 6: topology.watching(source, chance(50), fixture.now); break;
        case 7: topology.heard(source, fixture.now); break;
        case 8:
            if (fixture.reconciler.attached()) {
                fixture.reconciler.detached(KITH_RESET, "gone", fixture.now);
                if (chance(50)) links.clear(); // the node died
            }
            break;
        case 9:
        case 10:
            if (!fixture.reconciler.attached() || chance(10)) attach();
            break;
        case 11: { // a link changes by itself
            const std::string name = chance(80) ? any_name() : "stranger";
            if (links.erase(name) == 0) links.insert(name);
            if (fixture.reconciler.attached()) links.contains(name) ? fixture.up(name) : fixture.down(name);
            break;
        }
        case 12: fixture.connector.refuse = chance(30) ? KITH_BUSY : KITH_OK; break;
        case 13:
            if (fixture.reconciler.attached()) fixture.say_links({links.begin(), links.end()});
            break;
        default: pass(std::chrono::milliseconds{random.below(6'000)}); break;
        }
    }

    void pass(std::chrono::nanoseconds duration) {
        const Time until = fixture.now + ns(duration);
        while (fixture.now < until) {
            fixture.now =
                std::min(until, std::max(fixture.now + 1'000'000, std::min(fixture.next(), fixture.now + 200'000'000)));
            settle();
        }
    }

    // Everything that is due, with a connector that answers some operations, and every one that was cancelled.
    void settle() {
        if (calm) fixture.connector.refuse = KITH_OK;
        for (int rounds = 0; rounds < 1000; ++rounds) {
            fixture.run();
            check_calls();
            bool answered = false;
            const auto open = fixture.connector.open;
            for (const auto &call : open) {
                if (!calm && !call.cancelled && !chance(40)) continue;
                answered = true;
                end(call);
            }
            if (!answered) break;
        }
        fixture.run();
        check_calls();
    }

    void end(const ScriptedConnector::Call &call) {
        std::erase_if(fixture.connector.open, [&](const auto &other) { return other.op == call.op; });
        if (!fixture.reconciler.attached() || call.cancelled) {
            fixture.reconciler.done(call.op, KITH_CANCELLED, "cancelled", fixture.now);
            return;
        }
        const bool works = calm || chance(60);
        const bool link_follows = calm || chance(80);
        if (works && link_follows) {
            if (call.connect ? links.insert(call.name).second : links.erase(call.name) != 0)
                call.connect ? fixture.up(call.name) : fixture.down(call.name);
        }
        fixture.reconciler.done(call.op, works ? KITH_OK : KITH_REFUSED, works ? "" : "nobody listens", fixture.now);
    }

    void expect(bool holds, const std::string &what) {
        if (holds) return;
        ok = false;
        BOOST_ERROR(what);
    }

    void check_calls() {
        for (const auto &call : fixture.connector.calls) {
            const std::string name = call.substr(call.find(' ') + 1);
            expect(fixture.reconciler.attached(), call + " while detached");
            expect(said.contains(name) || (remembered.contains(name) && call.starts_with("connect")),
                   call + ", which nobody discovered");
            expect(name != self && name != excluded, call);
            if (call.starts_with("disconnect")) {
                for (const auto &topology : fixture.topologies) {
                    const PeerClass peer_class = topology->class_of(name);
                    expect(peer_class == PeerClass::none || peer_class == PeerClass::unwanted,
                           call + " although " + std::string{topology->name()} + " has it " +
                               std::string{to_string(peer_class)});
                }
            }
        }
        fixture.connector.calls.clear();
        expect(fixture.connector.most_connects <= limit,
               std::to_string(fixture.connector.most_connects) + " connects under way, the limit is " + std::to_string(limit));
        expect(fixture.connector.most_disconnects <= limit, "too many disconnects under way");
    }

    void check_rest(const std::vector<std::vector<std::vector<PeerSpec>>> &final_sets) {
        expect(fixture.connector.open.empty(), "operations are still under way");
        for (std::size_t n = 0; n < 12; ++n) {
            const std::string name = n == 10 ? self : n == 11 ? excluded : "p" + std::to_string(n);
            bool wanted_by_any = false;
            for (std::size_t t = 0; t < final_sets.size(); ++t) {
                // Of merge: first the first source is in use; what only another has is left alone.
                bool wanted = false;
                bool aside = false;
                const bool all = fixture.topologies[t]->policy().merge == Merge::union_of_all;
                for (std::size_t source = 0; source < final_sets[t].size(); ++source) {
                    const auto &peers = final_sets[t][source];
                    const bool has_it =
                        std::any_of(peers.begin(), peers.end(), [&](const auto &peer) { return peer.name == name; });
                    (all || source == 0 ? wanted : aside) |= has_it;
                }
                aside = aside && name != self && name != excluded;
                wanted = wanted && name != self && name != excluded;
                wanted_by_any = wanted_by_any || wanted;
                const LiveTopology &topology = *fixture.topologies[t];
                const PeerClass peer_class = topology.class_of(name);
                const bool keeps = topology.policy().prune != Prune::disconnect;
                const bool fits = wanted                          ? peer_class == PeerClass::wanted
                                  : peer_class == PeerClass::none ? true
                                  : aside ? peer_class == PeerClass::resting || peer_class == PeerClass::kept
                                  : keeps ? peer_class == PeerClass::kept
                                          : peer_class == PeerClass::unwanted;
                expect(fits, name + " is " + std::string{to_string(peer_class)} + " in " + std::string{topology.name()} + ": " +
                                 topology.why(name, fixture.now));
            }
            if (wanted_by_any)
                expect(links.contains(name), name + " is wanted and not linked: " + fixture.reconciler.why(name, fixture.now));
            if (links.contains(name) && !wanted_by_any) {
                // It stays only where somebody keeps it, or nobody claims it.
                bool unwanted = false;
                bool kept = false; // or at rest
                for (const auto &topology : fixture.topologies) {
                    unwanted = unwanted || topology->class_of(name) == PeerClass::unwanted;
                    kept =
                        kept || topology->class_of(name) == PeerClass::kept || topology->class_of(name) == PeerClass::resting;
                }
                expect(!unwanted || kept, name + " is unwanted and linked");
            }
        }
        std::size_t up = 0;
        for (const auto &name : links) {
            const NameId id = fixture.reconciler.names().find(name);
            up += id != no_name && fixture.reconciler.linked(id) ? 1U : 0U;
        }
        expect(up == links.size() && fixture.reconciler.link_count() == links.size(),
               "the links that are known are not those that are");
        for (const auto &topology : fixture.topologies) {
            std::size_t linked = 0;
            for (const auto &peer : topology->peers()) linked += peer.linked;
            expect(linked == topology->linked(), "the topology has miscounted its links");
        }
    }

    std::set<std::string> said;
    std::set<std::string> remembered;
};

} // namespace kith::core::test
