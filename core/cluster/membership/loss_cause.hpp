// SPDX-License-Identifier: MIT
//
// Why a name stopped being a member, or a record stopped claiming it.
#pragma once

#include <cstdint>

namespace kith::core {

enum class LossCause : std::uint8_t {
    none,
    missed,     // not in an observation
    expired,    // its lease ran out
    left,       // the source states that it is gone
    renamed,    // its key has another name now
    unnamed,    // policy.name can no longer name it
    self,       // it is the local node
    filtered,   // include, exclude
    unselected, // only a strategy that is not in use has it (merge: first)
    pushed_out, // learnt, never linked, and room was needed
    policy,     // the policy or the configuration changed
    remembered, // known from before the restart alone
    forgotten,  // it was, and the source has looked since and does not have it
};

} // namespace kith::core
