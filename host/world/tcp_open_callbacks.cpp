// SPDX-License-Identifier: MIT
#include "tcp_open_callbacks.hpp"

namespace kith::app {

namespace {

void call(const TcpOpenCallback &callback, TenantResources &resources, std::uint64_t user, std::uint64_t op,
          std::int32_t status, std::string_view text, std::uint64_t id, const kith_endpoint &endpoint) {
    Entered guard(resources.tenant, callback.what);
    (resources.side<kith_tcp_plugin>(KITH_TCP)->*callback.report)(resources.tenant.self(), user, op, status, borrow(text), id,
                                                                  &endpoint);
}

} // namespace

void report(const TcpOpenCallback &callback, TenantResources &resources, std::uint64_t user, std::uint64_t op, std::uint64_t id,
            const tcp::endpoint &endpoint) {
    const std::string address = address_of(endpoint);
    call(callback, resources, user, op, KITH_OK, {}, id, {borrow(address), endpoint.port(), 0});
}

void report_failure(const TcpOpenCallback &callback, TenantResources &resources, std::uint64_t user, std::uint64_t op,
                    std::int32_t status, std::string_view text) {
    call(callback, resources, user, op, status, text, 0, {});
}

} // namespace kith::app
