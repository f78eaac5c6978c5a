// SPDX-License-Identifier: MIT
//
// The `policy` of a topology: which peers are accepted, when missing peers are removed, and how kith connects to them. The
// defaults equal those of schema.json (core/config/test checks it).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace kith::core {

// How the peers of several strategies of one topology are merged: all peers of all strategies, or the peers of the first
// strategy (in the order of the file) whose last observation did not fail.
enum class Merge : std::uint8_t { union_of_all, first };

// What is done with the link to a peer that is gone. The loaded configuration never contains `unsaid`: it is replaced by the
// default of the strategies (KITH_FLAG_ROTATING: keep) or of the connector's descriptor.
enum class Prune : std::uint8_t { unsaid, disconnect, keep, report };

struct Policy {
    using milliseconds = std::chrono::milliseconds;

    // -- which peers are accepted, and their names --
    std::string name;                 // template such as "app@{ip}"; empty: the name that the strategy reports
    std::vector<std::string> self;    // globs: additional names of the local node, besides the one the connector reports
    std::vector<std::string> include; // globs over the mapped name; empty: all
    std::vector<std::string> exclude; // globs over the mapped name; exclude overrides include
    Merge merge = Merge::union_of_all;
    std::uint32_t max_peers = 100'000;  // a larger observation is refused as a failed one
    bool require_authenticated = false; // an unauthenticated source is an error when the connector trusts its peers

    // -- removal --
    milliseconds grace{60'000}; // a peer is gone when it was missing for this time ...
    std::uint32_t confirm = 3;  // ... and in this number of observations
    bool guard = true;          // false: removals are never held
    double max_removal = 0.5;   // share of the largest membership within removal_window that may be removed; more is held
    milliseconds removal_window{600'000}; // 10 min
    milliseconds hold{600'000};           // 10 min: held removals are carried out after this time
    Prune prune = Prune::unsaid;
    bool remember = false; // store the peers in state_dir, and hold them after a restart until the strategies have reported

    // -- connecting --
    std::uint32_t min_peers = 0; // links before `topology.ready`
    std::uint32_t expected_nodes =
        0;                         // that must be found, the local one included, before the first connect and `topology.ready`
    std::uint32_t first_looks = 1; // how often every strategy must have looked before the first connect
    std::uint32_t links = 0;       // connects are made only while fewer links are up; 0: all peers are linked
    bool bridge = false; // a peer that the overlay has not known for `grace` is connected although enough links are up
    std::uint32_t connect_parallel = 16; // concurrent attempts
    milliseconds connect_timeout{8'000};
    milliseconds backoff_initial{1'000};
    milliseconds backoff_max{60'000};
    double backoff_jitter = 0.2; // each delay is drawn from delay * [1 - jitter, 1 + jitter]

    bool operator==(const Policy &) const = default;
};

// `"policy": "libcluster"`: peers that are missing from an observation are disconnected at once.
inline Policy libcluster_policy() {
    Policy policy;
    policy.grace = Policy::milliseconds{0};
    policy.confirm = 1;
    policy.guard = false;
    policy.prune = Prune::disconnect;
    return policy;
}

} // namespace kith::core
