// SPDX-License-Identifier: MIT
#include "vm_args_listening.hpp"

#include <charconv>
#include <optional>

namespace kith::erlang {
namespace {

constexpr std::string_view blanks = " \t\r\n";

// The next argument, without the quotes around it; nothing at the end. `#` begins a comment where an argument could begin.
std::optional<std::string_view> next_argument(std::string_view &rest) noexcept {
    for (;;) {
        const std::size_t begin = rest.find_first_not_of(blanks);
        rest.remove_prefix(begin == std::string_view::npos ? rest.size() : begin);
        if (!rest.starts_with('#')) break;
        const std::size_t end = rest.find('\n');
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end);
    }
    if (rest.empty()) return std::nullopt;
    const char quote = rest.front();
    if (quote == '"' || quote == '\'') {
        const std::size_t end = rest.find(quote, 1);
        const std::string_view out = rest.substr(1, end == std::string_view::npos ? end : end - 1);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        return out;
    }
    const std::string_view out = rest.substr(0, rest.find_first_of(blanks));
    rest.remove_prefix(out.size());
    return out;
}

std::uint16_t port_of(std::string_view text) noexcept {
    std::uint16_t port = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), port);
    return end.ec == std::errc{} && end.ptr == text.data() + text.size() ? port : std::uint16_t{0};
}

} // namespace

VmArgsListening parse_vm_args_listening(std::string_view text) noexcept {
    VmArgsListening out;
    std::uint16_t lowest = 0;
    std::uint16_t highest = 0;
    std::string_view before;
    while (const auto next = next_argument(text)) {
        const std::string_view argument = *next;
        if (before == "-erl_epmd_port" || before == "erl_epmd_node_listen_port") out.epmd_port = port_of(argument);
        if (before == "inet_dist_listen_min") lowest = port_of(argument);
        if (before == "inet_dist_listen_max") highest = port_of(argument);
        if (before == "-dist_listen") out.listens = argument != "false";
        if (before == "-name" || before == "-sname") out.dynamic_name = argument == "undefined";
        before = argument;
    }
    out.port = out.epmd_port != 0 ? out.epmd_port : lowest == highest ? lowest : std::uint16_t{0};
    return out;
}

} // namespace kith::erlang
