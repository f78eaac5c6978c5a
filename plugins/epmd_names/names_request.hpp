// SPDX-License-Identifier: MIT
#pragma once

#include "names_reply.hpp"

#include <kith/clock.hpp>
#include <kith/tcp.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace epmd_names {

/// Host and port of an EPMD.
struct Endpoint {
    std::string host; // name, or numeric address
    std::uint16_t port = 0;

    [[nodiscard]] std::string text() const;
};

/// Sends a NAMES request to an EPMD and parses the reply. `timeout` limits the whole exchange. Error texts contain the endpoint and the
/// cause. KITH_REFUSED: nothing listens; KITH_UNRESOLVED; KITH_UNREACHABLE; KITH_TIMED_OUT: no or incomplete reply, or a firewall;
/// KITH_PROTOCOL, KITH_LIMIT: the reply is not that of an EPMD. Pass `endpoint` as a named variable: GCC 12 destroys a temporary in such
/// an argument twice.
kith::task<kith::result<Reply>> request_names(const kith::tcp &net, const kith::clock &clock, Endpoint endpoint,
                                              std::chrono::nanoseconds timeout);

} // namespace epmd_names
