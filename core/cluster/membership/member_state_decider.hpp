// SPDX-License-Identifier: MIT
//
// Decides the state and class of the names whose claims or verdict have changed, and returns the changes. Names without a claim
// are passed to the removal guard.
#pragma once

#include <core/cluster/membership/ids.hpp>
#include <core/cluster/membership/link_queries.hpp>
#include <core/cluster/membership/member_state.hpp>
#include <core/cluster/membership/membership_change.hpp>
#include <core/cluster/membership/removal_guard.hpp>
#include <core/config/policy.hpp>

#include <vector>

namespace kith::core {

class MemberTable;
class RecordTable;
struct MemberEntry;

class MemberStateDecider {
  public:
    // The arguments outlive the object.
    MemberStateDecider(MemberTable &names, const RecordTable &records, const LinkQueries &links, const Policy &policy)
        : names_(names), records_(records), links_(links), policy_(policy) {}

    // Decides every touched name and appends the changes.
    void settle(Time now, std::vector<MembershipChange> &changes);
    // `settle` has nothing to do unless a name is touched.
    bool idle() const { return guard_.idle(); }
    Time next_deadline() const { return guard_.next_deadline(policy_); }
    std::size_t held() const { return guard_.waiting(); } // names whose removal the guard holds
    // As in RemovalGuard.
    std::uint64_t hold() const { return guard_.hold(); }
    void confirm() { guard_.confirm(); }
    void pause(Time now) { guard_.pause(now); }
    void resume(Time now) { guard_.resume(now); }
    // Sets the class of every name to `none`, whatever its state.
    void give_up(std::vector<MembershipChange> &changes);

  private:
    using Changes = std::vector<MembershipChange>;

    void decide(MemberId id, Time now, Changes &changes);
    void leave(MemberId id, MembershipChange &change, Time now, Changes &changes);
    void stay_gone(MemberId id, PeerClass peer_class, MembershipChange &change, Time now, Changes &changes);
    void become(MemberId id, MemberState state, PeerClass peer_class, MembershipChange &change, Time now, Changes &changes);
    void carry_out(const RemovalGuard::Decision &decision, Time now, Changes &changes);
    void lose(MemberId id, Removal removal, Time now, Changes &changes);
    void put_claim(MemberId id, MemberState state, MembershipChange &change) const;
    PeerClass class_of_gone() const;
    std::size_t counted_members() const;

    MemberTable &names_;
    const RecordTable &records_;
    const LinkQueries &links_;
    const Policy &policy_;
    RemovalGuard guard_;
    bool confirmed_ = false; // the removals of a confirmed hold are being carried out
};

} // namespace kith::core
