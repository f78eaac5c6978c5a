// SPDX-License-Identifier: MIT
//
// What a topology believes, how fast it lets go, and how it joins: the `policy` object of the configuration. The defaults here and
// those of schema.json are the same (core/config/test checks it).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace kith::core {

// How the sets of several strategies of one topology become one: a peer that one of them has, or a peer of the first strategy
// (in the order of the file) whose last look did not fail.
enum class Merge : std::uint8_t { union_of_all, first };

// What becomes of a link to a peer that is gone. `unsaid` never reaches the reconciler: the loaded configuration holds the
// default of the strategies (KITH_FLAG_ROTATING: keep) or of the connector's descriptor.
enum class Prune : std::uint8_t { unsaid, disconnect, keep, report };

struct Policy {
    using milliseconds = std::chrono::milliseconds;

    // -- which peers, and what they are called --
    std::string name;                 // template such as "app@{ip}"; empty: the name that the strategy gives
    std::vector<std::string> self;    // globs: names that are the local node too, besides the one the connector reports
    std::vector<std::string> include; // globs over the mapped name; empty: all
    std::vector<std::string> exclude; // globs over the mapped name; wins over include
    Merge merge = Merge::union_of_all;
    std::uint32_t max_peers = 100'000;  // a larger observation is refused as a failed one
    bool require_authenticated = false; // an unauthenticated source is an error when the connector trusts its peers

    // -- letting go --
    milliseconds grace{60'000};           // a peer is gone when missing for so long ...
    std::uint32_t confirm = 3;            // ... and in so many fresh observations
    bool guard = true;                    // false: removals are never held
    double max_removal = 0.5;             // share of the window's largest membership that may go; more is held
    milliseconds removal_window{600'000}; // 10 min
    milliseconds hold{600'000};           // 10 min: then held removals are believed
    Prune prune = Prune::unsaid;
    bool remember = false; // keep the peers in state_dir, and hold them after a restart until the strategies have looked

    // -- joining --
    std::uint32_t min_peers = 0;         // links before `topology.ready`
    std::uint32_t connect_parallel = 16; // attempts under way at once
    milliseconds connect_timeout{8'000};
    milliseconds backoff_initial{1'000};
    milliseconds backoff_max{60'000};
    double backoff_jitter = 0.2; // each delay is drawn from delay * [1 - jitter, 1 + jitter]

    bool operator==(const Policy &) const = default;
};

// `"policy": "libcluster"`: what an observation does not have is parted at once, whatever it is.
inline Policy libcluster_policy() {
    Policy policy;
    policy.grace = Policy::milliseconds{0};
    policy.confirm = 1;
    policy.guard = false;
    policy.prune = Prune::disconnect;
    return policy;
}

} // namespace kith::core
