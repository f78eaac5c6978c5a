// SPDX-License-Identifier: MIT
//
// When an instance whose process has ended is started again: soon after the first crash, later after each further one, and not at all after
// the sixth within a minute.
#pragma once

#include <core/cluster/base/time.hpp>

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace kith::core {

class CrashHistory {
  public:
    static constexpr std::size_t most = 6;          ///< crashes in `window`
    static constexpr Time window = 60'000'000'000;  // nanoseconds
    static constexpr Time first_pause = 25'000'000; // after one crash; four times as long after each further one
    static constexpr Time longest_pause = 20'000'000'000;

    explicit CrashHistory(std::uint64_t seed) : random_(seed) {}

    /// A crash. Returns whether the instance must not be started again.
    bool add(Time now) {
        std::erase_if(crashes_, [now](Time one) { return now - one > window; });
        crashes_.push_back(now);
        return crashes_.size() >= most;
    }

    /// Until the next start: between three and five quarters of the pause after so many crashes.
    Time pause() {
        Time pause = first_pause;
        for (std::size_t i = 1; i < crashes_.size() && pause < longest_pause; ++i) pause *= 4;
        if (pause > longest_pause) pause = longest_pause;
        return pause * 3 / 4 + random_() % (pause / 2 + 1);
    }

    void clear() { crashes_.clear(); }

  private:
    std::vector<Time> crashes_; // within `window`; takes no memory before the first
    std::minstd_rand random_;   // so that what crashed together does not start together
};

} // namespace kith::core
