// SPDX-License-Identifier: MIT
//
// The dates of HTTP's headers (RFC 9110, section 5.6.7).
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string_view>

namespace kith {

/// A date in the form that servers have to send, "Sun, 06 Nov 1994 08:49:37 GMT"; nothing for another text.
inline std::optional<std::chrono::sys_seconds> http_date(std::string_view text) {
    using namespace std::chrono;
    constexpr std::string_view form = "Ddd, 00 Mmm 0000 00:00:00 GMT";
    constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    if (text.size() != form.size()) return std::nullopt;
    for (std::size_t i = 3; i < form.size(); ++i) {
        const bool month = i >= 8 && i < 11;
        const bool fits = form[i] == '0' ? text[i] >= '0' && text[i] <= '9' : month || text[i] == form[i];
        if (!fits) return std::nullopt;
    }
    const auto number = [&](std::size_t at, std::size_t size) {
        int out = 0;
        for (const char c : text.substr(at, size)) out = out * 10 + (c - '0');
        return out;
    };
    const auto *const name = std::find(months.begin(), months.end(), text.substr(8, 3));
    if (name == months.end()) return std::nullopt;
    const year_month_day date(year(number(12, 4)), month(static_cast<unsigned>(name - months.begin() + 1)),
                              day(static_cast<unsigned>(number(5, 2))));
    const int hour = number(17, 2), minute = number(20, 2), second = number(23, 2);
    if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
    return sys_days(date) + hours(hour) + minutes(minute) + seconds(second);
}

} // namespace kith
