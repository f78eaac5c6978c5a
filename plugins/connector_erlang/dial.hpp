// SPDX-License-Identifier: MIT
//
// The sans-I/O protocol over streams of the host: EPMD's questions and the handshake.
#pragma once

#include "distribution_tls.hpp"
#include "epmd.hpp"
#include "handshake.hpp"

#include <kith/tcp.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace kith::erlang {

/// Where an EPMD or a node is reached.
struct Place {
    std::string address; // host name or numeric
    std::uint16_t port = 0;

    std::string text() const;
};

/// The port of the node with that name (its part before the @), and what else EPMD knows of it. `step` bounds each operation.
///
/// KITH_NOT_FOUND: EPMD answers, and does not know the name.
task<result<epmd::Port>> ask_port(const tcp &net, Place epmd, std::string name, std::chrono::nanoseconds step);

/// Everybody that EPMD knows.
task<result<std::vector<epmd::Name>>> ask_names(const tcp &net, Place epmd, std::chrono::nanoseconds step);

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
task<result<Connection>> dial(const tcp &net, Place node, Dialler::Config config, Challenges &challenges,
                              std::chrono::nanoseconds step, DialReport *report = nullptr, DistributionTls *tls = nullptr);

/// Is there a node that speaks the protocol without TLS? It is asked for its challenge, which is not answered.
task<bool> speaks_plainly(const tcp &net, Place node, Dialler::Config config, Challenges &challenges,
                          std::chrono::nanoseconds step);

std::int32_t status_of(Dialler::Fault fault) noexcept;

} // namespace kith::erlang
