// SPDX-License-Identifier: MIT
//
// A node that cannot join a peer says `false` and never why. The probe goes the same way up to the peer's challenge, and tells where
// it ends. It does not answer the challenge: whoever can announce a peer could have it forward one of another node's.
#pragma once

#include "dial.hpp"

#include <chrono>
#include <string>

namespace kith::erlang {

struct Probe {
    std::string peer; // name in full
    std::string name; // ours
    std::uint16_t epmd_port = 0;
    std::uint16_t port = 0; // of the peer, where its EPMD need not be asked
    std::chrono::nanoseconds step{};
};

/// Why the node cannot join that peer, as it looks from here. Always a failure, with a status and a text of its own.
task<error> why_not(const tcp &net, Probe probe, Challenges &challenges);

} // namespace kith::erlang
