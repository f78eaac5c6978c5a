// SPDX-License-Identifier: MIT
//
// Texts of TCP endpoints, for reports and messages.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <string>

namespace kith::app {

using boost::asio::ip::tcp;

/// The text of an endpoint's address. An IPv4 address that a socket for both families shows as ::ffff:10.0.0.7
/// becomes 10.0.0.7.
std::string address_of(const tcp::endpoint &endpoint);

/// An address or name with its port, for messages.
std::string place(const std::string &host, std::uint32_t port);

} // namespace kith::app
