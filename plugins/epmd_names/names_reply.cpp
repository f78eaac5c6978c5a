// SPDX-License-Identifier: MIT
#include "names_reply.hpp"

#include "utf8.hpp"

#include <charconv>
#include <optional>
#include <unordered_set>

namespace epmd_names {
namespace {

constexpr std::size_t max_name = 255;
constexpr std::size_t max_excerpt = 60;

kith::error no_reply(std::string what) { return {KITH_PROTOCOL, std::move(what)}; }

std::optional<Name> read_line(std::string_view line) {
    constexpr std::string_view before = "name ";
    constexpr std::string_view between = " at port ";
    if (!line.starts_with(before)) return std::nullopt;
    line.remove_prefix(before.size());
    const std::size_t at = line.rfind(between);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view digits = line.substr(at + between.size());
    Name out{std::string(line.substr(0, at)), 0};
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), out.port);
    if (problem != std::errc{} || end != digits.data() + digits.size() || out.port == 0) return std::nullopt;
    return out;
}

bool is_tool(std::string_view name) noexcept {
    return name.starts_with("rem-") || name.starts_with("remsh") || name.starts_with("rabbitmqcli-");
}

std::uint32_t own_port(std::string_view bytes) noexcept {
    std::uint32_t port = 0;
    for (const char c : bytes.substr(0, 4)) port = port << 8U | static_cast<unsigned char>(c);
    return port;
}

} // namespace

std::string_view request() noexcept { return {"\0\1n", 3}; }

bool is_name_part(std::string_view text) noexcept {
    if (text.empty() || text.size() > max_name) return false;
    while (!text.empty()) {
        const CodePoint next = first_code_point(text);
        if (next.size == 0 || next.value <= 0x20 || (next.value >= 0x7f && next.value <= 0xa0) || next.value == '@')
            return false;
        text.remove_prefix(next.size);
    }
    return true;
}

std::string excerpt(std::string_view bytes) {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : bytes.substr(0, max_excerpt)) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            (out += '\\') += c;
        } else if (byte >= 0x20 && byte < 0x7f) {
            out += c;
        } else {
            ((out += "\\x") += hex[byte >> 4U]) += hex[byte & 15U];
        }
    }
    return out += bytes.size() > max_excerpt ? "...\"" : "\"";
}

kith::result<Reply> parse_reply(std::string_view bytes) {
    if (bytes.size() > max_reply)
        return kith::error(KITH_LIMIT, "its reply is longer than " + std::to_string(max_reply) + " bytes");
    if (bytes.empty()) return no_reply("it closed the connection without a reply");
    if (bytes.size() < 4 || own_port(bytes) == 0 || own_port(bytes) > 65535)
        return no_reply("its reply begins with " + excerpt(bytes) + ", expected four bytes with EPMD's port");
    bytes.remove_prefix(4);

    Reply reply;
    std::unordered_set<std::string> seen;
    for (std::size_t number = 1; !bytes.empty(); ++number) {
        const std::size_t end = bytes.find('\n');
        const std::string_view line = bytes.substr(0, end);
        const std::string where = "line " + std::to_string(number) + " of its reply is " + excerpt(line);
        if (end == std::string_view::npos) return no_reply(where + " without a line end: the reply was truncated");
        auto name = read_line(line);
        if (!name) return no_reply(where + ", expected `name NAME at port PORT`");
        if (!seen.insert(name->name).second) return no_reply(where + ", a name that occurs twice");
        bytes.remove_prefix(end + 1);
        if (!is_name_part(name->name)) {
            ++reply.invalid_names;
        } else if (is_tool(name->name)) {
            ++reply.tools;
        } else {
            reply.names.push_back(std::move(*name));
        }
    }
    return reply;
}

} // namespace epmd_names
