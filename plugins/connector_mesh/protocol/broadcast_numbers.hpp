// SPDX-License-Identifier: MIT
//
// The numbers of this member's broadcasts, on each channel its own. A channel keeps its number while it is idle, because a receiver of a release
// before this one waits for the numbers between; only when there are too many is the one forgotten that was not used for longest.
#pragma once

#include "run.hpp"

#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace kith::mesh {

class BroadcastNumbers {
  public:
    static constexpr std::size_t most_channels = 16384;
    /// A channel that was used within this time is not forgotten, since copies of its broadcasts are on their way for longer than messages to one.
    static constexpr Time kept_for = std::chrono::minutes(1);
    /// Broadcasts that are older do not arrive any more: see Numbers::oldest.
    static constexpr Time arrive_within = std::chrono::minutes(5);

    struct Numbers {
        std::uint64_t number;
        std::uint64_t oldest; // receivers wait for none before this one
    };
    /// Of the next broadcast. Nothing: most_channels channels were used within `kept_for`.
    std::optional<Numbers> next(std::string_view channel, Time now);

    [[nodiscard]] std::size_t channels() const noexcept { return channels_.size(); }

  private:
    struct Channel;
    using Channels = std::map<std::string, Channel, std::less<>>;
    using Order = std::list<std::pair<const std::string, Channel> *>;
    struct Channel {
        std::uint64_t last = 0;
        std::uint64_t oldest = 1;
        Time used{};
        Order::iterator place;
    };

    Channels channels_;
    Order order_;                 // the longest unused first
    std::uint64_t forgotten_ = 0; // the greatest number of a channel that was forgotten
};

} // namespace kith::mesh
