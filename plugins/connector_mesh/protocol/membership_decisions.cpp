// SPDX-License-Identifier: MIT
//
// Membership: who is down, and who is linked with whom.
#include "membership.hpp"

#include <algorithm>
#include <utility>

namespace kith::mesh {

bool Membership::counts(NodeId subject, NodeId origin, const Accusation &accusation) const {
    if (!accusation.stands || accusation.run != run(subject) || accusation.alive != alive(subject)) return false;
    // An accusation older than the last `joined` of its origin was made while the origin was cut off.
    if ((origin != self_ && state(origin) != State::up) || accusation.number < alive(origin)) return false;
    return rings_.entitled(origin, subject, present_count(), [this](NodeId id) { return id == self_ || present(id); });
}

bool Membership::accused_by_anybody(NodeId subject) const {
    for (auto at = accusations_.lower_bound({subject, 0}); at != accusations_.end() && at->first.first == subject; ++at) {
        if (counts(subject, at->first.second, at->second)) return true;
    }
    return false;
}

/// The observers that could make themselves heard: those that are up and that nobody accuses, and this member. Without that, members that are
/// cut off together would wait for each other's accusations.
std::size_t Membership::observers_here(NodeId subject) const {
    std::vector<NodeId> observers;
    rings_.neighbours(
        subject, present_count(), [this](NodeId id) { return id == self_ || present(id); }, observers);
    return static_cast<std::size_t>(std::ranges::count_if(
        observers, [this](NodeId id) { return id == self_ || (state(id) == State::up && !accused_by_anybody(id)); }));
}

/// reason: null where nobody asks for it.
bool Membership::condemned(NodeId subject, std::string *reason) const {
    constexpr std::size_t refused_enough = 2, silent_enough = 5;
    std::size_t accusers = 0, refused = 0;
    for (auto at = accusations_.lower_bound({subject, 0}); at != accusations_.end() && at->first.first == subject; ++at) {
        const auto &[key, entry] = *at;
        if (!counts(subject, key.second, entry)) continue;
        refused += entry.conclusive ? 1U : 0U;
        if (++accusers > 3 || reason == nullptr) continue;
        *reason += accusers == 1 ? "" : "; ";
        *reason += key.second == self_ ? "this host" : names_.name(key.second);
        *reason += ": " + entry.reason;
    }
    if (accusers == 0) return false;
    if (reason != nullptr && accusers > 3) *reason += "; and " + std::to_string(accusers - 3) + " more";
    if (refused >= refused_enough || accusers >= silent_enough) return true;
    return accusers >= observers_here(subject); // all, when it has fewer
}

void Membership::decide(NodeId subject) {
    if (subject == self_ || state(subject) != State::up) return;
    std::string reason;
    if (condemned(subject, &reason)) set_state(subject, State::down, reason);
}

std::vector<Membership::Change> Membership::settle() {
    // A member that goes down leaves the rings, so that others have other observers: again, until nothing changes.
    while (std::exchange(undecided_, false)) {
        NodeId last = nobody;
        std::vector<NodeId> subjects;
        for (const auto &[key, entry] : accusations_) {
            if (entry.stands && key.first != last && state(key.first) == State::up) subjects.push_back(last = key.first);
        }
        for (const NodeId subject : subjects) decide(subject);
    }
    return std::exchange(changes_, {});
}

void Membership::neighbours(std::vector<NodeId> &out) const {
    rings_.neighbours(
        self_, present_count(), [this](NodeId id) { return present(id); }, out);
}

void Membership::nearest(std::vector<NodeId> &out) const {
    rings_.nearest(
        self_, [this](NodeId id) { return present(id); }, out);
}

bool Membership::observes(NodeId id) const {
    std::vector<NodeId> observers;
    rings_.neighbours(
        id, present_count() + (present(id) ? 0 : 1), [this](NodeId each) { return each == self_ || present(each); }, observers);
    return std::ranges::find(observers, self_) != observers.end();
}

void Membership::missing(std::vector<NodeId> &out) const {
    if (missing_ == 0) return;
    for (NodeId id = 0; id < records_.size(); ++id) {
        const std::uint8_t flags = records_[id].flags;
        if ((flags & missing_flag) != 0 && (flags & present_flag) == 0 && observes(id)) out.push_back(id);
    }
}

void Membership::give_up(NodeId id) {
    if (!wanted(id)) set_flag(records_[id], missing_flag, false, missing_);
}

} // namespace kith::mesh
