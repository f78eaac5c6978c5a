// SPDX-License-Identifier: MIT
#include "attach_name.hpp"

#include "handshake.hpp"

#include <algorithm>

namespace kith::erlang {
namespace {

constexpr std::string_view prefix = "kith-";
constexpr std::size_t digits = 16;
constexpr std::string_view hex = "0123456789abcdef";

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

bool may_be_erl_call(std::string_view node) noexcept {
    const std::string_view alive = alive_part(node);
    return alive.size() >= 2 && alive[0] == 'c' && alive.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

} // namespace kith::erlang
