// SPDX-License-Identifier: MIT
#include "broadcast_numbers.hpp"

#include <algorithm>

namespace kith::mesh {

std::optional<BroadcastNumbers::Numbers> BroadcastNumbers::next(std::string_view channel, Time now) {
    auto at = channels_.find(channel);
    if (at == channels_.end()) {
        if (channels_.size() >= most_channels) {
            const auto *unused = order_.front();
            if (unused->second.used + kept_for > now) return std::nullopt;
            forgotten_ = std::max(forgotten_, unused->second.last);
            order_.pop_front();
            channels_.erase(channels_.find(unused->first));
        }
        // Greater numbers than it possibly had before: a receiver that still knows it takes them as later ones.
        at = channels_.try_emplace(std::string(channel), Channel{forgotten_, forgotten_ + 1, now, {}}).first;
        at->second.place = order_.insert(order_.end(), &*at);
    }
    Channel &of = at->second;
    if (of.used + arrive_within <= now) of.oldest = of.last + 1;
    of.used = now;
    order_.splice(order_.end(), order_, of.place);
    return Numbers{++of.last, of.oldest};
}

} // namespace kith::mesh
