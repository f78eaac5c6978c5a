// SPDX-License-Identifier: MIT
//
// Policies that take the other rules away, so that a test can look at one alone.
#pragma once

#include <core/cluster/test/cluster_fixture.hpp>

namespace kith::core::test {

/// With the guard, and what passes it is parted.
inline Policy guarded() {
    Policy policy;
    policy.prune = Prune::disconnect;
    return policy;
}

/// Without the guard.
inline Policy plain() {
    Policy policy = guarded();
    policy.guard = false;
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
