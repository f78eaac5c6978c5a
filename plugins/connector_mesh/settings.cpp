// SPDX-License-Identifier: MIT
#include "settings.hpp"

#include <kith/address.hpp>

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

} // namespace

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
    if (!out.plain)
        throw error(KITH_UNSUPPORTED,
                    "links are not encrypted by this release: set plain to true, which works on loopback addresses only");
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
