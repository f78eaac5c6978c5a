// SPDX-License-Identifier: MIT
//
// How long the links to each peer held. A link that ends again and again within the time after which a node takes a silent peer for dead
// (net_ticktime, and a quarter of it) is the pattern of different tick times, so the reason names them as a possible cause.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace kith::erlang {

class ShortLinkDetector {
  public:
    using Time = std::chrono::nanoseconds; // monotonic

    void up(const std::string &name, Time now);
    /// Of a link that was up already when we came: nobody knows since when.
    void was_up(const std::string &name) { links_.try_emplace(name); }

    /// The node is away: what becomes of its links is not seen.
    void out_of_sight();

    /// The reason with which the end of the link is reported: `why`, as the node gave it, and from the second short link in a row on how
    /// many there were. node: the driven one, of that tick_time.
    std::string down(const std::string &name, Time now, std::string_view why, std::string_view node,
                     std::chrono::seconds tick_time);

    std::size_t size() const noexcept { return links_.size(); }

  private:
    struct Link {
        Time since{-1}; // not up, or nobody knows since when
        std::uint32_t short_ones = 0;
    };
    void bound();

    std::unordered_map<std::string, Link> links_;
};

} // namespace kith::erlang
