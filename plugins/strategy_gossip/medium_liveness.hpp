// SPDX-License-Identifier: MIT
//
// Whether the network delivers packets: it does while something is received, including the own heartbeats. Leases run on
// hearing time, which advances only between two received packets, so that no peer is missing while nothing is received.
#pragma once

#include <cstdint>
#include <utility>

namespace gossip {

class MediumLiveness {
  public:
    using Time = std::int64_t; // monotonic nanoseconds

    /// patience: the longest time without a received packet. It starts at `now`.
    MediumLiveness(Time patience, Time now) noexcept : patience_(patience), last_(now) {}

    [[nodiscard]] bool alive() const noexcept { return alive_; }
    /// Nanoseconds of hearing time.
    [[nodiscard]] Time hearing() const noexcept { return hearing_; }
    /// The time at which silence begins unless something is received before.
    [[nodiscard]] Time falls_silent_at() const noexcept { return last_ + patience_; }

    /// Something was received. Returns true for the first time after silence.
    bool sign(Time now) noexcept {
        const Time gap = now - last_;
        if (alive_ && gap <= patience_) hearing_ += gap;
        last_ = now;
        reported_ = false;
        return !std::exchange(alive_, true);
    }

    /// Returns true once for each silence: nothing was received for too long.
    bool falls_silent(Time now) noexcept {
        if (reported_ || now - last_ <= patience_) return false;
        silence();
        return true;
    }

    /// The network is known to be unusable.
    void silence() noexcept {
        alive_ = false;
        reported_ = true;
    }

    /// Whether nothing is received now, and this was reported.
    [[nodiscard]] bool silence_reported() const noexcept { return reported_; }

  private:
    Time patience_;
    Time last_;
    Time hearing_ = 0;
    bool alive_ = false;
    bool reported_ = false;
};

} // namespace gossip
