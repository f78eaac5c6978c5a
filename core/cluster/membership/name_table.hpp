// SPDX-License-Identifier: MIT
//
// The names of one topology: which records claim each, what these claims count as, and the state that was decided for it. Knows no
// source and decides nothing; a name whose claims or verdict change is touched, and waits to be decided.
#pragma once

#include <core/cluster/base/interner.hpp>
#include <core/cluster/base/time.hpp>
#include <core/cluster/membership/cause.hpp>
#include <core/cluster/membership/id_column.hpp>
#include <core/cluster/membership/id_list.hpp>
#include <core/cluster/membership/id_pool.hpp>
#include <core/cluster/membership/ids.hpp>
#include <core/cluster/membership/name_policy.hpp>
#include <core/cluster/membership/name_state.hpp>
#include <core/cluster/membership/peer_record.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace kith::core {

// Of one record.
struct Claim {
    IdLinks<RecordId> links; // of the claims of its name
    Contribution contribution = Contribution::nothing;
};

struct NameEntry {
    NameId name = no_name;
    IdList<RecordId, &Claim::links> claims;
    ClaimCounts counts;
    IdLinks<EntryId> order; // of all entries, in the order they were found
    Verdict verdict = Verdict::accepted;
    NameState state = NameState::outside;
    PeerClass peer_class = PeerClass::none;
    Cause cause = Cause::none; // of the last claim that went
    SourceId cause_source{};
    bool touched = false;
    bool forgettable = false;
    Time since = 0;                 // of the state
    Time missing_since = 0;         // of the last claim that went
    std::uint64_t observations = 0; // that missed it
    PeerRecord last_peer;           // what it said, kept while the name is gone
};

class NameTable {
  public:
    explicit NameTable(Interner &names) : names_(names) {}
    ~NameTable();
    NameTable(const NameTable &) = delete;
    NameTable &operator=(const NameTable &) = delete;

    // -- entries --
    NameEntry &operator[](EntryId id) { return entries_[id]; }
    const NameEntry &operator[](EntryId id) const { return entries_[id]; }
    std::string_view text(EntryId id) const { return names_.text(entries_[id].name); }
    EntryId find(NameId name) const { return name < by_name_.size() ? by_name_[name] : EntryId::none; }
    EntryId find(std::string_view name) const { return find(names_.find(name)); }
    // The entry of a name, a new one when there is none.
    EntryId acquire(std::string_view name, const NamePolicy &policy);
    // In the order they were found.
    template <typename Function>
    void each(Function function) const {
        order_.each(entries_, function);
    }

    // -- claims; each touches the name --
    void claim(EntryId id, RecordId record);
    void unclaim(EntryId id, RecordId record);
    // False, and nothing done, when the claim counts as this already.
    bool set_contribution(EntryId id, RecordId record, Contribution contribution);
    Contribution contribution(RecordId record) const { return claims_[record].contribution; }
    RecordId next_claim(RecordId record) const { return claims_[record].links.next; }
    // The oldest one that counts as this; none when there is none.
    RecordId first_claim(EntryId id, Contribution contribution) const;

    // -- deciding --
    void touch(EntryId id);
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
    void set_state(EntryId id, NameState state, Time now);
    // Nothing claims it and nobody needs it; `sweep` frees it when that is still so.
    void forget(EntryId id);
    void sweep();

    // -- how many --
    std::size_t members() const { return members_; }
    std::size_t missing() const { return missing_; }       // of the members
    std::size_t remembered() const { return remembered_; } // of the members

  private:
    Interner &names_;
    IdPool<NameEntry, EntryId> entries_;
    IdList<EntryId, &NameEntry::order> order_;
    std::vector<EntryId> by_name_; // by NameId, or none
    IdColumn<Claim, RecordId> claims_;
    std::vector<EntryId> touched_;
    std::vector<EntryId> forgettable_;
    std::size_t members_ = 0;
    std::size_t missing_ = 0;
    std::size_t remembered_ = 0;
};

} // namespace kith::core
