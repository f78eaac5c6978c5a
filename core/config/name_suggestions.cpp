// SPDX-License-Identifier: MIT
#include <core/config/name_suggestions.hpp>

#include <algorithm>

namespace kith::core {
namespace {

constexpr std::size_t length_limit = 64;

// The edit distance: insertions, deletions, replacements and swaps of neighbours. Case is ignored, and - equals _.
std::size_t distance(const std::string &a, const std::string &b) {
    std::vector<std::size_t> before, last(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0u : 1u)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before = last;
        last = row;
    }
    return last[b.size()];
}

std::string folded(std::string_view text) {
    std::string out;
    for (char c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        if (c == '-') c = '_';
        out.push_back(c);
    }
    return out;
}

} // namespace

std::string nearest(std::string_view name, const std::vector<std::string> &known) {
    if (name.empty() || name.size() > length_limit) return {};
    const auto wanted = folded(name);
    std::string best;
    std::size_t best_distance = std::max<std::size_t>(1, name.size() / 3) + 1;
    for (const auto &candidate : known) {
        if (candidate.size() > length_limit) continue;
        const auto d = distance(wanted, folded(candidate));
        if (d < best_distance && d < candidate.size()) {
            best = candidate;
            best_distance = d;
        }
    }
    return best;
}

std::string did_you_mean(std::string_view name, const std::vector<std::string> &known) {
    const auto best = nearest(name, known);
    return best.empty() ? std::string() : "; did you mean `" + best + "`?";
}

std::string listed(const std::vector<std::string> &names, std::size_t limit) {
    std::string out;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0) out += ", ";
        if (i == limit) return out + "and " + std::to_string(names.size() - limit) + " more";
        out += '`' + names[i] + '`';
    }
    return out;
}

} // namespace kith::core
