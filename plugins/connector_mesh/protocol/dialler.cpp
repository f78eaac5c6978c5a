// SPDX-License-Identifier: MIT
#include "dialler.hpp"

#include <algorithm>
#include <unordered_set>

namespace kith::mesh {

double Dialler::draw() noexcept {
    random_ = random_ * 6364136223846793005 + 1442695040888963407;
    return static_cast<double>(random_ >> 11) * 0x1p-53;
}

void Dialler::uncount(const Target &target) noexcept {
    in_flight_ -= target.in_flight ? 1U : 0U;
    without_link_ -= target.linked ? 0U : 1U;
}

void Dialler::targets(std::span<const NodeId> ids, Time now) {
    const std::unordered_set<NodeId> wanted(ids.begin(), ids.end());
    std::erase_if(targets_, [&](const auto &each) {
        if (wanted.contains(each.first)) return false;
        uncount(each.second);
        return true;
    });
    for (const NodeId id : ids) {
        const auto [at, is_new] = targets_.try_emplace(id);
        if (!is_new) continue;
        ++without_link_;
        at->second.since = now;
        at->second.next = dials_first(id) ? now : now + patience;
    }
}

void Dialler::forget(NodeId id) {
    const auto at = targets_.find(id);
    if (at == targets_.end()) return;
    uncount(at->second);
    targets_.erase(at);
}

void Dialler::linked(NodeId id) {
    const auto at = targets_.find(id);
    if (at == targets_.end() || at->second.linked) return;
    in_flight_ -= at->second.in_flight ? 1U : 0U;
    --without_link_;
    at->second = Target();
    at->second.linked = true;
}

void Dialler::unlinked(NodeId id, bool broke, Time now) {
    const auto at = targets_.find(id);
    if (at == targets_.end() || !at->second.linked) return;
    at->second.linked = false;
    at->second.since = now;
    at->second.was_linked = broke;
    at->second.next = broke ? now + turn(id) : dials_first(id) ? now : now + patience;
    ++without_link_;
}

Time Dialler::turn(NodeId id) const noexcept {
    // It has about as many neighbours as this one; about four of them dial in one turn.
    const std::size_t turns = std::clamp<std::size_t>(targets_.size() / 4, 1, 4);
    return one_turn * static_cast<std::int64_t>((names_.hash(self_) ^ (names_.hash(id) >> 7)) % turns);
}

void Dialler::failed(NodeId id, std::string_view why, Time now) {
    const auto at = targets_.find(id);
    if (at == targets_.end() || !at->second.in_flight) return;
    Target &target = at->second;
    --in_flight_;
    target.in_flight = false;
    target.why = why;
    const unsigned doublings = std::min(target.failures++, 8U);
    const Time usual = std::min(first_retry * (1 << doublings), last_retry);
    const Time crowded = std::chrono::milliseconds(60) * static_cast<std::int64_t>(without_link_);
    target.next = now + std::chrono::duration_cast<Time>(std::max(usual, crowded) * (0.8 + 0.2 * draw()));
}

void Dialler::hurry(NodeId id, Time now) {
    const auto at = targets_.find(id);
    if (at != targets_.end() && !at->second.linked && !at->second.in_flight) at->second.next = std::min(at->second.next, now);
}

void Dialler::revived(NodeId id, Time now) {
    const auto at = targets_.find(id);
    if (at == targets_.end() || at->second.linked) return;
    Target &target = at->second;
    target.failures = 0;
    target.was_linked = false;
    target.since = now;
    if (!target.in_flight) target.next = dials_first(id) ? now : now + patience;
}

const Dialler::History *Dialler::history(NodeId id) const {
    const auto at = targets_.find(id);
    return at == targets_.end() ? nullptr : &at->second;
}

std::vector<NodeId> Dialler::take_due(Time now) {
    if (without_link_ == 0) return {};
    std::vector<std::pair<bool, NodeId>> due; // those whose link broke first: others wait for this evidence
    for (const auto &[id, target] : targets_) {
        if (!target.linked && !target.in_flight && target.next <= now)
            due.emplace_back(!target.was_linked || target.failures != 0, id);
    }
    std::ranges::sort(due);
    std::vector<NodeId> out;
    for (const auto &[later, id] : due) {
        if (in_flight_ >= most_in_flight || (later && out.size() >= most_in_turn)) break;
        targets_[id].in_flight = true;
        ++in_flight_;
        out.push_back(id);
    }
    return out;
}

Time Dialler::deadline() const noexcept {
    Time out = Time::max();
    if (without_link_ == 0) return out;
    if (in_flight_ >= most_in_flight) return out; // the end of one of them is the next event
    for (const auto &[id, target] : targets_) {
        if (!target.linked && !target.in_flight) out = std::min(out, target.next);
    }
    return out;
}

} // namespace kith::mesh
