// SPDX-License-Identifier: MIT
//
// The heartbeats of a link, and how often they are sent. A member with many observers does not send to all of them in each interval:
// they take turns. Five of them condemn a silent member, so each turn has five at least; those whose turn is the oldest then find it
// silent as early as if it had sent all heartbeats to all. While one side believes the other down both send in each interval, so that it is soon
// known whether the link is reliable.
#pragma once

#include "bytes.hpp"
#include "run.hpp"

#include <algorithm>
#include <optional>

namespace kith::mesh {

/// Bit of Hello::capabilities: the sender understands Heartbeat::next.
inline constexpr std::uint32_t heartbeats_in_turns = 1;

struct Heartbeat {
    std::uint64_t stamp = 0; // the sender's clock, ns
    std::uint64_t echo = 0;  // the last stamp that came from the other side; 0: none yet
    Time held{};             // how long ago that was
    std::uint32_t next = 0;  // ms until the next heartbeat at the latest; 0: the interval of the cluster
};

/// The body of the frame.
std::string encode(const Heartbeat &heartbeat);
/// Nothing: it is none. Bytes behind it are of a later version.
std::optional<Heartbeat> read_heartbeat(std::string_view body);

inline constexpr unsigned most_turns = 3;
/// In how many turns a member with that many observers sends its heartbeats, one in each interval.
inline unsigned heartbeat_turns(std::size_t observers) noexcept {
    constexpr std::size_t least_in_turn = 5;
    return static_cast<unsigned>(std::clamp<std::size_t>(observers / least_in_turn, 1, most_turns));
}

} // namespace kith::mesh
