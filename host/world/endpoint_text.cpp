// SPDX-License-Identifier: MIT
#include "endpoint_text.hpp"

namespace kith::app {

std::string address_of(const tcp::endpoint &endpoint) {
    const auto address = endpoint.address();
    if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address.to_string();
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).to_string();
}

std::string place(const std::string &host, std::uint32_t port) { return host + " port " + std::to_string(port); }

} // namespace kith::app
