// SPDX-License-Identifier: MIT
//
// Reports to a tenant that a stream or listener was opened, or why not.
#pragma once

#include "socket_status_and_accept.hpp"
#include "tenant_resources.hpp"

#include <kith/service/tcp.h>

namespace kith::app {

/// The function of kith_tcp_plugin that is called.
struct OpenCompletion {
    const char *what;
    decltype(kith_tcp_plugin::connected) kith_tcp_plugin::*told;
};
inline constexpr OpenCompletion connected{"tcp.connected", &kith_tcp_plugin::connected};
inline constexpr OpenCompletion accepted{"tcp.accepted", &kith_tcp_plugin::accepted};
inline constexpr OpenCompletion listening{"tcp.listening", &kith_tcp_plugin::listening};

void tell(const OpenCompletion &completion, TenantResources &resources, std::uint64_t user, std::uint64_t op, std::uint64_t id,
          const tcp::endpoint &endpoint);
void tell_failure(const OpenCompletion &completion, TenantResources &resources, std::uint64_t user, std::uint64_t op,
                  std::int32_t status, std::string_view text);

/// Reports KITH_CANCELLED.
template <const OpenCompletion &completion>
void tell_cancelled(TenantResources &resources, std::uint64_t user, std::uint64_t op) {
    tell_failure(completion, resources, user, op, KITH_CANCELLED, cancelled_text());
}

} // namespace kith::app
