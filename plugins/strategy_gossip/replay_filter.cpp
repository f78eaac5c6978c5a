// SPDX-License-Identifier: MIT
#include "replay_filter.hpp"

#include <algorithm>

namespace gossip {

namespace {

bool near(std::int64_t time, std::int64_t wall) noexcept {
    return time >= wall - ReplayFilter::window && time <= wall + ReplayFilter::window; // wall is far from the ends of its type
}

} // namespace

ReplayFilter::Verdict ReplayFilter::check(std::string_view sender, std::uint64_t counter, std::int64_t time, std::int64_t wall,
                                          std::int64_t now) {
    const auto found = senders_.find(sender);
    if (found == senders_.end()) {
        if (!near(time, wall)) return Verdict::late;
        if (senders_.size() >= limit_) make_room(now);
        senders_.emplace(sender, HeartbeatSender{counter, 1, now});
        return Verdict::fresh;
    }
    HeartbeatSender &known = found->second;
    if (counter > known.highest) {
        const std::uint64_t by = counter - known.highest;
        known.seen = by < 64 ? known.seen << by | 1 : 1;
        known.highest = counter;
    } else if (const std::uint64_t back = known.highest - counter; back < 64 && (known.seen >> back & 1U) == 0) {
        known.seen |= std::uint64_t{1} << back;
    } else if (back != 0 && now - known.heard > 2 * window && near(time, wall)) {
        // Silent for longer than a recorded packet could be near our clock: it has begun anew, and lost its counter.
        known.highest = counter;
        known.seen = 1;
    } else {
        return Verdict::seen;
    }
    known.heard = now;
    return Verdict::fresh;
}

bool ReplayFilter::last_word(std::string_view sender, std::uint64_t counter) noexcept {
    const auto found = senders_.find(sender);
    if (found == senders_.end() || found->second.highest != counter) return false;
    found->second.seen = ~std::uint64_t{0};
    return true;
}

// Removes half of the senders, those first that were not received for longest. Their earlier packets are refused by their time.
void ReplayFilter::make_room(std::int64_t now) {
    std::int64_t oldest = now;
    for (const auto &[name, sender] : senders_) oldest = std::min(oldest, sender.heard);
    const std::int64_t middle = oldest + (now - oldest) / 2;
    std::erase_if(senders_, [&](const auto &each) { return each.second.heard <= middle; });
}

} // namespace gossip
