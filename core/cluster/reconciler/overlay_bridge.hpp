// SPDX-License-Identifier: MIT
//
// Joins two overlay networks that formed apart (policy.bridge). Where few links are enough, a wanted peer that the overlay knows is not
// connected; one that has been neither linked nor a member for policy.grace is in another overlay, or down. One such peer at a time is connected
// although enough links are up. Every node decides for itself, so they take turns: of the nodes that one of them knows, that with the smallest
// name begins, and each later one waits another policy.grace; of the two nodes concerned, that with the larger name begins.
#pragma once

#include <core/cluster/base/interner.hpp>
#include <core/cluster/base/time.hpp>

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <unordered_map>

namespace kith::core {

class OverlayBridge {
  public:
    static constexpr Time look_again = 5 * one_second;
    static constexpr std::uint32_t most_turns = 10;

    // The peer is wanted, and the overlay does not know it. after: policy.grace of the topology.
    void set_unknown(NameId name, Time after, Time now) {
        if (!unknown_.try_emplace(name, Unknown{now, after}).second) return;
        due_ = std::min(due_, later(now, after));
    }
    void set_known(NameId name) { unknown_.erase(name); }
    void clear() { *this = {}; }

    // The peer that is being connected; no_name: none.
    NameId connecting() const { return connecting_; }
    // After one that succeeded, the overlays have policy.grace to become known to each other.
    void ended(bool connected, Time now) {
        connecting_ = no_name;
        due_ = not_before_ = connected ? later(now, pause_) : now;
    }

    Time next_deadline() const { return connecting_ == no_name && !unknown_.empty() ? due_ : never; }

    // The peer that is to be connected now, or no_name. turn: how many nodes come before the local one, whose name is given. rank(name): how often it
    // failed in a row; negative: it must not be tried now.
    template <class Rank>
    NameId take(const Interner &names, std::string_view node, std::uint32_t turn, Rank rank, Time now) {
        NameId best = no_name;
        int best_rank = 0;
        due_ = later(now, look_again);
        if (now < not_before_) return no_name;
        for (const auto &[name, unknown] : unknown_) {
            const std::uint32_t turns = 1 + std::min(turn, most_turns) + (names.text(name) > node ? 1 : 0);
            if (later(unknown.since, turns * unknown.after) > now) continue;
            const int failures = rank(name);
            if (failures < 0 || (best != no_name && failures > best_rank)) continue;
            if (best != no_name && failures == best_rank && names.text(name) > names.text(best)) continue;
            best = name;
            best_rank = failures;
            pause_ = unknown.after;
        }
        connecting_ = best;
        return best;
    }

  private:
    struct Unknown {
        Time since;
        Time after;
    };
    std::unordered_map<NameId, Unknown> unknown_;
    Time due_ = never;
    Time not_before_ = 0;
    Time pause_ = 0;
    NameId connecting_ = no_name;
};

} // namespace kith::core
