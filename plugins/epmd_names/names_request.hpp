// SPDX-License-Identifier: MIT
#pragma once

#include "names_reply.hpp"

#include <kith/clock.hpp>
#include <kith/tcp.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace epmd_names {

/// Where an EPMD listens.
struct Endpoint {
    std::string host; // name, or numeric address
    std::uint16_t port = 0;

    [[nodiscard]] std::string text() const;
};

/// Whom it knows. `patience` bounds all of it, however slowly the bytes come. A failure tells the place, what happened, and its status:
/// KITH_REFUSED: nobody listens; KITH_UNRESOLVED; KITH_UNREACHABLE; KITH_TIMED_OUT: mute, slow, or behind a firewall;
/// KITH_PROTOCOL, KITH_LIMIT: what answers does not reply as an EPMD does. Give `place` a name: GCC 12 destroys a temporary in such an argument twice.
kith::task<kith::result<Reply>> request_names(const kith::tcp &net, const kith::clock &clock, Endpoint endpoint,
                                              std::chrono::nanoseconds timeout);

} // namespace epmd_names
