// SPDX-License-Identifier: MIT
//
// kith.tls/0, a draft: TLS over streams of kith.tcp/1.
//
//     auto client = co_await tls.open({.authorities_file = "/etc/kith/ca.pem"});
//     if (!client) co_return client.error();
//     auto stream = co_await tcp.connect("db.example", 5433, 7s);
//     if (!stream) co_return stream.error();
//     auto peer = co_await client->secure(*stream, "db.example", 7s);
//     if (!peer) co_return peer.error();
//     if (!peer->is_for("db.example")) co_return error(KITH_UNAUTHORIZED, "another host answers there");
#pragma once

#include "service/draft/tls.h"
#include "tcp.hpp"

#include <string>
#include <vector>

namespace kith {

/// As kith_tls_client, where each is explained. Zero and empty are its defaults.
struct tls_settings {
    std::string_view authorities_file = {}, certificate_file = {}, key_file = {}, password = {};
    std::uint32_t min_version = 0, max_version = 0;
    std::uint32_t flags = 0;
};

struct tls_certificate {
    std::string der;
    std::string subject, issuer;
    std::int64_t not_before = 0, not_after = 0; // seconds since 1970
};

struct tls_name {
    std::uint32_t kind = 0; // KITH_TLS_DNS and the like
    std::string value;
};

namespace tls_detail {

inline char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

inline bool same(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (lower(a[i]) != lower(b[i])) return false;
    }
    return true;
}

} // namespace tls_detail

/// Does a DNS name of a certificate fit that host name? "*" is good for the whole of the first label, and for no more.
inline bool tls_name_fits(std::string_view pattern, std::string_view host) noexcept {
    if (host.ends_with('.')) host.remove_suffix(1);
    if (!pattern.starts_with("*.")) return !host.empty() && tls_detail::same(pattern, host);
    const auto dot = host.find('.');
    return dot != std::string_view::npos && dot != 0 && pattern.find('.', 2) != std::string_view::npos &&
           tls_detail::same(pattern.substr(1), host.substr(dot));
}

/// The other side of a stream; as kith_tls_peer.
struct tls_peer {
    std::uint32_t version = 0;
    bool verified = false;
    std::vector<tls_certificate> chain; // the other side's own first
    std::vector<tls_name> names;
    std::string cipher;

    /// By its subject alternative names, a DNS name or an address; the common name counts only where there are none (RFC 6125).
    [[nodiscard]] bool is_for(std::string_view host) const noexcept {
        bool alternative = false;
        for (const auto &one : names) {
            if (one.kind == KITH_TLS_DNS && tls_name_fits(one.value, host)) return true;
            if (one.kind == KITH_TLS_ADDRESS && tls_detail::same(one.value, host)) return true;
            alternative = alternative || one.kind != KITH_TLS_COMMON_NAME;
        }
        if (alternative) return false;
        for (const auto &one : names) {
            if (tls_name_fits(one.value, host)) return true;
        }
        return false;
    }
};

class tls_client : public detail::handle<kith_tls_host> {
  public:
    using handle::handle;

    /// The stream uses TLS afterwards; after a failure it can only be closed. server_name: a host name or a numeric address.
    [[nodiscard]] auto secure(const stream &over, std::string_view server_name, std::chrono::nanoseconds timeout = {}) {
        return detail::operate<detail::completion<tls_peer>>(
            [h = home_, t = table_, id = id_, over = over.id_, server_name, timeout](std::uint64_t user, std::uint64_t *op) {
                if (id == 0 || over == 0) return KITH_STALE;
                return t->secure(h->raw, id, over, str(server_name), nanos(timeout), user, op);
            },
            *home_);
    }
};

namespace tls_detail {

inline std::string keep(kith_str text) { return std::string(view(text)); }

inline tls_peer keep(const kith_tls_peer &given) {
    tls_peer out;
    out.version = given.version;
    out.verified = given.verified != 0;
    out.cipher = keep(given.cipher);
    for (std::uint32_t i = 0; i < given.chain_count; ++i) {
        const auto &one = given.chain[i];
        out.chain.push_back({std::string(static_cast<const char *>(one.der), static_cast<std::size_t>(one.size)),
                             keep(one.subject), keep(one.issuer), one.not_before, one.not_after});
    }
    for (std::uint32_t i = 0; i < given.name_count; ++i) out.names.push_back({given.names[i].kind, keep(given.names[i].value)});
    return out;
}

inline void opened(void *p, std::uint64_t user, std::uint64_t, std::int32_t status, kith_str text, std::uint64_t id) noexcept {
    detail::self(p).enter([=] {
        finish(detail::completion<tls_client>::from(user), status, text,
               [=] { return tls_client(detail::self(p), *detail::self(p).find<kith_tls_host>(KITH_TLS), id); });
    });
}

inline void secured(void *p, std::uint64_t user, std::uint64_t, std::int32_t status, kith_str text,
                    const kith_tls_peer *peer) noexcept {
    detail::self(p).enter([=] {
        finish(detail::completion<tls_peer>::from(user), status, text,
               [=] { return peer == nullptr ? tls_peer{} : keep(*peer); });
    });
}

inline constexpr kith_tls_plugin table{.opened = opened, .secured = secured};

} // namespace tls_detail

class tls {
  public:
    static constexpr std::string_view id = KITH_TLS;
    using client = tls_client;

    explicit tls(host h) : home_(&h.context()), table_(h.service<kith_tls_host>(id)) { home_->provide(id, &tls_detail::table); }

    /// A client. One is enough for all connections with the same trust and the same certificate.
    [[nodiscard]] auto open(const tls_settings &with) const {
        return detail::operate<detail::completion<tls_client>>(
            [h = home_, t = table_, with](std::uint64_t user, std::uint64_t *op) {
                const kith_tls_client raw{.struct_size = sizeof raw,
                                          .flags = with.flags,
                                          .authorities_file = str(with.authorities_file),
                                          .certificate_file = str(with.certificate_file),
                                          .key_file = str(with.key_file),
                                          .password = str(with.password),
                                          .min_version = with.min_version,
                                          .max_version = with.max_version};
                return t->open(h->raw, &raw, user, op);
            },
            *home_);
    }

  private:
    detail::context *home_;
    const kith_tls_host *table_;
};

} // namespace kith
