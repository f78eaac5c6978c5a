// SPDX-License-Identifier: MIT
#include "numeric_address.hpp"

namespace kith::app {

std::optional<NumericAddress> numeric_address(const std::string &text) {
    boost::system::error_code error;
    NumericAddress out{boost::asio::ip::make_address(text, error), {}};
    if (error) return std::nullopt;
    const auto zone = text.find('%');
    if (zone != std::string::npos && out.address.is_v6() && out.address.to_v6().scope_id() == 0)
        out.fault = "there is no network interface `" + text.substr(zone + 1) + "`";
    return out;
}

} // namespace kith::app
