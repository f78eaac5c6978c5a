// SPDX-License-Identifier: MIT
#include "membership.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace kith::mesh {

namespace {

std::uint64_t mixed(std::uint64_t value) noexcept {
    value = (value ^ value >> 33) * 0xff51afd7ed558ccd;
    value = (value ^ value >> 33) * 0xc4ceb9fe1a85ec53;
    return value ^ value >> 33;
}

} // namespace

Membership::Membership(NameTable &names, unsigned degree, std::string_view self, Run run, Endpoint listening, Limits limits)
    : names_(names), rings_(names, degree), limits_(limits), usual_port_(listening.port) {
    self_ = learn(self);
    place(self_, std::move(listening));
    record(self_).run = run;
    change(self_, [&](Record &own) {
        own.state = State::up;
        own.alive = own.complete = 1;
    });
}

void Membership::take_run(Run run) {
    change(self_, [&](Record &own) { own.run = run; });
}

Membership::Record &Membership::record(NodeId id) {
    if (id >= records_.size()) records_.resize(std::max<std::size_t>(id + 1, names_.size()));
    return records_[id];
}

bool Membership::present(NodeId id) const noexcept { return (flags(id) & present_flag) != 0; }

std::uint64_t Membership::digest_of(NodeId id) const {
    const Record &of = records_[id];
    if (of.state != State::up) return 0;
    return mixed(mixed(mixed(names_.hash(id) ^ of.run.nonce) + of.run.start) + of.complete);
}

void Membership::set_flag(Record &of, std::uint8_t flag, bool on, std::size_t &count) noexcept {
    if (on == ((of.flags & flag) != 0)) return;
    of.flags ^= flag;
    count += on ? 1 : -std::size_t{1};
}

Membership::Counted Membership::begin_change(NodeId id) {
    const Record &of = record(id);
    digest_[names_.hash(id) % buckets] ^= digest_of(id);
    return {of.state == State::up && id != self_, (of.flags & wanted_flag) != 0};
}

void Membership::end_change(NodeId id, Counted before) {
    Record &of = records_[id];
    digest_[names_.hash(id) % buckets] ^= digest_of(id);
    const bool up_now = of.state == State::up && id != self_;
    up_ += static_cast<std::size_t>(up_now) - static_cast<std::size_t>(before.up);
    const bool is_wanted = (of.flags & wanted_flag) != 0;
    wanted_ += static_cast<std::size_t>(is_wanted) - static_cast<std::size_t>(before.wanted);
    wanted_up_ += static_cast<std::size_t>(is_wanted && up_now) - static_cast<std::size_t>(before.wanted && before.up);
    const bool candidate = of.state == State::unknown && (of.flags & wanted_flag) != 0 && (of.flags & absent_flag) == 0;
    const bool present = id != self_ && (of.flags & parted_flag) == 0 && (up_now || candidate);
    if (present != ((of.flags & present_flag) != 0)) overlay_changed_ = undecided_ = true;
    set_flag(of, present_flag, present, present_);
    const bool may_return = (of.flags & wanted_flag) != 0 || of.state == State::down || of.state == State::restarting;
    set_flag(of, missing_flag, id != self_ && !up_now && may_return && (of.flags & parted_flag) == 0, missing_);
}

void Membership::set_state(NodeId id, State state, std::string_view reason) {
    const State before = records_[id].state;
    if (before == state) return;
    records_[id].since = second_;
    change(id, [&](Record &of) {
        of.state = state;
        if (state == State::up) of.flags &= static_cast<std::uint8_t>(~absent_flag);
    });
    if (id == self_ || parted(id)) return;
    if (state == State::up || before == State::up) changes_.push_back({id, state == State::up, std::string(reason)});
}

// ---- facts of others ----

bool Membership::over_rate(Record &of, Time now) const {
    const auto second = static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(now).count());
    if (of.second != second) {
        of.second = second;
        of.in_second = 0;
    }
    if (of.in_second >= limits_.facts_in_second) return true;
    ++of.in_second;
    return false;
}

void Membership::replace_run(NodeId id, Run run) {
    if (records_[id].state == State::up) set_state(id, State::unknown, "it has started anew");
    forget_accusations_by(id);
    change(id, [&](Record &of) {
        of.run = run;
        of.alive = of.complete = of.ahead = 0;
        of.state = State::unknown;
    });
}

void Membership::note(NodeId id, std::uint32_t number) {
    change(id, [&](Record &of) {
        if (number <= of.complete) return;
        if (number > of.complete + 1) {
            if (const std::uint32_t bit = number - of.complete - 2; bit < 32) of.ahead |= std::uint32_t{1} << bit;
            return;
        }
        ++of.complete;
        while ((of.ahead & 1) != 0) {
            of.ahead >>= 1;
            ++of.complete;
        }
        of.ahead >>= 1; // the bit of complete + 1, which is not known
    });
}

Membership::Applied Membership::apply(const Fact &fact, Time now) {
    news_.clear();
    set_time(now);
    origin_now_ = nobody;
    const bool about_self = fact.subject.empty();
    if (const Applied old = superseded(fact.origin, fact.run, fact.number); old != Applied::news) return old;
    if (!make_room(fact.origin)) return Applied::too_many;
    const NodeId id = origin_now_ = learn(fact.origin);
    if (id == self_) return fact.run == run() ? Applied::known : Applied::own_name;
    if (!about_self && !make_room(fact.subject)) return Applied::too_many;
    if (over_rate(records_[id], now)) return Applied::too_many;
    if (records_[id].run < fact.run) replace_run(id, fact.run);
    const Applied out = about_self ? apply_self_fact(id, fact) : apply_accusation(id, fact);
    if (out == Applied::news || out == Applied::not_entitled) {
        note(id, fact.number);
        erase_superseded(id);
        news_.push_back({id, about_self ? nobody : *find(fact.subject)});
    } else if (out == Applied::known) {
        note(id, fact.number); // superseded before it came
    }
    return out;
}

Membership::Applied Membership::apply_self_fact(NodeId id, const Fact &fact) {
    if (fact.number <= records_[id].alive) return Applied::known;
    if (fact.kind == FactKind::joined) place(id, {std::string(fact.address), fact.port});
    change(id, [&](Record &of) { of.alive = fact.number; });
    if (fact.kind == FactKind::joined) {
        set_state(id, State::up, {});
    } else {
        const bool for_good = fact.kind == FactKind::left;
        set_state(id, for_good ? State::left : State::restarting, for_good ? "it has left" : "it is restarting");
        forget_accusations_by(id);
    }
    undecided_ = true;
    return Applied::news;
}

Membership::Applied Membership::apply_accusation(NodeId id, const Fact &fact) {
    // Of a name that was forgotten a fact is of interest if it can convince another member that it is down.
    if (const auto *gone = former(fact.subject);
        gone != nullptr && (fact.kind == FactKind::cleared || fact.subject_run < gone->run))
        return Applied::known;
    const NodeId subject = learn(fact.subject);
    const auto known = accusations_.find({subject, id});
    if (known != accusations_.end() && known->second.number >= fact.number) return Applied::known;
    if (known == accusations_.end()) {
        if (!make_room_for_accusation(id)) return Applied::too_many;
        accused_by_[id].push_back(subject);
    }
    Accusation &entry = accusations_[{subject, id}];
    entry.number = fact.number;
    entry.stands = fact.kind == FactKind::accused;
    entry.run = fact.subject_run;
    entry.alive = fact.alive;
    entry.conclusive = fact.conclusive;
    entry.reason = fact.reason;
    undecided_ = true;
    return rings_.entitled(id, subject, present_count(), [this](NodeId each) { return each == self_ || present(each); })
               ? Applied::news
               : Applied::not_entitled;
}

Membership::Applied Membership::apply(const Document &document) {
    news_.clear();
    const Fact &joined = document.joined;
    origin_ = origin_now_ = find(joined.origin).value_or(nobody);
    if (const Applied old = superseded(joined.origin, joined.run, document.complete); old != Applied::news) return old;
    if (!make_room(joined.origin)) return Applied::too_many;
    const NodeId id = origin_ = origin_now_ = learn(joined.origin);
    if (id == self_) return joined.run == run() ? Applied::known : Applied::own_name;
    if (records_[id].run < joined.run) replace_run(id, joined.run);
    if (joined.number > records_[id].alive) apply_self_fact(id, joined);
    std::unordered_set<NodeId> listed;
    for (const Fact &each : document.accusations) {
        if (former(each.subject) != nullptr) continue; // mostly its origin has not forgotten it yet
        if (!make_room(each.subject)) continue;
        apply_accusation(id, each);
        listed.insert(learn(each.subject));
    }
    if (const auto known = accused_by_.find(id); known != accused_by_.end()) {
        for (const NodeId subject : known->second) { // what is not in it has been cleared
            Accusation &entry = accusations_[{subject, id}];
            if (entry.number <= document.complete && !listed.contains(subject)) entry.stands = false;
        }
    }
    change(id, [&](Record &changed) {
        std::uint32_t step = document.complete - changed.complete;
        while (step - 1 < 32 && (changed.ahead >> (step - 1) & 1) != 0) ++step; // the fact behind it is known already
        changed.ahead = step < 32 ? changed.ahead >> step : 0;
        changed.complete += step;
    });
    undecided_ = true;
    erase_superseded(id);
    news_.push_back({id, nobody});
    return Applied::news;
}

void Membership::forget_accusations_by(NodeId origin) {
    const auto found = accused_by_.find(origin);
    if (found == accused_by_.end()) return;
    for (const NodeId subject : found->second) accusations_.erase({subject, origin});
    accused_by_.erase(found);
    undecided_ = true;
}

/// A cleared accusation is kept until no older fact about its subject can come any more; so is one of an earlier `joined`.
void Membership::erase_superseded(NodeId origin) {
    const auto found = accused_by_.find(origin);
    if (found == accused_by_.end()) return;
    std::erase_if(found->second, [&](NodeId subject) {
        const auto entry = accusations_.find({subject, origin});
        const Record &of = records_[subject];
        const bool past = !entry->second.stands || entry->second.number < records_[origin].alive ||
                          entry->second.run < of.run || (entry->second.run == of.run && entry->second.alive < of.alive);
        if (!past || entry->second.number > records_[origin].complete) return false;
        accusations_.erase(entry);
        return true;
    });
    if (found->second.empty()) accused_by_.erase(found);
}

// ---- own facts ----

Membership::Item Membership::announce() {
    change(self_, [this](Record &own) { own.alive = next_number(); });
    erase_superseded(self_);
    undecided_ = true;
    return {self_};
}

bool Membership::accused_by_self(NodeId subject) const {
    const auto entry = accusations_.find({subject, self_});
    return entry != accusations_.end() && entry->second.stands && entry->second.number > alive() &&
           entry->second.run == run(subject) && entry->second.alive == alive(subject);
}

std::optional<Membership::Item> Membership::accuse(NodeId subject, std::string_view reason, bool conclusive) {
    if ((state(subject) != State::up && !disputed(subject)) || accused_by_self(subject)) return std::nullopt;
    if (!accusations_.contains({subject, self_})) {
        const auto own = accused_by_.find(self_);
        const bool full = own != accused_by_.end() && own->second.size() >= limits_.accusations;
        if (full && (state(subject) != State::up || !make_room_for_accusation(self_))) return std::nullopt;
        accused_by_[self_].push_back(subject);
    }
    Accusation &entry = accusations_[{subject, self_}];
    entry.stands = true;
    entry.run = run(subject);
    entry.alive = alive(subject);
    entry.conclusive = conclusive;
    entry.reason = reason.substr(0, longest_accusation);
    change(self_, [&](Record &) { entry.number = next_number(); });
    undecided_ = true;
    erase_superseded(self_);
    return Item{self_, subject};
}

std::optional<Membership::Item> Membership::clear(NodeId subject) {
    const auto entry = accusations_.find({subject, self_});
    if (entry == accusations_.end() || !accused_by_self(subject)) return std::nullopt;
    entry->second.stands = false;
    change(self_, [&](Record &) { entry->second.number = next_number(); });
    undecided_ = true;
    return Item{self_, subject};
}

Membership::Item Membership::end(bool for_good) {
    change(self_, [&](Record &own) {
        own.alive = next_number();
        own.state = for_good ? State::left : State::restarting;
    });
    return {self_};
}

// ---- wishes ----

void Membership::want(NodeId id, Endpoint at) {
    if (id == self_) return;
    records_[id].since = second_;
    if (state(id) != State::up) place(id, std::move(at));
    if (state(id) != State::up) overlay_changed_ = true; // it is to be dialled, possibly
    const bool was_parted = parted(id);
    change(id, [](Record &of) {
        of.flags |= wanted_flag;
        of.flags &= static_cast<std::uint8_t>(~parted_flag);
    });
    if (was_parted && state(id) == State::up) changes_.push_back({id, true, {}});
}

void Membership::part(NodeId id) {
    if (id == self_ || parted(id)) return;
    const bool was_up = state(id) == State::up;
    change(id, [](Record &of) {
        of.flags |= parted_flag;
        of.flags &= static_cast<std::uint8_t>(~wanted_flag);
    });
    if (was_up) changes_.push_back({id, false, "disconnected"});
}

void Membership::absent(NodeId id) {
    if (state(id) != State::unknown) return;
    change(id, [](Record &of) { of.flags |= absent_flag; });
}

Membership::Endpoint Membership::endpoint(NodeId id) const {
    const auto found = endpoints_.find(id);
    return found == endpoints_.end() ? Endpoint{{}, usual_port_} : found->second;
}

void Membership::place(NodeId id, Endpoint at) {
    if (at.address.empty() && at.port == usual_port_) {
        endpoints_.erase(id);
    } else {
        endpoints_[id] = std::move(at);
    }
}

} // namespace kith::mesh
