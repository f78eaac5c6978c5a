// SPDX-License-Identifier: MIT
//
// The guard over removals: examines all removals of one moment together, and either allows them or holds all of them for
// `policy.hold`. It decides about entries by number and changes only its own list.
#pragma once

#include <core/cluster/base/time.hpp>
#include <core/cluster/membership/id_map.hpp>
#include <core/cluster/membership/ids.hpp>
#include <core/cluster/membership/intrusive_id_list.hpp>
#include <core/cluster/membership/largest_recent_size.hpp>
#include <core/config/policy.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace kith::core {

// Whether too many members would be removed at once. remaining: members that would be left. largest: the largest number of
// members within policy.removal_window.
bool removal_is_guarded(std::size_t remaining, std::size_t largest, const Policy &policy);

class RemovalGuard {
    struct Entry {
        IdLinks<MemberId> links;
        Time since = never; // never: it does not wait
        bool decided = false;
    };

  public:
    struct Decision {
        enum class Kind : std::uint8_t {
            remove,           // remove it
            remove_guarded,   // remove it, after it was held for policy.hold
            remove_confirmed, // remove it, because an operator confirmed the hold
            hold,             // hold it from now on
        };
        Kind kind = Kind::remove;
        MemberId entry = MemberId::none;
        std::size_t would_go = 0; // hold: the number of removals ...
        std::size_t largest = 0;  // ... of this number of members; 0: because of a pause
    };

    // Adds a member without a claim. It waits until decide() removes it or release() takes it out.
    void add(MemberId entry, Time now);
    // The member is claimed again, or is not a member any more. Does nothing when it does not wait.
    void release(MemberId entry);
    std::size_t waiting() const { return waiting_; }
    // Nothing waits, and nothing was waiting at the last decision: `decide` need not be called.
    bool idle() const { return waiting_ == 0 && calm_since_ == never; }
    bool paused() const { return paused_at_ != never; }

    // members: without those that are only remembered, with those that wait here. missing: of these; they may go next, because
    // the leases of one partition end one by one. needed(entry): a link, or an operation, still depends on it. The decisions
    // are in the order in which they are to be carried out, valid until the next call.
    const std::vector<Decision> &decide(std::size_t members, std::size_t missing, const Policy &policy, Time now,
                                        const std::function<bool(MemberId)> &needed);
    // never: no decision depends on time alone.
    Time next_deadline(const Policy &policy) const;

    // -- orders of an operator --
    // The number of the present hold, which changes whenever a member is added to it. 0: nothing is held.
    std::uint64_t hold() const { return waiting_ == 0 ? 0 : hold_; }
    // The next decision removes every member that waits. The members that are left are the reference from then on.
    void confirm() { confirmed_ = true; }
    // Until resume every added member is held, none is removed, and time does not count. The members that were added in the pause are
    // then decided together.
    void pause(Time now) { paused_at_ = now; }
    void resume(Time now);

    // -- the largest membership --
    // Call it before the number of members changes from `members`.
    void members_change(std::size_t members, Time now) { window_.changed(members, now); }
    // The policy has changed which names are members.
    void forget_history() { window_.forget(); }

  private:
    void note_hold(std::size_t would_go, std::size_t largest);
    void hold_added(std::size_t would_go, std::size_t largest);
    void remove_added();
    void remove_beyond(std::size_t most, const std::function<bool(MemberId)> &needed);
    void remove_all_since(Time since, Decision::Kind kind); // those that have waited at least since then
    void remove(MemberId entry, Decision::Kind kind);

    LargestRecentSize window_;
    IdMap<Entry, MemberId> entries_;
    IntrusiveIdList<MemberId, &Entry::links> list_; // longest waiting first
    std::size_t waiting_ = 0;
    std::vector<MemberId> added_; // since the last decision
    Time calm_since_ = never;     // since when there is no reason to hold those that wait
    std::uint64_t hold_ = 0;
    bool confirmed_ = false;
    Time paused_at_ = never; // never: not paused
    std::vector<Decision> decisions_;
};

} // namespace kith::core
