// SPDX-License-Identifier: MIT
//
// Connects to a node over TCP or TLS, and does the handshake of the distribution.
#pragma once

#include "distribution_tls.hpp"
#include "epmd_client.hpp"
#include "handshake.hpp"

#include <kith/tcp.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace kith::erlang {

/// A connection whose handshake is done.
struct Connection {
    tcp::stream stream;
    Dialler::Peer peer;
    std::string rest; // what came behind the handshake
};

/// How far it came, also when it failed.
struct DialReport {
    std::string address; // numeric, of the other side; empty: no connection
    Dialler::Fault fault = Dialler::Fault::none;
    Dialler::Peer peer;        // as Dialler::peer
    std::uint64_t missing = 0; // as Dialler::missing
    DistributionTls::Step tls = DistributionTls::Step::settings;
    /// It failed in TLS, and by what the other side did.
    bool failed_in_tls = false;
};

/// Connect and shake hands. The status tells the reason apart; see `status_of`. report: outlives the task; may be null. tls: null for a
/// node that speaks plain TCP.
task<result<Connection>> dial(const tcp &net, Endpoint node, Dialler::Config config, Challenges &challenges,
                              std::chrono::nanoseconds step, DialReport *report = nullptr, DistributionTls *tls = nullptr);

/// Is there a node that speaks the protocol without TLS? It is asked for its challenge, which is not answered. greeting: of tls_greeting.hpp;
/// a node that speaks TLS answers it, and is asked no more, because it would log the question.
task<bool> speaks_plainly(const tcp &net, Endpoint node, std::string greeting, Dialler::Config config, Challenges &challenges,
                          std::chrono::nanoseconds step);

std::int32_t status_of(Dialler::Fault fault) noexcept;

} // namespace kith::erlang
