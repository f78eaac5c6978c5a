// SPDX-License-Identifier: MIT
#include <tests/sim/host_selection_parser.hpp>

#include <core/config/name_suggestions.hpp>

#include <charconv>

namespace kith::sim {

namespace {

// A range such as "app1..50": the group's name, the first and the last number.
struct Range {
    std::string_view group;
    std::size_t first = 0, last = 0;
};

std::optional<std::size_t> number(std::string_view text) {
    std::size_t out = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (text.empty() || code != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return out;
}

std::optional<Range> range_of(std::string_view word) {
    const auto dots = word.find("..");
    if (dots == std::string_view::npos) return std::nullopt;
    const auto head = word.substr(0, dots);
    const auto digits = head.find_last_not_of("0123456789") + 1;
    const auto first = number(head.substr(digits));
    auto tail = word.substr(dots + 2);
    const auto group = head.substr(0, digits);
    if (tail.starts_with(group)) tail.remove_prefix(group.size());
    const auto last = number(tail);
    if (!first || !last) return std::nullopt;
    return Range{group, *first, *last};
}

void read_word(const JsonCursor &at, const std::vector<HostSettings> &hosts, HostSelection &out) {
    const std::string word = at.text();
    if (word == "up") {
        out.up = true;
        return;
    }
    const auto range = range_of(word);
    std::size_t found = 0;
    for (std::size_t i = 0; i < hosts.size(); ++i) {
        const HostSettings &host = hosts[i];
        const bool meant = range ? host.group == range->group && host.number >= range->first && host.number <= range->last
                                 : word == "all" || host.group == word || host.name == word;
        if (!meant) continue;
        ++found;
        out.hosts.add(i);
    }
    if (range && range->first <= range->last && found == range->last - range->first + 1) return;
    if (!range && found != 0) return;
    std::vector<std::string> known{"all", "up"};
    for (const HostSettings &host : hosts) {
        if (known.back() != host.group) known.push_back(host.group);
        if (hosts.size() <= 1000 && host.name != host.group) known.push_back(host.name);
    }
    std::string group(range ? range->group : std::string_view(word));
    group.resize(group.find_last_not_of("0123456789") + 1);
    std::size_t size = 0;
    for (const HostSettings &host : hosts) size += host.group == group ? 1 : 0;
    if (size != 0) {
        return at.error("there is no " + core::in_quotes(word) + ": the group `" + group + "` has " + std::to_string(size) +
                        (size == 1 ? " host" : " hosts, numbered from 1"));
    }
    const auto near = core::did_you_mean(word, known);
    at.error("there is no host or group " + core::in_quotes(word) +
             (near.empty() ? "; known are " + core::listed(known) : near));
}

} // namespace

HostSelection parse_host_selection(const JsonCursor &at, const std::vector<HostSettings> &hosts) {
    HostSelection out;
    if (at.value().is_string()) read_word(at, hosts, out);
    for (std::size_t i = 0; i < at.size(); ++i) read_word(at[i], hosts, out);
    return out;
}

} // namespace kith::sim
