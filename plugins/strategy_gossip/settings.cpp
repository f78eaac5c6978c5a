// SPDX-License-Identifier: MIT
#include "settings.hpp"

#include <algorithm>
#include <charconv>

namespace gossip {

namespace {

[[noreturn]] void refuse(const std::string &option, const std::string &what) {
    throw kith::error(KITH_INVALID, "option " + option + ": " + what);
}

// "10.0.0.8", "10.0.0.8:45892", "fd00::8", "[fd00::8]:45892".
kith::address target(const std::string &option, std::string_view text, std::uint16_t port) {
    std::string_view host = text;
    const auto colon = text.rfind(':');
    if (text.starts_with('[') || std::count(text.begin(), text.end(), ':') == 1) {
        const bool bracket = text.starts_with('[');
        const auto end = bracket ? text.find(']') : colon;
        host = bracket ? text.substr(1, end == std::string_view::npos ? 0 : end - 1) : text.substr(0, end);
        if (const auto rest = end == std::string_view::npos ? std::string_view{} : text.substr(end + (bracket ? 1 : 0));
            !rest.empty()) {
            const auto [last, error] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), port);
            if (rest.front() != ':' || error != std::errc{} || last != rest.data() + rest.size() || port == 0) host = {};
        }
    }
    if (const auto found = kith::address::parse(host, port)) return *found;
    refuse(option, "`" + std::string(text) + "` is no address; expected 10.0.0.8, 10.0.0.8:45892 or [fd00::8]:45892");
}

} // namespace

Settings read_settings(const kith::options &options) {
    Settings out;
    out.port = static_cast<std::uint16_t>(options.integer("/port"));
    out.hops = static_cast<std::uint32_t>(options.integer("/multicast_ttl"));
    out.broadcast = options.flag("/broadcast_only");
    out.interval = options.milliseconds("/interval");
    out.expire = options.has("/expire") ? std::chrono::nanoseconds(options.milliseconds("/expire")) : 3 * out.interval;
    out.max_peers = static_cast<std::size_t>(options.integer("/max_peers"));
    if (out.expire < 2 * out.interval)
        refuse("expire", "expected at least 2 intervals, or heartbeats that are late count as absence");

    const auto where = options.text("/multicast_addr");
    auto group = kith::address::parse(where, out.port);
    if (!group)
        refuse("multicast_addr",
               "`" + std::string(where) + "` is no numeric address; expected such as 233.252.1.32 or ff02::77");
    if (out.broadcast) {
        if (group->is_ipv6())
            refuse("multicast_addr", "IPv6 has no broadcast; take broadcast_only away, or give an IPv4 address");
        if (group->is_group()) group = kith::address::parse("255.255.255.255", out.port);
    } else {
        if (!group->is_group()) {
            refuse("multicast_addr", "`" + std::string(where) +
                                         "` is no group (224.0.0.0/4, ff00::/8); for a broadcast address set broadcast_only");
        }
        out.group = where;
    }
    out.targets.push_back(*group);
    for (const auto peer : options.texts("/peers")) {
        out.targets.push_back(target("peers", peer, out.port));
        if (out.targets.back().is_ipv6() != group->is_ipv6()) {
            refuse("peers", "`" + std::string(peer) + "` and multicast_addr are of different families; one socket serves both");
        }
    }

    const auto address = options.text("/if_addr");
    const auto interface = kith::address::parse(address, 0);
    if (!interface) refuse("if_addr", "`" + std::string(address) + "` is no numeric address");
    const bool any = address == "0.0.0.0" || address == "::";
    if (!any && interface->is_ipv6() != group->is_ipv6()) refuse("if_addr", "it and multicast_addr are of different families");
    out.bind_address = group->is_ipv6() ? "::" : "0.0.0.0";
    out.interface = options.has("/multicast_if") ? options.text("/multicast_if") : any ? std::string_view{} : address;

    out.authenticated = options.text("/seal") == "authenticated";
    if (options.has("/secret")) out.secrets.push_back(options.text("/secret"));
    for (const auto secret : options.texts("/secrets")) {
        if (std::find(out.secrets.begin(), out.secrets.end(), secret) == out.secrets.end()) out.secrets.push_back(secret);
    }
    if (out.authenticated && out.secrets.empty()) refuse("seal", "`authenticated` needs a secret, in `secret` or `secrets`");
    return out;
}

} // namespace gossip
