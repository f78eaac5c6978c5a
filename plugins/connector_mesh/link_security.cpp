// SPDX-License-Identifier: MIT
#include "link_security.hpp"

#include <algorithm>

namespace kith::mesh {

namespace {

constexpr Time handshake_time = std::chrono::seconds(3);

bool denied(const Settings &settings, const std::string &fingerprint, const std::string &name) {
    return std::ranges::any_of(settings.deny, [&](const std::string &each) { return each == fingerprint || each == name; });
}

} // namespace

LinkSecurity::LinkSecurity(host h, const Settings &settings)
    : settings_(settings), tls_(settings.plain ? nullptr : std::make_unique<tls>(h)) {}

tls_settings LinkSecurity::credentials(const std::vector<tls_shared_key> &keys) const {
    tls_settings out;
    out.min_version = KITH_TLS_1_3;
    if (!keys.empty()) {
        out.shared_keys = keys;
        return out;
    }
    out.authorities_file = settings_.authority;
    out.certificate_file = settings_.certificate;
    out.key_file = settings_.private_key;
    return out;
}

task<result<void>> LinkSecurity::open() {
    if (!tls_) co_return result<void>();
    std::vector<tls_shared_key> keys;
    for (const auto &each : settings_.keys) keys.push_back({.key = each});
    const tls_settings with = credentials(keys);
    auto client = co_await tls_->client(with);
    if (!client) co_return client.error();
    if (keys.empty()) {
        const std::string own = settings_.uri_of(settings_.node);
        const bool named = std::ranges::any_of(
            client->own.names, [&](const tls_name &each) { return each.kind == KITH_TLS_URI && each.value == own; });
        if (!named)
            co_return error(KITH_INVALID, settings_.certificate + " is not the certificate of this member: expected " + own +
                                              " among its alternative names (URI)");
    }
    auto server = co_await tls_->server(with);
    if (!server) co_return server.error();
    client_ = std::move(*client);
    server_ = std::move(*server);
    co_return result<void>();
}

result<std::string> LinkSecurity::proved_name(const tls_peer &peer, std::string_view expected) const {
    if (peer.shared_key) return std::string();
    const std::string before = settings_.uri_of({});
    std::string name, others;
    for (const tls_name &each : peer.names) {
        if (each.kind != KITH_TLS_URI) continue;
        if (!each.value.starts_with(before)) {
            others += (others.empty() ? "" : ", ") + each.value;
            continue;
        }
        const std::string one = each.value.substr(before.size());
        if (name.empty() || one == expected) name = one;
    }
    const std::string fingerprint = peer.chain.empty() ? std::string() : peer.chain.front().fingerprint;
    if (name.empty())
        return error(KITH_UNAUTHORIZED, "its certificate is of no member of the cluster `" + settings_.cluster +
                                            "`: expected " + before + "NAME among its alternative names, and it has " +
                                            (others.empty() ? "no URI" : others));
    if (denied(settings_, fingerprint, name))
        return error(KITH_UNAUTHORIZED, "the certificate of " + name + " (SHA-256 " + fingerprint + ") is in option deny");
    if (!expected.empty() && name != expected)
        return error(KITH_UNAUTHORIZED,
                     "its certificate is that of " + name + ", and " + std::string(expected) + " was expected at this address");
    return name;
}

task<result<std::string>> LinkSecurity::secure_dialled(const stream &to, const std::string &name) {
    if (!tls_) co_return std::string();
    auto peer = co_await client_.secure(to, {}, handshake_time);
    if (!peer) co_return std::move(peer).error();
    co_return proved_name(*peer, name);
}

task<result<std::string>> LinkSecurity::secure_accepted(const stream &from) {
    if (!tls_) co_return std::string();
    auto peer = co_await server_.secure(from, handshake_time);
    if (!peer) co_return std::move(peer).error();
    co_return proved_name(*peer, {});
}

} // namespace kith::mesh
