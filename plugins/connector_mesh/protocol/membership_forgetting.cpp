// SPDX-License-Identifier: MIT
//
// Membership: which names are in the table, and which are forgotten.
#include "membership.hpp"

#include <algorithm>
#include <utility>

namespace kith::mesh {

namespace {

using namespace std::chrono_literals;

/// A strategy's user that still wants a member asks for it again within this time, by default within a minute.
constexpr Time still_wanted = 10min;

std::uint32_t seconds(Time time) noexcept {
    return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(time).count());
}

std::uint64_t hash_of(std::string_view name) noexcept { return ring_hash(0xff, name); }

} // namespace

Membership::~Membership() {
    for (NodeId id = 0; id < records_.size(); ++id) {
        if ((records_[id].flags & known_flag) != 0) names_.release(id);
    }
}

std::optional<NodeId> Membership::find(std::string_view name) const {
    const auto id = names_.find(name);
    return id && (flags(*id) & known_flag) != 0 ? id : std::nullopt;
}

const FormerMembers::Entry *Membership::former(std::string_view name) const {
    return former_.size() == 0 || find(name) ? nullptr : former_.find(hash_of(name));
}

NodeId Membership::learn(std::string_view name) {
    const NodeId id = names_.intern(name);
    if (Record &of = record(id); (of.flags & known_flag) == 0) {
        names_.hold(id);
        ++known_;
        of.flags |= known_flag;
        of.since = second_;
        if (auto was = former_.take(names_.hash(id))) {
            if (was->at) endpoints_[id] = *was->at;
            change(id, [&](Record &now) {
                now.run = was->run;
                now.alive = was->alive;
                now.complete = was->complete;
                now.state = was->state;
                if (was->parted) now.flags |= parted_flag;
            });
        }
    }
    return id;
}

/// What a fact or document of that origin is which contains nothing newer than what is known, even if the name was forgotten; else `news`.
Membership::Applied Membership::superseded(std::string_view origin, Run run, std::uint32_t number) const {
    Run last;
    std::uint32_t complete = 0;
    if (const auto id = find(origin)) {
        if (*id == self_) return Applied::news;
        last = records_[*id].run;
        complete = records_[*id].complete;
    } else if (const auto *gone = former(origin)) {
        last = gone->run;
        complete = gone->complete;
    }
    if (run < last) return Applied::old_run;
    return run == last && number <= complete ? Applied::known : Applied::news;
}

bool Membership::make_room(std::string_view name) {
    if (known_ < limits_.members || find(name)) return true;
    forget_oldest();
    return known_ < limits_.members;
}

bool Membership::may_forget(NodeId id, Time unwanted_for, Time wanted_for) const {
    const Record &of = records_[id];
    if ((of.flags & known_flag) == 0 || of.state == State::up || id == self_ || id == origin_now_) return false;
    if (of.since + seconds(wanted(id) ? wanted_for : unwanted_for) > second_) return false;
    if (std::ranges::any_of(changes_, [id](const Change &each) { return each.id == id; })) return false;
    return !owner_.needs || !owner_.needs(id);
}

/// Several at once, since each time all are looked at.
void Membership::forget_oldest() {
    std::vector<std::pair<std::uint32_t, NodeId>> all;
    for (NodeId id = 0; id < records_.size(); ++id) {
        if (may_forget(id, 0s, std::min<Time>(still_wanted, limits_.forgotten_after))) all.emplace_back(records_[id].since, id);
    }
    const std::size_t some = std::min(all.size(), limits_.members / 64 + 1);
    std::ranges::partial_sort(all, all.begin() + static_cast<std::ptrdiff_t>(some));
    all.resize(some);
    for (const auto &[since, id] : all) forget(id);
}

void Membership::set_time(Time now) noexcept { second_ = std::max(second_, seconds(now)); }

void Membership::advance(Time now) {
    set_time(now);
    if (second_ < next_sweep_) return;
    next_sweep_ = second_ + std::max(1U, seconds(limits_.forgotten_after) / 64);
    origin_now_ = nobody;
    for (NodeId id = 0; id < records_.size(); ++id) {
        if (may_forget(id, limits_.forgotten_after, limits_.forgotten_after)) forget(id);
    }
    if (records_.size() > names_.size()) records_.resize(names_.size());
    if (records_.capacity() > 4 * records_.size() + 64) records_.shrink_to_fit();
    former_.expire(second_ - std::min(second_, seconds(limits_.remembered_for)));
}

void Membership::forget(NodeId id) {
    if (owner_.forgotten) owner_.forgotten(id);
    forget_accusations_by(id);
    forget_accusations_of(id);
    const Record &of = records_[id];
    const auto at = endpoints_.find(id);
    if (of.run.known() || parted(id)) {
        FormerMembers::Entry entry{of.run, of.alive, of.complete, of.state, parted(id), nullptr};
        if (at != endpoints_.end()) entry.at = std::make_unique<Endpoint>(at->second);
        former_.put(names_.hash(id), std::move(entry), second_);
    }
    if (at != endpoints_.end()) endpoints_.erase(at);
    change(id, [](Record &gone) {
        const auto counted = static_cast<std::uint8_t>(gone.flags & (present_flag | missing_flag)); // change() removes these
        gone = Record();
        gone.flags = counted;
    });
    records_[id] = Record();
    --known_;
    names_.release(id);
}

void Membership::forget_accusations_of(NodeId subject) {
    for (auto at = accusations_.lower_bound({subject, 0}); at != accusations_.end() && at->first.first == subject;) {
        const auto by = accused_by_.find(at->first.second);
        std::erase(by->second, subject);
        if (by->second.empty()) accused_by_.erase(by);
        at = accusations_.erase(at);
        undecided_ = true;
    }
}

/// False: all that it has made concern members that are up.
bool Membership::make_room_for_accusation(NodeId origin) {
    const auto own = accused_by_.find(origin);
    if (own == accused_by_.end() || own->second.size() < limits_.accusations) return true;
    auto oldest = own->second.end();
    std::uint32_t number = UINT32_MAX;
    for (auto at = own->second.begin(); at != own->second.end(); ++at) {
        const Accusation &entry = accusations_.at({*at, origin});
        if (state(*at) == State::up || entry.number >= number) continue;
        oldest = at;
        number = entry.number;
    }
    if (oldest == own->second.end()) return false;
    accusations_.erase({*oldest, origin});
    own->second.erase(oldest);
    undecided_ = true;
    return true;
}

void Membership::dispute(NodeId id) {
    Record &of = records_[id];
    of.since = second_;
    if ((of.flags & missing_flag) != 0) return;
    change(id, [](Record &) {}); // it is missing again
    overlay_changed_ = true;
}

void Membership::doubt_all(std::string_view reason) {
    for (NodeId id = 0; id < records_.size(); ++id) {
        if (id == self_ || state(id) != State::up) continue;
        set_state(id, State::down, reason);
        change(id, [](Record &of) { of.alive = of.complete = of.ahead = 0; });
    }
    undecided_ = true;
}

} // namespace kith::mesh
