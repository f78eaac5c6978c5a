// SPDX-License-Identifier: MIT
//
// Why a name is no longer a member, or why a record no longer claims it.
#pragma once

#include <cstdint>

namespace kith::core {

enum class LossCause : std::uint8_t {
    none,
    missed,     // not in an observation
    expired,    // its lease ran out
    left,       // the source reported that it has left
    renamed,    // its key now has another name
    unnamed,    // policy.name gives it no name any more
    self,       // it is the local node
    filtered,   // include, exclude
    unselected, // only a strategy that is not in use reports it (merge: first)
    pushed_out, // came by `update`, was never linked, and was removed for max_peers
    policy,     // the policy or the configuration changed
    remembered, // known only from before the restart
    forgotten,  // was known only from before the restart, and the source has reported without it
    ordered,    // an operator ordered its removal
};

} // namespace kith::core
