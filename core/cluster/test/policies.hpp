// SPDX-License-Identifier: MIT
//
// Policies that take the other rules away, so that a test can look at one alone.
#pragma once

#include "house.hpp"

namespace kith::core::test {

/// Without the guard.
inline Policy plain() {
    Policy policy;
    policy.guard = false;
    policy.prune = Prune::disconnect;
    return policy;
}

/// Without the guard, patience and jitter.
inline Policy quick() {
    Policy policy = plain();
    policy.grace = ms(0ms);
    policy.confirm = 1;
    policy.backoff_jitter = 0;
    return policy;
}

} // namespace kith::core::test
