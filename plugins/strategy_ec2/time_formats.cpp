// SPDX-License-Identifier: MIT
#include "time_formats.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace ec2 {

namespace {

using namespace std::chrono;

// Takes a number with a fixed count of digits from the front of the text.
std::optional<unsigned> digits(std::string_view &text, std::size_t count) {
    if (text.size() < count) return std::nullopt;
    unsigned out = 0;
    for (const char c : text.substr(0, count)) {
        if (c < '0' || c > '9') return std::nullopt;
        out = out * 10 + static_cast<unsigned>(c - '0');
    }
    text.remove_prefix(count);
    return out;
}

bool skip(std::string_view &text, std::string_view what) {
    if (!text.starts_with(what)) return false;
    text.remove_prefix(what.size());
    return true;
}

std::optional<Moment> moment(unsigned y, unsigned m, unsigned d, seconds of_day) {
    const year_month_day date{year(static_cast<int>(y)), month(m), day(d)};
    if (!date.ok()) return std::nullopt;
    return sys_days(date).time_since_epoch() + of_day;
}

// 12:36:00
std::optional<seconds> time_of_day(std::string_view &text) {
    const auto h = digits(text, 2);
    if (!h || *h > 23 || !skip(text, ":")) return std::nullopt;
    const auto m = digits(text, 2);
    if (!m || *m > 59 || !skip(text, ":")) return std::nullopt;
    const auto s = digits(text, 2);
    if (!s || *s > 60) return std::nullopt;
    return hours(*h) + minutes(*m) + seconds(*s);
}

} // namespace

std::string signing_time(Moment when) {
    const sys_days midnight(floor<days>(when));
    const year_month_day date(midnight);
    const hh_mm_ss time(when - midnight.time_since_epoch());
    std::array<char, 64> out{};
    std::snprintf(out.data(), out.size(), "%04d%02u%02uT%02d%02d%02dZ", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()));
    return out.data();
}

std::optional<Moment> parse_time(std::string_view text) {
    const auto y = digits(text, 4);
    if (!y || !skip(text, "-")) return std::nullopt;
    const auto m = digits(text, 2);
    if (!m || !skip(text, "-")) return std::nullopt;
    const auto d = digits(text, 2);
    if (!d || !skip(text, "T")) return std::nullopt;
    const auto time = time_of_day(text);
    if (!time) return std::nullopt;
    if (skip(text, ".")) {
        while (digits(text, 1)) {
        }
    }
    return text == "Z" ? moment(*y, *m, *d, *time) : std::nullopt;
}

std::optional<Moment> parse_http_date(std::string_view text) {
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const auto comma = text.find(", ");
    if (comma == std::string_view::npos) return std::nullopt;
    text.remove_prefix(comma + 2);
    const auto d = digits(text, 2);
    if (!d || !skip(text, " ") || text.size() < 3) return std::nullopt;
    const auto at = months.find(text.substr(0, 3));
    if (at == std::string_view::npos || at % 3 != 0) return std::nullopt;
    text.remove_prefix(3);
    if (!skip(text, " ")) return std::nullopt;
    const auto y = digits(text, 4);
    if (!y || !skip(text, " ")) return std::nullopt;
    const auto time = time_of_day(text);
    if (!time || text != " GMT") return std::nullopt;
    return moment(*y, static_cast<unsigned>(at / 3 + 1), *d, *time);
}

} // namespace ec2
