// SPDX-License-Identifier: MIT
#include "table.hpp"

#include <algorithm>
#include <cstdlib>
#include <unistd.h>

namespace kith::app {

namespace {

constexpr std::size_t least_cell = 6;

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }

std::size_t columns(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

// At most `width` characters; what is cut ends in two dots. Control characters become a dot.
std::string fitted(std::string_view text, std::size_t width) {
    std::string out;
    const bool cut = columns(text) > width;
    const std::size_t most = cut ? width - 2 : width;
    std::size_t count = 0;
    for (const char c : text) {
        if (begins_character(c) && ++count > most) break;
        out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '.' : c;
    }
    return cut ? out + ".." : out;
}

} // namespace

std::string table_text(const std::vector<std::vector<std::string>> &rows) {
    if (rows.empty()) return {};
    std::vector<std::size_t> widths(rows.front().size(), 0);
    for (const auto &row : rows) {
        for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], columns(row[i]));
    }
    const auto total = [&] {
        std::size_t sum = widths.empty() ? 0 : (widths.size() - 1) * 2;
        for (const std::size_t width : widths) sum += width;
        return sum;
    };
    while (total() > table_width) {
        auto widest = std::max_element(widths.begin(), widths.end());
        if (*widest <= least_cell) break;
        --*widest;
    }
    std::string out;
    for (const auto &row : rows) {
        std::string line;
        for (std::size_t i = 0; i < widths.size(); ++i) {
            const std::string cell = fitted(row[i], widths[i]);
            line += cell;
            if (i + 1 < widths.size()) line.append(widths[i] - columns(cell) + 2, ' ');
        }
        while (line.ends_with(' ')) line.pop_back();
        out += line + '\n';
    }
    return out;
}

bool colours_wanted() {
    const char *no = std::getenv("NO_COLOR");
    return (no == nullptr || *no == '\0') && ::isatty(STDOUT_FILENO) == 1;
}

std::string coloured(std::string_view word, bool colours) {
    const char *code = word == "ok" ? "32" : word == "degraded" ? "33" : word == "failing" ? "31" : nullptr;
    if (!colours || code == nullptr) return std::string(word);
    return std::string("\033[") + code + 'm' + std::string(word) + "\033[0m";
}

std::string rough_duration(long long seconds) {
    if (seconds < 120) return std::to_string(seconds) + " s";
    if (seconds < 7'200) return std::to_string(seconds / 60) + " min";
    if (seconds < 172'800) return std::to_string(seconds / 3'600) + " h";
    return std::to_string(seconds / 86'400) + " d";
}

} // namespace kith::app
