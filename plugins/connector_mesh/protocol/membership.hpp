// SPDX-License-Identifier: MIT
//
// What one member knows of all: who is up, in which run, and which observers accuse whom. Facts and documents are applied to it; each is
// news or is not; what it decides comes out as changes. It has no clock but the times that it is given.
//
// Nobody but a member states that it is alive (`joined`), and nobody but its observers that it is not (`accused`). An accusation holds for
// one run and one `joined` of its subject, so that a newer `joined` revokes it; a `joined` of an observer revokes its own earlier accusations. A member is down when two of its observers have been refused by
// its host, or when five find it silent, or all when it has fewer. Once down it stays down until it states that it is alive, so that
// no third party can bring it back; an observer that cannot reach it accuses it too when what stands against it does not suffice any more.
//
// Names are forgotten. One that was not up for Limits::forgotten_after, and that no strategy has asked for in that time, is not in the table any
// more, and its place is free. When the table is full the oldest of those that are not up are forgotten earlier, so that only members that are up,
// and those that a strategy has asked for just now, keep a new one out. What must not be lost by it:
//  - Nothing old brings a name back. Who has missed that a member ended believes it up, and would bring it back at all others. So its last run
//    and number are kept for Limits::remembered_for (former_members.hpp), and what is not newer is known. Nobody sends anything about a
//    member that is not up, so two of which one has forgotten a name and the other has not do not remind each other.
//  - A host whose clock was set back has an earlier run than before. It is refused by all who remember the later one, and takes one that is
//    greater (RefusalCode::older_run), as it does before names are forgotten.
//  - A member that was cut off for longer, and lives, comes back with a fact that is newer than what is kept. It states that when it learns that
//    others believe it down, by a link or from accusations, and these were forgotten. So who sees in the list of another member that one is
//    up there which is down here learns its name again, and its observers dial it: it answers, or they accuse it and the other member learns that it
//    is down. One that has left, or is restarting, is sent as such. See compare().
//  - A member that was cut off from all others has learnt of no end of any, and sends all that to new ones, who remember nothing: see doubt_all().
#pragma once

#include "fact.hpp"
#include "former_members.hpp"
#include "rings.hpp"

#include <array>
#include <functional>
#include <map>
#include <span>
#include <unordered_map>

namespace kith::mesh {

class Membership {
  public:
    using Endpoint = mesh::Endpoint;
    struct Limits {
        std::size_t members = 20000;         // names in the table, with the own one
        std::uint32_t facts_in_second = 100; // from one origin
        std::size_t accusations = 64;        // of one origin
        /// Of a name that is not up. Longer than Member::patience_with_unwanted, during which it is dialled, and than the time between two
        /// connects of the core with one that a strategy finds, a minute by default.
        Time forgotten_after = std::chrono::hours(6);
        Time remembered_for = std::chrono::hours(72); // the last run of a name that was forgotten
    };
    /// The owner's part in forgetting. Both empty: it uses no numbers of names.
    struct Owner {
        std::function<bool(NodeId)> needs;     // it has a connection, or opens one: not to be forgotten now
        std::function<void(NodeId)> forgotten; // the number will be that of another name
    };
    /// What a fact was.
    enum class Applied : std::uint8_t {
        news,
        known,        // or superseded
        old_run,      // of a run that has been replaced
        own_name,     // it claims to come from this member
        not_entitled, // the rings do not make the origin an observer of the subject: stored, and not counted
        too_many,     // over a limit; the digest brings it later
    };
    struct Change {
        NodeId id;
        bool up;
        std::string reason; // of down
    };
    /// An item to pass on: a fact about the subject, or the document of the origin.
    struct Item {
        NodeId origin;
        NodeId subject = nobody; // nobody: the document
        friend bool operator==(const Item &, const Item &) = default;
    };

    Membership(NameTable &names, unsigned degree, std::string_view self, Run run, Endpoint listening, Limits limits);
    ~Membership();
    Membership(const Membership &) = delete;
    Membership &operator=(const Membership &) = delete;

    // ---- names ----

    void set_owner(Owner owner) { owner_ = std::move(owner); }
    /// The time now; names are forgotten in it.
    void advance(Time now);
    /// Nothing: it is not in the table of this member.
    [[nodiscard]] std::optional<NodeId> find(std::string_view name) const;
    /// It is in the table, or can be, possibly after others were forgotten.
    bool make_room(std::string_view name);
    /// The number of the name, which is in the table from now on; call make_room first.
    NodeId learn(std::string_view name);
    /// Names in the table, with the own one.
    [[nodiscard]] std::size_t known_count() const noexcept { return known_; }
    /// Names that were forgotten and of which the last run is kept.
    [[nodiscard]] std::size_t former_count() const noexcept { return former_.size(); }

    // ---- facts of others ----

    Applied apply(const Fact &fact, Time now);
    Applied apply(const Document &document); // at the time of the last call with one
    /// This member heard nobody for so long that it has possibly missed how others ended: they are down, with the reason, until somebody who
    /// knows better sends what they state, even if that is not new.
    void doubt_all(std::string_view reason);
    /// The items that the last `apply` has made news.
    [[nodiscard]] std::span<const Item> news() const noexcept { return news_; }
    /// The origin of the last document; nobody: there was no room for it.
    [[nodiscard]] NodeId origin() const noexcept { return origin_; }

    // ---- own facts ----

    /// States anew that this member is alive, which revokes the accusations against it and by it.
    Item announce();
    /// Nothing: an accusation of this run and `joined` stands already, or the subject is neither up nor `disputed`, or it is not up and
    /// Limits::accusations stand. Beyond these, one of a member that is not up makes room.
    std::optional<Item> accuse(NodeId subject, std::string_view reason, bool conclusive);
    std::optional<Item> clear(NodeId subject);
    Item end(bool for_good);
    [[nodiscard]] bool accused_by_self(NodeId subject) const;
    /// The number of the own last `joined`.
    [[nodiscard]] std::uint32_t alive() const noexcept { return records_[self_].alive; }
    /// Do the accusations against this member suffice for the others to believe it down?
    [[nodiscard]] bool self_condemned() const { return condemned(self_, nullptr); }
    /// It is down here, and what stands against it would not suffice any more: others possibly believe it up, and wait for more observers.
    [[nodiscard]] bool disputed(NodeId subject) const {
        return state(subject) == State::down && alive(subject) != 0 && !condemned(subject, nullptr);
    }

    // ---- wishes of the strategies ----

    /// A strategy has found the member; where it listens, as far as known.
    void want(NodeId id, Endpoint at);
    /// The member is no longer wanted: it is no link, and no part of the own overlay, until it is wanted again.
    void part(NodeId id);
    /// Nobody answers there, and nothing was ever heard from it: it has no place on the rings until a fact of it arrives.
    void absent(NodeId id);
    [[nodiscard]] bool parted(NodeId id) const noexcept { return (flags(id) & parted_flag) != 0; }
    [[nodiscard]] bool wanted(NodeId id) const noexcept { return (flags(id) & wanted_flag) != 0; }

    // ---- decisions ----

    /// Decides about everybody whose accusations or observers have changed, and returns the changes since the last call.
    std::vector<Change> settle();
    /// Does the overlay have other members than at the last call of settle_overlay?
    [[nodiscard]] bool overlay_changed() const noexcept { return overlay_changed_; }
    void settle_overlay() noexcept { overlay_changed_ = false; }
    /// The members that this one is to be linked with and observes.
    void neighbours(std::vector<NodeId> &out) const;
    /// Those of them to whom facts of others are passed on at once.
    void nearest(std::vector<NodeId> &out) const;
    /// Would this member observe that one if it were up?
    [[nodiscard]] bool observes(NodeId id) const;
    /// Members that are not up and may return, and that this one would observe.
    void missing(std::vector<NodeId> &out) const;
    /// Ends that for a member that no strategy wants, until another member believes it up.
    void give_up(NodeId id);

    // ---- state ----

    [[nodiscard]] NodeId self() const noexcept { return self_; }
    [[nodiscard]] Run run() const noexcept { return records_[self_].run; }
    /// Before the first fact of it was sent.
    void take_run(Run run);
    [[nodiscard]] State state(NodeId id) const noexcept { return id < records_.size() ? records_[id].state : State::unknown; }
    [[nodiscard]] Run run(NodeId id) const noexcept { return id < records_.size() ? records_[id].run : Run(); }
    /// The number of its last `joined`: of the run above.
    [[nodiscard]] std::uint32_t alive(NodeId id) const noexcept { return id < records_.size() ? records_[id].alive : 0; }
    /// All its facts up to this number are known.
    [[nodiscard]] std::uint32_t complete(NodeId id) const noexcept { return id < records_.size() ? records_[id].complete : 0; }
    [[nodiscard]] Endpoint endpoint(NodeId id) const;
    [[nodiscard]] std::size_t up_count() const noexcept { return up_; }
    /// On the rings: up, or wanted and not known to be absent; without this member.
    [[nodiscard]] bool present(NodeId id) const noexcept;
    [[nodiscard]] const NameTable &names() const noexcept { return names_; }
    [[nodiscard]] NameTable &names() noexcept { return names_; }
    [[nodiscard]] const Rings &rings() const noexcept { return rings_; }
    /// How many members the strategies have found, without this one, and how many of them are up.
    [[nodiscard]] std::size_t wanted_count() const noexcept { return wanted_; }
    [[nodiscard]] std::size_t wanted_up_count() const noexcept { return wanted_up_; }
    [[nodiscard]] std::size_t present_count() const noexcept { return present_ + 1; }

    // ---- digest ----

    static constexpr std::size_t buckets = 64;
    /// A hash of each bucket of names: of the origins that are up, with run and number.
    [[nodiscard]] const std::array<std::uint64_t, buckets> &digest() const noexcept { return digest_; }
    /// The same as the wire has it.
    [[nodiscard]] std::string encode_digest() const;
    struct Entry {
        std::string_view name;
        Run run;
        std::uint32_t complete;
        std::size_t bucket = 0;
    };
    /// In the order of the buckets.
    void list(std::uint64_t mask, std::vector<Entry> &out) const;
    /// Compares a list that another member has of these buckets with what is known here. newer: the origins whose document, or last fact, it
    /// lacks; returns whether it has something that is not known here. A member that is up there and down here may be dialled again.
    bool compare(std::uint64_t mask, std::span<const Entry> theirs, std::vector<NodeId> &newer);
    /// Appends the item as the wire has it. False: there is nothing to send any more, possibly because a name was forgotten.
    bool encode_fact(const Item &item, std::string &out) const;
    bool encode_document(NodeId origin, std::string &out) const;

  private:
    static constexpr std::uint8_t wanted_flag = 1, parted_flag = 2, absent_flag = 4, present_flag = 8, missing_flag = 16,
                                  known_flag = 32; // in the table
    struct Record {
        Run run;
        std::uint32_t alive = 0;    // number of the last `joined`, `left` or `restarting`
        std::uint32_t complete = 0; // all facts up to this number are known
        std::uint32_t ahead = 0;    // bit i: fact complete + 2 + i is known
        std::uint32_t second = 0;   // for the rate limit
        std::uint32_t since = 0; // second in which it was up or wanted last, or in which it was learnt or believed up by others
        std::uint16_t in_second = 0;
        State state = State::unknown;
        std::uint8_t flags = 0;
    };
    struct Accusation {
        std::uint32_t number = 0;
        bool stands = false;
        Run run;
        std::uint32_t alive = 0;
        bool conclusive = false;
        std::string reason;
    };
    using Key = std::pair<NodeId, NodeId>; // subject, origin

    Record &record(NodeId id);
    [[nodiscard]] const FormerMembers::Entry *former(std::string_view name) const;
    [[nodiscard]] Applied superseded(std::string_view origin, Run run, std::uint32_t number) const;
    [[nodiscard]] bool may_forget(NodeId id, Time unwanted_for, Time wanted_for) const;
    void forget(NodeId id);
    void forget_accusations_of(NodeId subject);
    void forget_oldest();
    void dispute(NodeId id);
    void set_time(Time now) noexcept;
    [[nodiscard]] bool make_room_for_accusation(NodeId origin);
    static void set_flag(Record &of, std::uint8_t flag, bool on, std::size_t &count) noexcept;
    void place(NodeId id, Endpoint at);
    [[nodiscard]] std::uint8_t flags(NodeId id) const noexcept { return id < records_.size() ? records_[id].flags : 0; }
    [[nodiscard]] std::uint64_t digest_of(NodeId id) const;
    struct Counted {
        bool up, wanted;
    };
    Counted begin_change(NodeId id);
    void end_change(NodeId id, Counted before);
    /// Every change of a record goes through here: it keeps the digest, the counts and the overlay.
    template <class Body>
    void change(NodeId id, const Body &body) {
        const Counted before = begin_change(id);
        body(records_[id]);
        end_change(id, before);
    }
    void set_state(NodeId id, State state, std::string_view reason);
    void replace_run(NodeId id, Run run);
    void forget_accusations_by(NodeId origin);
    void erase_superseded(NodeId origin);
    void note(NodeId id, std::uint32_t number);
    bool over_rate(Record &record, Time now) const;
    Applied apply_self_fact(NodeId id, const Fact &fact);
    Applied apply_accusation(NodeId id, const Fact &fact);
    [[nodiscard]] Fact fact_of(const Item &item, const Accusation &entry) const;
    void decide(NodeId subject);
    bool condemned(NodeId subject, std::string *reason) const;
    [[nodiscard]] bool counts(NodeId subject, NodeId origin, const Accusation &accusation) const;
    [[nodiscard]] bool accused_by_anybody(NodeId subject) const;
    [[nodiscard]] std::size_t observers_here(NodeId subject) const;
    std::uint32_t next_number() noexcept { return ++records_[self_].complete; }

    NameTable &names_;
    Rings rings_;
    Limits limits_;
    std::vector<Record> records_;
    NodeId self_ = nobody;
    NodeId origin_ = nobody;
    std::uint16_t usual_port_;
    std::unordered_map<NodeId, Endpoint>
        endpoints_; // of those that listen elsewhere than at their names and this member's port
    std::map<Key, Accusation> accusations_;
    std::unordered_map<NodeId, std::vector<NodeId>> accused_by_; // origin to subjects with an entry
    std::array<std::uint64_t, buckets> digest_{};
    FormerMembers former_;
    Owner owner_;
    std::size_t known_ = 0;
    std::uint32_t second_ = 0, next_sweep_ = 0; // of the time that it was given last
    NodeId origin_now_ = nobody;                // of the fact that is being applied
    std::vector<Change> changes_;
    std::vector<Item> news_;
    std::size_t up_ = 0, present_ = 0, missing_ = 0; // missing: not up, and may return
    std::size_t wanted_ = 0, wanted_up_ = 0;
    bool overlay_changed_ = true, undecided_ = false;
};

} // namespace kith::mesh
