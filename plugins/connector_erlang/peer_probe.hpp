// SPDX-License-Identifier: MIT
//
// A node that cannot join a peer says `false` and never why. The probe goes the same way as the node does, up to a login of our own with
// the same cookie, which it ends at once, and tells where it ends. A cause is named only where the probe has met it.
#pragma once

#include "driven_node_facts.hpp"
#include "node_dial.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace kith::erlang {

struct Probe {
    std::string peer; // name in full
    std::string name; // ours
    std::string node; // the driven one
    NodeFacts facts;  // of it
    std::uint16_t epmd_port = 0;
    std::uint16_t port = 0;        // of the peer, as the strategy says; 0: it does not
    std::uint16_t driven_port = 0; // option port: where the driven node was found without EPMD
    enum class Login : std::uint8_t {
        of_node,   // with the cookie by which we enter the node
        of_option, // with that of option peer_cookies
        of_the_two, // none: the peer is to know the cookie of option peer_cookies for the node alone, so a login would show nothing
        without_cookie // none: `fault_of_cookie`
    };
    Login login = Login::of_node;
    Cookie cookie;
    std::string fault_of_cookie;
    std::uint32_t creation = 0;
    std::uint32_t challenge = 0;
    std::string greeting; // of tls_greeting.hpp
    std::chrono::nanoseconds step{};
    DistributionTls *tls = nullptr; // by which the node was entered; null: by plain TCP
};

struct Verdict {
    error why; // always a failure, with a status and a text of its own
    /// All that can be looked at is good; so it may have been a passing trouble.
    bool unexplained = false;
    /// The peer is there and refuses, and each attempt is a line in its log.
    bool refused = false;
};

/// Why the node cannot join that peer, as it looks from here.
task<Verdict> why_not(const tcp &net, Session &session, Probe probe, Challenges &challenges);

/// A verdict while the node's own attempt is under way. One that speaks TLS waits 7 s for a peer that speaks plain TCP, which takes the
/// beginning of TLS for that of a long message. Nothing: it is not such a peer.
task<std::optional<Verdict>> why_not_yet(const tcp &net, Probe probe, Challenges &challenges);

/// Empty, or why the node never joins a peer with such a name, whatever else there is: one of them has a long name, the other a short one.
std::string fault_of_name_kind(const NodeFacts &facts, std::string_view node, std::string_view peer);

} // namespace kith::erlang
