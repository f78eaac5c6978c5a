// SPDX-License-Identifier: MIT
//
// How a tenant is told of a stream or a listener that was made for it, or why none was.
#pragma once

#include "seat.hpp"
#include "socket.hpp"

#include <kith/service/tcp.h>

namespace kith::app {

/// One of the functions of kith_tcp_plugin that tell it.
struct Made {
    const char *what;
    decltype(kith_tcp_plugin::connected) kith_tcp_plugin::*told;
};
inline constexpr Made connected{"tcp.connected", &kith_tcp_plugin::connected};
inline constexpr Made accepted{"tcp.accepted", &kith_tcp_plugin::accepted};
inline constexpr Made listening{"tcp.listening", &kith_tcp_plugin::listening};

void tell(const Made &made, Seat &seat, std::uint64_t user, std::uint64_t op, std::uint64_t id, const tcp::endpoint &endpoint);
void tell_failure(const Made &made, Seat &seat, std::uint64_t user, std::uint64_t op, std::int32_t status,
                  std::string_view text);

/// Tell that it was cancelled.
template <const Made &made>
void tell_cancelled(Seat &seat, std::uint64_t user, std::uint64_t op) {
    tell_failure(made, seat, user, op, KITH_CANCELLED, cancelled_text());
}

} // namespace kith::app
