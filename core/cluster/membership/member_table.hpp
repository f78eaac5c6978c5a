// SPDX-License-Identifier: MIT
//
// The names of one topology: the records that claim each name, what the claims count as, and the decided state. The table does
// not decide: a name whose claims or verdict change is marked as touched and waits for MemberStateDecider.
#pragma once

#include <core/cluster/base/interner.hpp>
#include <core/cluster/base/time.hpp>
#include <core/cluster/membership/id_map.hpp>
#include <core/cluster/membership/id_pool.hpp>
#include <core/cluster/membership/ids.hpp>
#include <core/cluster/membership/intrusive_id_list.hpp>
#include <core/cluster/membership/loss_cause.hpp>
#include <core/cluster/membership/member_state.hpp>
#include <core/cluster/membership/naming_rules.hpp>
#include <core/cluster/membership/packed_peer.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace kith::core {

// The claim of one record.
struct Claim {
    IdLinks<RecordId> links; // of the claims of its name
    Contribution contribution = Contribution::nothing;
};

struct MemberEntry {
    NameId name = no_name;
    IntrusiveIdList<RecordId, &Claim::links> claims;
    ClaimCounts counts;
    IdLinks<MemberId> order; // in the list of all entries, in the order of their discovery
    Verdict verdict = Verdict::accepted;
    MemberState state = MemberState::outside;
    PeerClass peer_class = PeerClass::none;
    LossCause cause = LossCause::none; // of the last claim that ended
    SourceId cause_source{};
    bool touched = false;
    bool forgettable = false;
    Time since = 0;                 // of the state
    Time missing_since = 0;         // of the last claim that ended
    std::uint64_t observations = 0; // number of observations without it
    PackedPeer last_peer;           // its peer, stored while the name is gone
};

class MemberTable {
  public:
    explicit MemberTable(Interner &names) : names_(names) {}
    ~MemberTable();
    MemberTable(const MemberTable &) = delete;
    MemberTable &operator=(const MemberTable &) = delete;

    // -- entries --
    MemberEntry &operator[](MemberId id) { return entries_[id]; }
    const MemberEntry &operator[](MemberId id) const { return entries_[id]; }
    std::string_view text(MemberId id) const { return names_.text(entries_[id].name); }
    MemberId find(NameId name) const { return name < by_name_.size() ? by_name_[name] : MemberId::none; }
    MemberId find(std::string_view name) const { return find(names_.find(name)); }
    // The entry of a name; adds one when there is none.
    MemberId acquire(std::string_view name, const NamingRules &policy);
    // In the order of their discovery.
    template <typename Function>
    void each(Function function) const {
        order_.each(entries_, function);
    }

    // -- claims; each function marks the name as touched --
    void claim(MemberId id, RecordId record);
    void unclaim(MemberId id, RecordId record);
    // Returns false without a change when the claim already counts as this.
    bool set_contribution(MemberId id, RecordId record, Contribution contribution);
    Contribution contribution(RecordId record) const { return claims_[record].contribution; }
    RecordId next_claim(RecordId record) const { return claims_[record].links.next; }
    // The oldest claim that counts as this; none when there is none.
    RecordId first_claim(MemberId id, Contribution contribution) const;

    // -- deciding --
    void touch(MemberId id);
    bool any_touched() const { return !touched_.empty(); }
    // Calls function(id) for each touched name, in order.
    template <typename Function>
    void take_touched(Function function) {
        for (std::size_t i = 0; i < touched_.size(); ++i) {
            entries_[touched_[i]].touched = false;
            function(touched_[i]);
        }
        touched_.clear();
    }
    void set_state(MemberId id, MemberState state, Time now);
    // Marks a name that is unclaimed and unused. `sweep` frees it if that is still true.
    void forget(MemberId id);
    void sweep();

    // -- how many --
    std::size_t members() const { return members_; }
    std::size_t missing() const { return missing_; }       // of the members
    std::size_t remembered() const { return remembered_; } // of the members

  private:
    Interner &names_;
    IdPool<MemberEntry, MemberId> entries_;
    IntrusiveIdList<MemberId, &MemberEntry::order> order_;
    std::vector<MemberId> by_name_; // by NameId, or none
    IdMap<Claim, RecordId> claims_;
    std::vector<MemberId> touched_;
    std::vector<MemberId> forgettable_;
    std::size_t members_ = 0;
    std::size_t missing_ = 0;
    std::size_t remembered_ = 0;
};

} // namespace kith::core
