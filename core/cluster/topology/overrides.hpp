// SPDX-License-Identifier: MIT
//
// What an operator has ordered for one topology and for how long: a pause, and peers that are held. They override what the policy makes of
// a name: it is neither connected nor disconnected, and its link is kept. Knows no membership and publishes nothing.
#pragma once

#include <core/cluster/base/interner.hpp>
#include <core/cluster/base/peer_link_class.hpp>
#include <core/cluster/base/time.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string_view>
#include <vector>

namespace kith::core {

class Overrides {
  public:
    static constexpr std::size_t most_holds = 1'000; // peers

    /// names outlives it.
    explicit Overrides(Interner &names) : names_(names) {}
    ~Overrides();
    Overrides(const Overrides &) = delete;
    Overrides &operator=(const Overrides &) = delete;

    /// -- the pause --
    bool paused() const { return paused_until_ != 0; }
    Time paused_until() const { return paused_until_; } // 0: it is not paused
    Time paused_since() const { return paused_since_; }
    /// Once more: it ends at another time.
    void pause(Time until, Time now);
    void resume();

    /// -- held peers --
    bool holds(NameId name) const { return !holds_.empty() && holds_.find(name) != holds_.end(); }
    Time held_until(NameId name) const; // 0: it is not held
    std::size_t held() const { return holds_.size(); }
    /// False when there is no room for one more.
    bool hold(std::string_view name, Time until);
    void release(NameId name);
    void each_hold(const std::function<void(std::string_view name, Time until)> &function) const;

    /// -- time --
    Time next_deadline() const; // of the pause or of a hold
    /// Held names whose time is over, which the caller releases.
    std::vector<NameId> over(Time now) const;

    /// What the reconciler is to do about a name that the membership has in this class.
    PeerClass apply(NameId name, PeerClass peer_class) const {
        return paused() || withheld_ || holds(name) ? at_rest(peer_class) : peer_class;
    }
    /// Until the overrides from before a restart are known, no peer is connected or disconnected.
    void withhold(bool withheld) { withheld_ = withheld; }
    bool withheld() const { return withheld_; }

    /// Is another one when a pause or a hold has changed.
    std::uint64_t revision() const { return revision_; }

  private:
    Interner &names_;
    Time paused_until_ = 0;
    Time paused_since_ = 0;
    std::map<NameId, Time> holds_; // each with a reference to its name
    bool withheld_ = false;
    std::uint64_t revision_ = 0;
};

} // namespace kith::core
