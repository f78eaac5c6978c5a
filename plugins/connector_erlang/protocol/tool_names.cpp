// SPDX-License-Identifier: MIT
#include "tool_names.hpp"

#include "handshake.hpp"

#include <algorithm>

namespace kith::erlang {
namespace {

constexpr std::string_view prefix = "kith-";
constexpr std::size_t digits = 16;
constexpr std::string_view hex = "0123456789abcdef";
// A dynamic name is a random number of 64 bits to the base 36: 13 digits, rarely less.
constexpr std::size_t shortest_dynamic = 9;
constexpr std::size_t longest_dynamic = 13;

} // namespace

std::string attach_name(std::uint64_t random, std::string_view host) {
    std::string name(prefix);
    for (std::size_t i = 0; i < digits; ++i) name += hex[random >> (60 - 4 * i) & 15];
    name += '@';
    name += host.empty() ? std::string_view("localhost") : host;
    return name;
}

bool is_tool(std::string_view node) noexcept {
    const std::string_view alive = alive_part(node);
    if (alive.starts_with("rem-") || alive.starts_with("remsh") || alive.starts_with("rabbitmqcli-")) return true;
    if (!alive.starts_with(prefix) || alive.size() != prefix.size() + digits) return false;
    return alive.find_first_not_of(hex, prefix.size()) == std::string_view::npos;
}

bool may_be_tool(std::string_view node) noexcept {
    const std::string_view alive = alive_part(node);
    const auto has_only = [alive](std::string_view characters, std::size_t from) {
        return alive.find_first_not_of(characters, from) == std::string_view::npos;
    };
    if (alive.size() >= 2 && alive[0] == 'c' && has_only("0123456789", 1)) return true;
    return alive.size() >= shortest_dynamic && alive.size() <= longest_dynamic &&
           alive.find_first_of("0123456789") < alive.size() && has_only("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", 0);
}

} // namespace kith::erlang
