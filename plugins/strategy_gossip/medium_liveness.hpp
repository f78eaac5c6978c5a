// SPDX-License-Identifier: MIT
//
// Is the medium alive? It is while something is heard on it, be it our own heartbeat. Hearing time, on which leases run, goes by only
// between two signs of life: who hears nothing misses nobody.
#pragma once

#include <cstdint>
#include <utility>

namespace gossip {

class MediumLiveness {
  public:
    using Time = std::int64_t; // monotonic nanoseconds

    /// patience: so long may nothing be heard. Silence counts from `now`.
    MediumLiveness(Time patience, Time now) noexcept : patience_(patience), last_(now) {}

    [[nodiscard]] bool alive() const noexcept { return alive_; }
    /// Nanoseconds of hearing time.
    [[nodiscard]] Time hearing() const noexcept { return hearing_; }
    /// Unless something is heard before.
    [[nodiscard]] Time falls_silent_at() const noexcept { return last_ + patience_; }

    /// Something was heard. True: for the first time after silence.
    bool sign(Time now) noexcept {
        const Time gap = now - last_;
        if (alive_ && gap <= patience_) hearing_ += gap;
        last_ = now;
        told_ = false;
        return !std::exchange(alive_, true);
    }

    /// True, once for each silence: nothing was heard for too long.
    bool falls_silent(Time now) noexcept {
        if (told_ || now - last_ <= patience_) return false;
        silence();
        return true;
    }

    /// It is known to be dead.
    void silence() noexcept {
        alive_ = false;
        told_ = true;
    }

    /// Silence that was told of.
    [[nodiscard]] bool deaf() const noexcept { return told_; }

  private:
    Time patience_;
    Time last_;
    Time hearing_ = 0;
    bool alive_ = false;
    bool told_ = false;
};

} // namespace gossip
