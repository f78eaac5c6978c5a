// SPDX-License-Identifier: MIT
//
// The peers that one topology believes in: raw observations by source and key on one side, names with a class on the other, and
// the policy (names, self, filter, merge, grace, confirm, guard, prune) between them. Knows no connector and tells no events: it
// answers with the changes that its owner makes of them.
//
// Observations only mark what they touch; settle() then decides for all of it at once, so that the guard sees a whole
// observation. Cost is in proportion to what is touched.
//
// Its body is in five files, in the order of the way: membership_sources (hearing, leases, counting, which source is in use),
// membership (observations and knowledge), membership_records (records and their claims), membership_names (policy, states, guard),
// and beside the way membership_remembered (what was known before a restart).
#pragma once

#include <core/cluster/base/deadlines.hpp>
#include <core/cluster/base/hash.hpp>
#include <core/cluster/base/interner.hpp>
#include <core/cluster/base/outcome.hpp>
#include <core/cluster/base/peer_class.hpp>
#include <core/cluster/base/peer_view.hpp>
#include <core/cluster/base/time.hpp>
#include <core/cluster/membership/key_index.hpp>
#include <core/cluster/membership/link_knowledge.hpp>
#include <core/cluster/membership/name_template.hpp>
#include <core/cluster/membership/peer_record.hpp>
#include <core/cluster/membership/removal_window.hpp>
#include <core/config/policy.hpp>

#include <boost/unordered/unordered_flat_set.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kith::core {

// Why a name lost its place, or a claim ended.
enum class Cause : std::uint8_t {
    none,
    missed,     // not in an observation
    expired,    // its lease ran out
    left,       // the source states that it is gone
    renamed,    // its key has another name now
    unnamed,    // policy.name can no longer name it
    self,       // it is the local node
    filtered,   // include, exclude
    unselected, // only a strategy that is not in use has it (merge: first)
    pushed_out, // learnt, never linked, and room was needed
    policy,     // the policy or the configuration changed
    remembered, // known from before the restart alone
    forgotten,  // it was, and the source has looked since and does not have it
};

class Membership {
  public:
    struct Change {
        enum class Kind : std::uint8_t {
            reclassed, // the class alone
            discovered,
            seen_again, // was missing, held or (Cause::remembered) known from before the restart alone
            updated,    // same key, new attributes
            collision,  // a second key of one source has this name
            missing,
            held, // by the guard, or (Cause::unselected) by merge, or (Cause::remembered) for a source that has not looked yet
            lost,
        };
        Kind kind = Kind::reclassed;
        Cause cause = Cause::none;
        PeerClass from = PeerClass::none;
        PeerClass to = PeerClass::none;
        bool believed = false; // lost: after the guard had held it
        NameId name = no_name; // valid until sweep()
        std::uint32_t source = 0;
        std::uint32_t record = none;    // discovered, updated, collision: the claim that did it, valid until the next input
        std::uint32_t other = none;     // collision: the claim that was there before
        Time since = 0;                 // missing or held since
        std::uint64_t observations = 0; // lost: how many did not have it
        std::size_t would_go = 0;       // held: so many of ...
        std::size_t largest = 0;        // ... so many
    };
    // What an observation did.
    struct Tally {
        std::size_t peers = 0; // that the source has now
        std::size_t discovered = 0, updated = 0, missing = 0, left = 0, again = 0;
        std::size_t unnamed = 0;
        std::string unnamed_reason; // of the first
        bool any() const { return discovered + updated + missing + left + again != 0; }
    };

    static constexpr std::uint32_t none = ~std::uint32_t{0};

    Membership(Policy policy, Interner &names, const LinkKnowledge &links);
    ~Membership();
    Membership(const Membership &) = delete;
    Membership &operator=(const Membership &) = delete;

    std::uint32_t add_source();

    // -- observations; a refused one changes nothing --
    Outcome replace(std::uint32_t source, std::span<const PeerView> peers, Time now, Tally &tally);
    Outcome update(std::uint32_t source, std::span<const PeerView> upserted, std::span<const std::string_view> missing,
                   std::span<const std::string_view> left, Time now, Tally &tally);
    void watching(std::uint32_t source, bool in_sync, Time now);
    void heard(std::uint32_t source, Time now);
    void failed(std::uint32_t source, Time now);

    // -- what was known before a restart --
    // Held until the source's first successful look: then its answer rules, and of these it does not have are forgotten, not removed.
    // Nothing when it has looked already; over max_peers the rest is not taken.
    void remember(std::uint32_t source, std::span<const PeerView> peers);
    std::size_t remembered(std::uint32_t source) const { return sources_[source].remembered; }
    // The peers of a source that are worth remembering: those it makes members by what it has seen, or remembered itself.
    void each_known(std::uint32_t source, const std::function<void(const PeerView &)> &function) const;
    // When the source last knew what there is; only when it has looked.
    Time fresh_at(std::uint32_t source, Time now) const { return sources_[source].flowing ? now : sources_[source].fresh_at; }

    // -- policy --
    void set_self(std::string_view name); // empty: unknown
    void set_policy(Policy policy, Time now);
    const Policy &policy() const { return policy_; }
    // The name is neither linked nor busy any more: one that is gone is forgotten.
    void quiet(NameId name);
    // Every name becomes none: the topology ends.
    void give_up(std::vector<Change> &changes);

    // -- deciding --
    bool unsettled() const { return !dirty_.empty(); }
    void settle(Time now, std::vector<Change> &changes);
    // After the changes were used: frees what nobody needs.
    void sweep();
    Time next_deadline() const;
    void advance(Time now); // then settle

    // -- knowledge --
    std::size_t size() const { return members_; }
    std::size_t records() const { return records_.size() - free_records_.size(); }
    std::uint64_t collisions() const { return collisions_; }
    PeerClass class_of(NameId name) const;
    bool member(NameId name) const;
    bool looked(std::uint32_t source) const { return sources_[source].looked; }
    bool stale(std::uint32_t source) const { return sources_[source].failing || sources_[source].silent; }
    // Stale because nothing was heard for so long; 0 when it is not for that.
    Time silence(std::uint32_t source) const { return sources_[source].silent ? sources_[source].patience() : 0; }
    std::size_t peers_of(std::uint32_t source) const { return sources_[source].present; }
    // As the first claim has it; the attributes are put into `attributes`.
    bool describe(NameId name, PeerView &peer, std::vector<AttributeView> &attributes) const;
    bool describe_record(std::uint32_t record, PeerView &peer, std::vector<AttributeView> &attributes) const;
    // Members in the order they were found.
    std::vector<NameId> members() const;

    struct Claim {
        std::uint32_t source;
        std::string_view key;
        bool present;
        bool remembered; // from before the restart; the next two say nothing then
        Time missing_since;
        std::uint64_t observations;
    };
    struct Standing {
        bool known = false;
        bool self = false;
        bool excluded = false;
        bool guarded = false;
        PeerClass peer_class = PeerClass::none;
        Cause cause = Cause::none;
        Time since = 0;
        Time missing_since = 0;         // of the last claim that went
        std::uint64_t observations = 0; // without it, when the last claim went
        std::vector<Claim> claims;
    };
    Standing standing(NameId name, Time now) const;

  private:
    enum class Contribution : std::uint8_t { nothing, present, missing, remembered, aside };
    enum class Verdict : std::uint8_t { accepted, self, excluded };
    enum class State : std::uint8_t { outside, wanted, held, remembered, resting, pending, gone };
    // ghost: missing, and its key means another name
    enum class Presence : std::uint8_t { free, present, missing, ghost, remembered };

    // Aligned, so that what a comparison looks at is in one line of the cache.
    struct alignas(64) Record {
        PeerRecord peer;
        std::uint32_t prev = none, next = none; // of the source, in the order they were found
        std::uint32_t source = 0;
        std::uint32_t entry = none;
        std::uint32_t mark = 0;
        Presence presence = Presence::free;
        Contribution contribution = Contribution::nothing;
        Cause cause = Cause::none;
        bool learnt = false;
        std::uint32_t claim_prev = none, claim_next = none; // of the entry
        std::uint32_t miss_prev = none, miss_next = none;   // of the source's missing ones, longest first
        std::uint32_t learnt_prev = none, learnt_next = none;
        Time ttl = 0;
        Time expires = never; // on the source's hearing clock
        Time queued = never;  // its entry in the source's leases
        Time missing_since = 0;
        std::uint64_t missing_from = 0; // the observation that missed it first
    };
    struct KeyViewHash {
        std::size_t operator()(std::string_view key) const { return hash_bytes(key); }
    };

    struct SourceState {
        KeyIndex keys;
        std::uint32_t first = none, last = none;
        std::uint32_t miss_first = none, miss_last = none;
        std::size_t present = 0;
        std::size_t remembered = 0;
        Time rules_at = never; // when it counts as having told all, and those still remembered are forgotten
        Time fresh_at = 0;     // when it last knew what there is, unless it is flowing
        bool looked = false;
        bool failing = false;
        bool silent = false; // it has leases and nothing was heard
        bool in_sync = false;
        bool active = true; // merge: first: it is the one in use
        // Fresh observations: those that came, and those that a watch in sync or a living medium stands for.
        std::uint64_t observations = 0;
        bool flowing = false;
        Time flows_since = 0;
        // Leases.
        Time shortest_ttl = never;
        Time heard_at = 0;
        Time hearing = 0; // time during which the source demonstrably heard
        Deadlines leases;

        Time patience() const { return shortest_ttl; }
        bool leased() const { return shortest_ttl != never; }
    };
    struct Entry {
        NameId name = no_name;
        std::uint32_t first = none, last = none; // claims
        std::uint32_t present = 0, missing = 0, remembered = 0, aside = 0;
        std::uint32_t prev = none, next = none;                 // of all entries, in the order they were found
        std::uint32_t pending_prev = none, pending_next = none; // of those that the guard holds, longest first
        Verdict verdict = Verdict::accepted;
        State state = State::outside;
        PeerClass peer_class = PeerClass::none;
        Cause cause = Cause::none;
        std::uint32_t cause_source = 0;
        bool dirty = false;
        bool dead = false;
        bool pending = false;
        Time since = 0;         // of the state
        Time missing_since = 0; // of the last claim that went
        std::uint64_t observations = 0;
        PeerRecord last_peer; // what the last claim said, kept while the name is gone
        std::uint32_t last_source = 0;
    };

    static bool is_member(State state) { return state != State::outside && state != State::gone; }
    // Members that the guard counts: what is only remembered is no measure of what goes.
    std::size_t counted() const { return members_ - remembered_; }

    // observations
    std::uint32_t record_of(const SourceState &source, std::string_view key) const;
    void look_up(const SourceState &source, std::span<const PeerView> peers);
    Outcome resolve(std::uint32_t source, std::span<const PeerView> peers, std::size_t &fresh_keys);
    Outcome too_many(std::size_t peers) const;
    void observe(std::uint32_t source, Time now, bool counts);
    void finish(std::uint32_t source, Time now, Tally &tally);

    // records
    std::uint32_t new_record();
    std::uint32_t append(std::uint32_t source, const PeerView &peer, Presence presence);
    void insert(std::uint32_t source, const PeerView &peer, bool learnt, Tally &tally);
    void refresh(std::uint32_t record, const PeerView &peer, bool same, Time now, Tally &tally);
    void note(Change::Kind kind, std::uint32_t entry, std::uint32_t record);
    void note_unnamed(std::uint32_t record, Tally &tally);
    void renew(std::uint32_t record, Time ttl);
    void push_missing(std::uint32_t record);
    void drop_missing(std::uint32_t record);
    void miss(std::uint32_t record, Cause cause, Time now);
    void again(std::uint32_t record);
    void make_ghost(std::uint32_t record, Cause cause, Time now);
    void drop_ghost(std::uint32_t record);
    void remove(std::uint32_t record, Cause cause, Time now);
    void learn(std::uint32_t record);
    void forget_learnt(std::uint32_t record);
    void forget_remembered(std::uint32_t source, Time now);
    Time rules_at(const SourceState &source) const;
    bool make_room(std::size_t wanted, Time now);
    void trim(Time now);

    // claims
    void assign_name(std::uint32_t record, const PeerView &peer, Tally *tally);
    void claim(std::uint32_t record, std::uint32_t entry);
    void unclaim(std::uint32_t record);
    void contribute(std::uint32_t record);
    Contribution contribution_of(const Record &record) const;
    static std::uint32_t *count_of(Entry &entry, Contribution contribution);
    void check_collision(std::uint32_t record, std::uint32_t entry);

    // sources
    std::uint64_t observed(const SourceState &source, Time now) const;
    Time flow_step() const;
    void set_flow(SourceState &source, Time now);
    void sign_of_life(SourceState &source, Time now);
    void expire(std::uint32_t source, Time now);
    Time gone_at(const SourceState &source) const;
    void collect_gone(std::uint32_t source, Time now);
    void select_sources();

    // entries
    std::uint32_t find(NameId name) const { return name < by_name_.size() ? by_name_[name] : none; }
    std::uint32_t entry_of(std::string_view name);
    Verdict judge(std::string_view name) const;
    void rejudge(std::uint32_t entry);
    void touch(std::uint32_t entry);
    void decide(std::uint32_t entry, Time now, std::vector<Change> &changes);
    void guard(Time now, std::vector<Change> &changes);
    void lose(std::uint32_t entry, bool believed, Time now, std::vector<Change> &changes);
    void enter(Entry &entry, State state, Time now);
    static void reclass(Entry &entry, PeerClass to, Change &change);
    PeerClass gone_class() const;
    std::uint32_t first_present(const Entry &entry) const;
    std::uint32_t first_remembered(const Entry &entry) const;
    void push_pending(std::uint32_t entry);
    void drop_pending(std::uint32_t entry);
    void bury(std::uint32_t entry);

    Policy policy_;
    NameTemplate template_;
    Interner &names_;
    const LinkKnowledge &links_;
    std::string self_;

    std::vector<Record> records_;
    std::vector<std::uint32_t> free_records_;
    std::vector<SourceState> sources_;
    std::vector<Entry> entries_;
    std::vector<std::uint32_t> free_entries_;
    std::vector<std::uint32_t> by_name_; // entries by NameId, or none
    std::uint32_t first_entry_ = none, last_entry_ = none;
    std::uint32_t learnt_first_ = none, learnt_last_ = none;
    std::uint32_t pending_first_ = none, pending_last_ = none;
    std::size_t pending_ = 0;
    Time calm_since_ = never; // when the guard had no reason any more to hold them
    std::size_t members_ = 0;
    std::size_t missed_ = 0;     // of the members: no claim is present, one is missing
    std::size_t remembered_ = 0; // of the members: known from before the restart alone
    std::size_t present_ = 0;    // records of all sources
    std::size_t missing_ = 0;    // with ghosts
    bool all_active_ = true;
    std::uint64_t collisions_ = 0;
    std::uint32_t mark_ = 0;
    RemovalWindow window_;
    std::vector<std::uint32_t> dirty_;
    std::vector<std::uint32_t> newly_pending_;
    std::vector<std::uint32_t> dead_;
    std::vector<Change> noted_; // updates and collisions, until settle
    struct Found {
        std::uint32_t record;
        bool same;
        bool settled; // present and named: when it is the same, there is nothing to do
    };
    std::vector<Found> found_;
    std::array<std::uint32_t, 32> looked_up_{};
    std::string scratch_;
    std::vector<AttributeView> attribute_scratch_;
};

} // namespace kith::core
