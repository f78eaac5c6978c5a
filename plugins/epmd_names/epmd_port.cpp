// SPDX-License-Identifier: MIT
#include "epmd_port.hpp"

#include <charconv>

namespace epmd_names {

std::uint16_t epmd_port(std::int64_t option, const kith::env &environment) {
    if (option != 0) return static_cast<std::uint16_t>(option);
    const std::string_view text = environment.get(port_variable).value_or("");
    if (text.empty()) return 4369;
    std::uint16_t out = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (problem != std::errc{} || end != text.data() + text.size() || out == 0)
        throw kith::error(KITH_INVALID, "ERL_EPMD_PORT is \"" + std::string(text) + "\": expected a port, 1 to 65535");
    return out;
}

} // namespace epmd_names
