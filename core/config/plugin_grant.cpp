// SPDX-License-Identifier: MIT
#include <core/config/plugin_grant.hpp>

#include <core/cluster/membership/glob.hpp>
#include <kith/address.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace kith::core {

namespace {

constexpr std::size_t address_size(std::uint8_t family) { return family == KITH_ADDRESS_IPV6 ? 16 : 4; }

template <class Number>
bool read_number(std::string_view text, Number most, Number &out) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc() && end == text.data() + text.size() && out <= most;
}

// ADDRESS:PORT with ADDRESS/BITS, [ADDRESS] and the port * as variants.
bool read_network(std::string_view text, PluginGrant &out) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return false;
    const std::string_view port = text.substr(colon + 1);
    std::string_view host = text.substr(0, colon), bits;
    if (const auto slash = host.find('/'); slash != std::string_view::npos) {
        bits = host.substr(slash + 1);
        host = host.substr(0, slash);
        if (bits.empty()) return false;
    }
    const bool brackets = host.starts_with('[') && host.ends_with(']');
    if (brackets) host = host.substr(1, host.size() - 2);
    std::uint16_t number = 0;
    if (port != "*" && (!read_number<std::uint16_t>(port, 65'535, number) || number == 0)) return false;
    const auto address = kith::address::parse(host, number);
    if (!address || address->is_ipv6() != brackets) return false;
    out.network = plain_address(address->raw());
    const unsigned all = 8 * static_cast<unsigned>(address_size(address->raw().family));
    if (bits.empty()) {
        out.bits = 8 * static_cast<unsigned>(address_size(out.network.family));
        return true;
    }
    return out.network.family == address->raw().family && read_number<unsigned>(bits, all, out.bits);
}

bool same_bits(const kith_address &a, const kith_address &b, unsigned bits) {
    const unsigned whole = bits / 8, rest = bits % 8;
    if (std::memcmp(a.bytes, b.bytes, whole) != 0) return false;
    const auto mask = static_cast<std::uint8_t>(0xff00U >> rest);
    return rest == 0 || ((a.bytes[whole] ^ b.bytes[whole]) & mask) == 0;
}

bool is_variable(std::string_view text) {
    const auto letter = [](char c) { return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    const auto either = [letter](char c) { return letter(c) || (c >= '0' && c <= '9'); };
    return !text.empty() && letter(text.front()) && std::ranges::all_of(text, either);
}

// Takes the first name of a path, with the slashes before it.
std::string_view take_name(std::string_view &path) {
    path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
    const std::string_view name = path.substr(0, path.find('/'));
    path.remove_prefix(name.size());
    return name;
}
std::string_view take_name_but_dot(std::string_view &path) {
    std::string_view name = take_name(path);
    while (name == ".") name = take_name(path);
    return name;
}

bool has_dots(std::string_view path) {
    for (std::string_view name = take_name(path); !name.empty(); name = take_name(path))
        if (name == "..") return true;
    return false;
}

bool read_path(std::string_view text, std::string &why) {
    if (!text.starts_with('/') || text.size() < 2 || has_dots(text)) {
        why = "\"file:\" and an absolute path without .., such as file:/etc/example/*";
        return false;
    }
    if (const std::string wrong = glob_error(text); !wrong.empty()) {
        why = "a valid glob after \"file:\" (" + wrong + ")";
        return false;
    }
    return true;
}

} // namespace

std::optional<PluginGrant> parse_grant(std::string_view text, std::string &why) {
    using Kind = PluginGrant::Kind;
    const auto colon = std::min(text.find(':'), text.size());
    const std::string_view kind = text.substr(0, colon);
    const std::string_view rest = text.substr(std::min(colon + 1, text.size()));
    PluginGrant out{.text = std::string(rest)};
    if (text == "process") return out;
    if (text == "authenticated" || text == "foreign_io") {
        out.kind = text == "authenticated" ? Kind::authenticated : Kind::foreign_io;
        return out;
    }
    if (kind == "file") {
        out.kind = Kind::file;
        return read_path(rest, why) ? std::optional(std::move(out)) : std::nullopt;
    }
    if (kind == "tcp" || kind == "udp") {
        out.kind = kind == "tcp" ? Kind::tcp : Kind::udp;
        if (read_network(rest, out)) return out;
        why = "\"" + std::string(kind) + ":\", a numeric address or network, and a port or *, such as " + std::string(kind) +
              ":127.0.0.1:8500, " + std::string(kind) + ":[fd00::7]:8500 or " + std::string(kind) + ":10.0.0.0/8:*";
        return std::nullopt;
    }
    if (kind == "env") {
        out.kind = Kind::env;
        if (is_variable(rest)) return out;
        why = "\"env:\" and the name of an environment variable, such as env:EXAMPLE_TOKEN";
        return std::nullopt;
    }
    why = "process, authenticated, foreign_io, file:PATH, tcp:ADDRESS:PORT, udp:ADDRESS:PORT or env:NAME";
    return std::nullopt;
}

bool PluginGrant::covers_path(std::string_view path) const {
    if (kind != Kind::file || !path.starts_with('/') || has_dots(path) || path.ends_with('/')) return false;
    std::string_view pattern = text;
    while (true) {
        const std::string_view wanted = take_name(pattern), name = take_name_but_dot(path);
        if (wanted.empty() || name.empty()) return wanted.empty() && name.empty();
        if (!glob_match(wanted, name)) return false;
    }
}

bool PluginGrant::covers_address(const kith_address &address) const {
    return address.family == network.family && (network.port == 0 || network.port == address.port) &&
           same_bits(address, network, bits);
}

bool FileGrants::has(std::string_view grant) const { return std::ranges::find(grants, grant) != grants.end(); }

kith_address plain_address(const kith_address &address) {
    if (address.family != KITH_ADDRESS_IPV6) return address;
    struct Form {
        std::array<std::uint8_t, 12> prefix;
        std::size_t size, at; // of the prefix, and where the IPv4 address begins
    };
    static constexpr Form forms[] = {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 12, 12},
                                     {{0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0}, 12, 12},
                                     {{0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0}, 12, 12},
                                     {{0x20, 0x02}, 2, 2},
                                     {{}, 12, 12}};
    for (const Form &form : forms) {
        if (std::memcmp(address.bytes, form.prefix.data(), form.size) != 0) continue;
        kith_address out{};
        out.family = KITH_ADDRESS_IPV4;
        out.port = address.port;
        std::memcpy(out.bytes, address.bytes + form.at, 4);
        // :: and ::1 are addresses of their own.
        const bool own = form.size == 12 && form.prefix == std::array<std::uint8_t, 12>{} && out.bytes[0] == 0 &&
                         out.bytes[1] == 0 && out.bytes[2] == 0 && out.bytes[3] <= 1;
        return own ? address : out;
    }
    return address;
}

} // namespace kith::core
