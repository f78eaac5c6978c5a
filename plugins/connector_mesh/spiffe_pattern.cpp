// SPDX-License-Identifier: MIT
#include "spiffe_pattern.hpp"

#include <kith/result.hpp>

#include <algorithm>
#include <vector>

namespace kith::mesh {

namespace {

constexpr std::string_view scheme = "spiffe://";
constexpr std::string_view expected = "expected spiffe://TRUST-DOMAIN/PATH, in which * stands for a part of the member's name, "
                                      "once in a segment of the path, such as "
                                      "spiffe://example.org/shop/*";

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_of_trust_domain(char c) { return is_lower_or_digit(c) || c == '.' || c == '-' || c == '_'; }
bool is_of_path(char c) { return is_of_trust_domain(c) || (c >= 'A' && c <= 'Z'); }

bool is_segment(std::string_view text) {
    return !text.empty() && text != "." && text != ".." && std::ranges::all_of(text, is_of_path);
}

/// The trust domain and the segments of the path; nothing: it is no SPIFFE id.
std::optional<std::vector<std::string_view>> parts_of(std::string_view id) {
    if (!id.starts_with(scheme)) return std::nullopt;
    std::vector<std::string_view> out;
    for (std::size_t from = scheme.size(); from <= id.size();) {
        const std::size_t to = std::min(id.find('/', from), id.size());
        out.push_back(id.substr(from, to - from));
        from = to + 1;
    }
    if (out.front().empty() || !std::ranges::all_of(out.front(), is_of_trust_domain)) return std::nullopt;
    return out;
}

std::size_t stars(std::string_view text) { return static_cast<std::size_t>(std::ranges::count(text, '*')); }

/// Is it a segment of a pattern?
bool is_pattern(std::string_view segment) {
    std::string one(segment);
    std::ranges::replace(one, '*', 'x');
    return is_segment(one) && stars(segment) <= 1;
}

/// Are two `*` of the name separated by nothing but characters that they can stand for?
bool is_ambiguous(std::string_view name) {
    const std::size_t first = name.find('*'), second = name.find('*', first + 1);
    if (second == std::string_view::npos) return false;
    return std::ranges::all_of(name.substr(first + 1, second - first - 1), is_of_path) || is_ambiguous(name.substr(second));
}

} // namespace

SpiffePattern::SpiffePattern(std::string_view id, std::string_view name) : id_(id), name_(name) {
    const auto parts = parts_of(id);
    if (!parts || parts->size() < 2 || !std::all_of(parts->begin() + 1, parts->end(), is_pattern) || stars(id) == 0)
        throw error(KITH_INVALID, "option spiffe_id is `" + id_ + "`: " + std::string(expected));
    if (stars(id) != stars(name))
        throw error(KITH_INVALID, "option spiffe_name is `" + name_ + "`, with " + std::to_string(stars(name)) +
                                      " *, and spiffe_id is `" + id_ + "`, with " + std::to_string(stars(id)) +
                                      " *: expected as many, since each stands for a part of the name");
    if (is_ambiguous(name))
        throw error(KITH_INVALID,
                    "option spiffe_name is `" + name_ +
                        "`: expected a character between two * that no segment of a SPIFFE id contains, such as *@*, "
                        "so that no two ids have the same name");
}

std::optional<std::string> SpiffePattern::name_of(std::string_view id) const {
    const auto ours = parts_of(id_), theirs = parts_of(id);
    if (!ours || !theirs || ours->size() != theirs->size() || ours->front() != theirs->front()) return std::nullopt;
    std::string out = name_;
    std::size_t next = 0; // where the next * of the name is looked for
    for (std::size_t i = 1; i < ours->size(); ++i) {
        const std::string_view pattern = (*ours)[i], segment = (*theirs)[i];
        if (!is_segment(segment)) return std::nullopt;
        const std::size_t star = pattern.find('*');
        if (star == std::string_view::npos) {
            if (pattern != segment) return std::nullopt;
            continue;
        }
        const std::string_view before = pattern.substr(0, star), after = pattern.substr(star + 1);
        if (segment.size() < pattern.size() || !segment.starts_with(before) || !segment.ends_with(after)) return std::nullopt;
        const std::string_view text = segment.substr(star, segment.size() - before.size() - after.size());
        next = out.find('*', next);
        out.replace(next, 1, text);
        next += text.size();
    }
    return out;
}

} // namespace kith::mesh
