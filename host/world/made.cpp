// SPDX-License-Identifier: MIT
#include "made.hpp"

namespace kith::app {

namespace {

void call(const Made &made, Seat &seat, std::uint64_t user, std::uint64_t op, std::int32_t status, std::string_view text,
          std::uint64_t id, const kith_endpoint &endpoint) {
    Entered guard(seat.tenant, made.what);
    (seat.side<kith_tcp_plugin>(KITH_TCP)->*made.told)(seat.tenant.self(), user, op, status, borrow(text), id, &endpoint);
}

} // namespace

void tell(const Made &made, Seat &seat, std::uint64_t user, std::uint64_t op, std::uint64_t id, const tcp::endpoint &endpoint) {
    const std::string address = address_of(endpoint);
    call(made, seat, user, op, KITH_OK, {}, id, {borrow(address), endpoint.port(), 0});
}

void tell_failure(const Made &made, Seat &seat, std::uint64_t user, std::uint64_t op, std::int32_t status,
                  std::string_view text) {
    call(made, seat, user, op, status, text, 0, {});
}

} // namespace kith::app
