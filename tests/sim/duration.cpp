// SPDX-License-Identifier: MIT
#include <tests/sim/duration.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <utility>

namespace kith::sim {

namespace {

constexpr std::array<std::pair<std::string_view, double>, 6> units = {{
    {"ms", 1e6}, // must precede "m"
    {"us", 1e3},
    {"s", 1e9},
    {"m", 60e9},
    {"h", 3600e9},
    {"d", 86400e9},
}};
constexpr double longest = 10'000 * 86400e9;

} // namespace

std::optional<Duration> parse_duration(std::string_view text) {
    const bool back = text.starts_with('-');
    if (back) text.remove_prefix(1);
    if (text.empty()) return std::nullopt;
    double total = 0;
    while (!text.empty()) {
        double number = 0;
        const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
        if (code != std::errc() || number < 0) return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        double scale = 0;
        for (const auto &[unit, nanoseconds] : units) {
            if (scale != 0 || !text.starts_with(unit)) continue;
            scale = nanoseconds;
            text.remove_prefix(unit.size());
        }
        if (scale == 0) return std::nullopt;
        total += number * scale;
    }
    if (total > longest) return std::nullopt;
    return Duration(static_cast<std::int64_t>(std::llround(back ? -total : total)));
}

std::string to_text(Duration span) {
    if (span.count() < 0) return '-' + to_text(-span);
    const double ns = static_cast<double>(span.count());
    std::array<char, 32> text{};
    const auto number = [&](double value, const char *unit) {
        std::snprintf(text.data(), text.size(), "%.4g%s", value, unit);
        return std::string(text.data());
    };
    if (ns < 1e6) return ns == 0 ? "0s" : number(ns / 1e3, "us");
    if (ns < 1e9) return number(ns / 1e6, "ms");
    if (ns < 60e9) return number(ns / 1e9, "s");
    std::string out;
    std::int64_t left = span.count();
    for (const auto &[unit, size] : {std::pair{"d", 86'400'000'000'000}, {"h", 3'600'000'000'000}, {"m", 60'000'000'000}}) {
        if (left >= size) out += std::to_string(left / size) + unit;
        left %= size;
    }
    if (left != 0) out += number(static_cast<double>(left) / 1e9, "s");
    return out;
}

} // namespace kith::sim
