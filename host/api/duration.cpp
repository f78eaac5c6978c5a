// SPDX-License-Identifier: MIT
#include "duration.hpp"

#include <charconv>

namespace kith::app {

std::optional<core::Time> parse_duration(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{}) return std::nullopt;
    const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
    std::uint64_t seconds = 0;
    if (unit.empty() || unit == "s") seconds = 1;
    if (unit == "m") seconds = 60;
    if (unit == "h") seconds = 3'600;
    if (unit == "d") seconds = 86'400;
    if (seconds == 0 || number > core::never / (seconds * core::one_second)) return std::nullopt;
    return number * seconds * core::one_second;
}

} // namespace kith::app
