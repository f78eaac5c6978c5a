// SPDX-License-Identifier: MIT
#include "epmd.hpp"

#include "big_endian.hpp"

#include <charconv>
#include <optional>

namespace kith::erlang::epmd {
namespace {

constexpr std::uint8_t port_please2_request = 122;
constexpr std::uint8_t port2_answer = 119;
constexpr std::uint8_t names_request = 110;
constexpr std::uint8_t node_hidden = 72;

// name N at port P
std::optional<Name> read_line(std::string_view line) {
    constexpr std::string_view before = "name ";
    constexpr std::string_view between = " at port ";
    if (!line.starts_with(before)) return std::nullopt;
    line.remove_prefix(before.size());
    const std::size_t at = line.rfind(between);
    if (at == std::string_view::npos || at == 0) return std::nullopt;
    const std::string_view digits = line.substr(at + between.size());
    std::uint16_t port = 0;
    const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (end.ec != std::errc{} || end.ptr != digits.data() + digits.size() || port == 0) return std::nullopt;
    return Name{std::string(line.substr(0, at)), port};
}

} // namespace

std::string port_please2(std::string_view name) {
    std::string out;
    append_u16(out, static_cast<std::uint16_t>(1 + name.size()));
    append_u8(out, port_please2_request);
    out.append(name);
    return out;
}

std::string names() {
    std::string out;
    append_u16(out, 1);
    append_u8(out, names_request);
    return out;
}

State read_port(std::string_view bytes, bool ended, Port &out) noexcept {
    const State short_of = ended ? State::malformed : State::more;
    if (bytes.empty()) return short_of;
    if (read_u8(bytes) != port2_answer) return State::malformed;
    if (bytes.size() < 2) return short_of;
    if (read_u8(bytes, 1) != 0) return State::unknown;
    if (bytes.size() < 10) return short_of;
    out.port = read_u16(bytes, 2);
    out.hidden = read_u8(bytes, 4) == node_hidden;
    out.highest = read_u16(bytes, 6);
    out.lowest = read_u16(bytes, 8);
    return out.port == 0 ? State::malformed : State::done; // name and extra are of no use
}

State read_names(std::string_view bytes, bool ended, std::vector<Name> &out) {
    if (bytes.size() > max_answer) return State::malformed;
    if (!ended) return State::more;
    if (bytes.size() < 4) return State::malformed;
    bytes.remove_prefix(4); // EPMD's own port
    while (!bytes.empty()) {
        const std::size_t end = bytes.find('\n');
        if (auto name = read_line(bytes.substr(0, end))) out.push_back(std::move(*name));
        bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    }
    return State::done;
}

} // namespace kith::erlang::epmd
