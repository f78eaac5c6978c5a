// SPDX-License-Identifier: MIT
//
// What an operator can order of a topology while it runs.
#pragma once

#include <core/cluster/base/time.hpp>

#include <cstdint>
#include <string>

namespace kith::core {

struct Order {
    enum class Kind : std::uint8_t {
        pause,   // observe, but connect, disconnect and remove no peer, for `duration`
        resume,  // end the pause
        confirm, // the removals that the guard holds under the number `hold` are meant
        hold,    // keep the link of `peer` and do not connect to it, for `duration`; 0: end the hold
        forget,  // `peer` is gone now, whatever its sources have
    };

    static constexpr Time longest = Time{7} * 86'400 * one_second; // of a pause and of a hold; a longer duration is refused

    Kind kind = Kind::pause;
    std::string peer;
    Time duration = 0;
    std::uint64_t hold = 0;
};

} // namespace kith::core
