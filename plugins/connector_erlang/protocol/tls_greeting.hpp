// SPDX-License-Identifier: MIT
//
// The first message of a TLS client (RFC 5246 and 8446, ClientHello), of such a size that it is a whole message for a node that speaks
// plain TCP too: that node reads its first two bytes as the length of a frame. Such a node finds no handshake in it and hangs up at once,
// where it would wait seconds for the rest of a usual ClientHello. A node that speaks TLS answers, and logs nothing about it.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace kith::erlang {

/// random: of a CSPRNG.
std::string tls_greeting(std::span<const std::byte, 32> random);

} // namespace kith::erlang
