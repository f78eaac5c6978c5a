// SPDX-License-Identifier: MIT
//
// Reports to a tenant that a stream or listener was opened, or why not.
#pragma once

#include "endpoint_text.hpp"
#include "tenant_resources.hpp"

#include <kith/service/tcp.h>

namespace kith::app {

/// The function of kith_tcp_plugin that is called.
struct TcpOpenCallback {
    const char *what;
    decltype(kith_tcp_plugin::connected) kith_tcp_plugin::*report;
};
inline constexpr TcpOpenCallback connected{"tcp.connected", &kith_tcp_plugin::connected};
inline constexpr TcpOpenCallback accepted{"tcp.accepted", &kith_tcp_plugin::accepted};
inline constexpr TcpOpenCallback listening{"tcp.listening", &kith_tcp_plugin::listening};

void report(const TcpOpenCallback &callback, TenantResources &resources, std::uint64_t user, std::uint64_t op, std::uint64_t id,
            const tcp::endpoint &endpoint);
void report_failure(const TcpOpenCallback &callback, TenantResources &resources, std::uint64_t user, std::uint64_t op,
                    std::int32_t status, std::string_view text);

/// Reports KITH_CANCELLED.
template <const TcpOpenCallback &callback>
void report_cancelled(TenantResources &resources, std::uint64_t user, std::uint64_t op) {
    report_failure(callback, resources, user, op, KITH_CANCELLED, cancelled_text());
}

} // namespace kith::app
