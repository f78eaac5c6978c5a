// SPDX-License-Identifier: MIT
//
// Addresses that are written in digits.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <optional>
#include <string>

namespace kith::app {

struct NumericAddress {
    boost::asio::ip::address address;
    /// Why it cannot be used: this machine has no interface of the name after its %. Asio takes such a name for any interface. Empty: it can.
    std::string fault;
};

/// Nothing for other texts, such as the names of hosts.
std::optional<NumericAddress> numeric_address(const std::string &text);

} // namespace kith::app
