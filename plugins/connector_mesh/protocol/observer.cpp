// SPDX-License-Identifier: MIT
#include "observer.hpp"

#include <algorithm>
#include <utility>

namespace kith::mesh {

Time Observer::advance(Time now) noexcept {
    if (last_ < Time::zero()) last_ = now;
    const Time step = std::max(now - last_, Time::zero());
    last_ = std::max(last_, now);
    awake_ += std::min(step, longest_step_);
    return step > longest_step_ ? step - longest_step_ : Time::zero();
}

void Observer::suspect(NodeId id, std::string_view reason, bool conclusive, Time now) {
    trust(id);
    suspects_.push_back({id, std::string(reason), conclusive, now});
}

void Observer::trust(NodeId id) {
    for (auto *of : {&suspects_, &accused_}) std::erase_if(*of, [id](const Suspect &each) { return each.id == id; });
}

bool Observer::suspects(NodeId id) const noexcept {
    return std::ranges::any_of(suspects_, [id](const Suspect &each) { return each.id == id; });
}

std::vector<Observer::Suspect> Observer::take_due(std::size_t links, Time now) {
    std::erase_if(accused_, [now](const Suspect &each) { return each.since + window <= now; });
    const auto fresh = accused_.size() + static_cast<std::size_t>(std::ranges::count_if(suspects_, [now](const Suspect &each) {
                           return !each.conclusive && each.since + window > now;
                       }));
    const std::size_t all = links + fresh;
    // Of two links one is half, and so is the only one: there nobody can tell whose fault it is, and nobody else is accused.
    const bool half = 2 * fresh > all || (2 * fresh == all && all >= 4);
    if (all > 1 && half && !abstains(now)) {
        abstains_until_ = now + window;
        failed_ = fresh;
        of_ = all;
    }
    std::vector<Suspect> out;
    std::erase_if(suspects_, [&](Suspect &each) {
        if (!each.conclusive && (links == 0 || abstains(now))) return false;
        if (!each.conclusive) accused_.push_back(each);
        out.push_back(std::move(each));
        return true;
    });
    return out;
}

std::vector<NodeId> Observer::take_accused() {
    std::vector<NodeId> out;
    for (const Suspect &each : std::exchange(accused_, {})) out.push_back(each.id);
    return out;
}

bool Observer::isolated(std::size_t links, Time now) {
    if (links != 0) {
        if (without_links_since_ != Time::max() && without_links_since_ + isolation <= now)
            suspects_.clear(); // whatever failed meanwhile was possibly this member's fault
        had_links_ = true;
        without_links_since_ = Time::max();
        return false;
    }
    if (!had_links_) return false;
    if (without_links_since_ == Time::max()) without_links_since_ = now;
    return without_links_since_ + isolation <= now;
}

Time Observer::deadline() const noexcept {
    Time out = Time::max();
    if (!suspects_.empty()) out = abstains_until_ > last_ ? abstains_until_ : last_ + window;
    if (without_links_since_ != Time::max() && without_links_since_ + isolation > last_)
        out = std::min(out, without_links_since_ + isolation);
    return out;
}

} // namespace kith::mesh
