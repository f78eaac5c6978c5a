// SPDX-License-Identifier: MIT
#include "settings.hpp"

#include <kith/address.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

namespace kith::mesh {

namespace {

std::optional<std::uint16_t> port_of(std::string_view text) {
    std::uint16_t out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc() && end == text.data() + text.size() && out != 0 ? std::optional(out) : std::nullopt;
}

void read_listen(std::string_view text, Settings &settings) {
    const auto refuse = [&] {
        return error(KITH_INVALID,
                     "option listen is `" + std::string(text) +
                         "`: expected a numeric address and a port, such as 10.0.0.7:4747, [fd00::7]:4747 or :4747");
    };
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) throw refuse();
    const auto port = port_of(text.substr(colon + 1));
    std::string_view host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        throw refuse();
    }
    if (!port || (!host.empty() && !address::parse(host, *port))) throw refuse();
    settings.listen_address = host;
    settings.port = *port;
}

/// 64 hexadecimal digits as 32 bytes. where: names the text in an error.
std::string key_of(std::string_view text, const std::string &where) {
    const auto digit = [](char c) {
        if (c >= '0' && c <= '9') return c - '0';
        if (c >= 'a' && c <= 'f') return c - 'a' + 10;
        return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    };
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
    std::string out;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        if (digit(text[i]) < 0 || digit(text[i + 1]) < 0) break;
        out.push_back(static_cast<char>(digit(text[i]) * 16 + digit(text[i + 1])));
    }
    if (text.size() != 64 || out.size() != 32)
        throw error(KITH_INVALID, where + " is no key: expected 32 random bytes as 64 hexadecimal digits, such as "
                                          "`kith mesh key` makes; a password can be guessed");
    return out;
}

void read_security(const options &from, Settings &settings) {
    for (const std::string_view each : from.texts("/keys")) settings.keys.push_back(key_of(each, "an item of option keys"));
    settings.keys_file = from.text("/keys_file");
    settings.deny_file = from.text("/deny_file");
    const auto text = [&from](const char *path) { return std::string(from.text(path)); };
    settings.certificate = text("/certificate");
    settings.private_key = text("/private_key");
    settings.authority = text("/authority");
    for (const std::string_view each : from.texts("/deny")) settings.deny.emplace_back(each);
    if (const std::string_view id = from.text("/spiffe_id"); !id.empty()) {
        const std::string_view name = from.text("/spiffe_name");
        const std::string base = settings.node.substr(0, settings.node.rfind('@') + 1); // empty: it has no @
        settings.spiffe = SpiffePattern(id, name.empty() ? base + "*" : std::string(name));
    }
    const bool certificates = !settings.certificate.empty() || !settings.authority.empty() || !settings.private_key.empty();
    const int ways = (settings.plain ? 1 : 0) + (settings.keys.empty() ? 0 : 1) + (settings.keys_file.empty() ? 0 : 1) +
                     (certificates ? 1 : 0);
    if (ways != 1)
        throw error(
            KITH_INVALID,
            std::string(ways == 0 ? "none" : "more than one") +
                " of keys, keys_file, certificate (with authority) and plain is set: expected one of them, so that it is "
                "known how members prove that they belong to the cluster");
    if (certificates && (settings.certificate.empty() || settings.authority.empty()))
        throw error(KITH_INVALID, "option " + std::string(settings.certificate.empty() ? "certificate" : "authority") +
                                      " is not set: expected both certificate and authority");
    if (!(settings.deny.empty() && settings.deny_file.empty()) && !certificates)
        throw error(
            KITH_INVALID,
            "option deny or deny_file is set, and members have no certificates: expected certificate and authority beside it");
    if (!settings.spiffe.empty() && !certificates)
        throw error(KITH_INVALID,
                    "option spiffe_id is set, and members have no certificates: expected certificate and authority beside it");
    if (settings.spiffe.empty() && !text("/spiffe_name").empty())
        throw error(KITH_INVALID,
                    "option spiffe_name is set without spiffe_id: expected the pattern of the ids of members beside it");
}

} // namespace

std::vector<Line> lines_of(std::string_view text) {
    constexpr std::string_view blanks = " \t\r";
    std::vector<Line> out;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
        line = line.substr(0, line.find_last_not_of(blanks) + 1);
        if (!line.empty() && line.front() != '#') out.push_back({number, std::string(line)});
    }
    return out;
}

result<std::vector<std::string>> keys_of(const std::vector<Line> &lines, const std::string &file) {
    constexpr std::size_t most = 16;
    if (lines.empty() || lines.size() > most)
        return error(KITH_INVALID, file + " has " + std::to_string(lines.size()) + " keys: expected 1 to 16, one in a line");
    std::vector<std::string> out;
    try {
        for (const Line &line : lines) out.push_back(key_of(line.text, "line " + std::to_string(line.number) + " of " + file));
    } catch (const error &why) {
        return why;
    }
    return out;
}

std::string_view host_part(std::string_view name) noexcept {
    const auto at = name.rfind('@');
    return at == std::string_view::npos ? name : name.substr(at + 1);
}

bool is_loopback(std::string_view text) {
    const auto parsed = address::parse(text, 0);
    if (!parsed) return text == "localhost";
    return parsed->is_ipv6() ? parsed->host() == "::1" : parsed->raw().bytes[0] == 127;
}

Settings read_settings(const options &from) {
    Settings out;
    out.node = from.text("/node");
    out.cluster = from.text("/cluster");
    out.port = out.peer_port = static_cast<std::uint16_t>(from.integer("/port"));
    out.degree = static_cast<unsigned>(from.integer("/degree"));
    out.heartbeat = from.milliseconds("/heartbeat");
    out.leave_on_terminate = from.flag("/leave_on_terminate");
    out.plain = from.flag("/plain");
    if (const std::string_view listen = from.text("/listen"); !listen.empty()) {
        read_listen(listen, out);
    } else if (address::parse(host_part(out.node), 0)) {
        out.listen_address = host_part(out.node);
    }
    if (out.plain && !is_loopback(out.listen_address))
        throw error(KITH_INVALID, "option plain is true, and it would listen on " +
                                      (out.listen_address.empty() ? "all addresses" : out.listen_address) +
                                      ": without encryption a member listens on loopback only, such as 127.0.0.1");
    read_security(from, out);
    return out;
}

Membership::Endpoint endpoint_of(const peer &of, std::uint16_t usual_port) {
    Membership::Endpoint out;
    out.port = usual_port;
    for (const auto &[name, value] : of.attributes) {
        if (name == "address") out.address = value;
        if (name != "port") continue;
        const auto port = port_of(value);
        if (!port)
            throw error(KITH_INVALID,
                        "the attribute port of " + of.name + " is `" + value + "`: expected a number from 1 to 65535");
        out.port = *port;
    }
    return out;
}

} // namespace kith::mesh
