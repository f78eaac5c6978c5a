// SPDX-License-Identifier: MIT
//
// Formats floating point for people and machines: the fewest digits that read back as the same number. Not by std::to_chars, whose tables are
// 130 KB of a program.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

namespace kith {

/// "0.1", "1e+300", "inf", "-inf", "nan". The process must be in the locale "C", as kith is.
inline std::string number_text(double value) {
    char text[40];
    for (const int digits : {15, 16, 17}) {
        std::snprintf(text, sizeof text, "%.*g", digits, value);
        if (std::strtod(text, nullptr) == value) break;
    }
    return text;
}

} // namespace kith
