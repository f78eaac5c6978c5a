// SPDX-License-Identifier: MIT
//
// kith.tls/1: TLS over streams of kith.tcp/1.
//
//     auto context = co_await tls.client({.authorities_file = "/etc/kith/ca.pem"});   // or tls.server(...), for accepted streams
//     if (!context) co_return context.error();
//     auto stream = co_await tcp.connect("db.example", 5433, 7s);
//     if (!stream) co_return stream.error();
//     auto peer = co_await context->secure(*stream, "db.example", 7s);
//     if (!peer) co_return peer.error();
//     if (!peer->is_for("db.example")) co_return error(KITH_UNAUTHORIZED, "another host answers there");
#pragma once

#include "service/tls.h"
#include "tcp.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace kith {

/// As kith_tls_shared_key. key: KITH_TLS_KEY_SIZE bytes.
struct tls_shared_key {
    std::string_view key;
    std::string_view identity = {};
};

/// As kith_tls_settings, where each is explained. Zero and empty are its defaults.
struct tls_settings {
    std::string_view authorities_file = {}, certificate_file = {}, key_file = {}, password = {};
    std::uint32_t min_version = 0, max_version = 0;
    std::uint32_t flags = 0;
    std::span<const tls_shared_key> shared_keys = {};
};

struct tls_certificate {
    std::string der;
    std::string subject, issuer;
    std::string fingerprint;                    // SHA-256, hexadecimal
    std::int64_t not_before = 0, not_after = 0; // seconds since 1970
};

struct tls_name {
    std::uint32_t kind = 0; // KITH_TLS_DNS and the like
    std::string value;
};

/// What a context presents to others; as kith_tls_credentials.
struct tls_credentials {
    std::vector<tls_certificate> chain; // ours first
    std::vector<tls_name> names;
    std::vector<std::string> identities;    // of the shared keys
    std::int64_t authorities_not_after = 0; // seconds since 1970; 0: no file of authorities
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
    std::optional<std::uint32_t> shared_key; // which one it has used
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
    /// Has it this name, byte for byte? kind: KITH_TLS_URI and the like.
    [[nodiscard]] bool has(std::uint32_t kind, std::string_view value) const noexcept {
        for (const auto &one : names) {
            if (one.kind == kind && one.value == value) return true;
        }
        return false;
    }
};

class tls_context : public detail::handle<kith_tls_host> {
  public:
    using handle::handle;

    /// The stream uses TLS afterwards; after a failure it can only be closed. server_name: a host name or a numeric address, of which a
    /// server has none.
    [[nodiscard]] auto secure(const stream &over, std::string_view server_name, std::chrono::nanoseconds timeout = {}) {
        return detail::operate<detail::completion<tls_peer>>(
            [h = home_, t = table_, id = id_, over = over.id_, server_name, timeout](std::uint64_t user, std::uint64_t *op) {
                if (id == 0 || over == 0) return KITH_STALE;
                return t->secure(h->raw, id, over, str(server_name), nanos(timeout), user, op);
            },
            *home_);
    }
    [[nodiscard]] auto secure(const stream &accepted, std::chrono::nanoseconds timeout) {
        return secure(accepted, std::string_view{}, timeout);
    }

    /// As they were when the context was opened.
    tls_credentials own;
};

namespace tls_detail {

inline std::string keep(kith_str text) { return std::string(view(text)); }

inline std::vector<tls_certificate> keep(const kith_tls_certificate *chain, std::uint32_t count) {
    std::vector<tls_certificate> out;
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto &one = chain[i];
        out.push_back({std::string(static_cast<const char *>(one.der), static_cast<std::size_t>(one.size)), keep(one.subject),
                       keep(one.issuer), keep(one.fingerprint), one.not_before, one.not_after});
    }
    return out;
}

inline std::vector<tls_name> keep(const kith_tls_name *names, std::uint32_t count) {
    std::vector<tls_name> out;
    for (std::uint32_t i = 0; i < count; ++i) out.push_back({names[i].kind, keep(names[i].value)});
    return out;
}

inline tls_peer keep(const kith_tls_peer &given) {
    tls_peer out;
    out.version = given.version;
    out.verified = given.verified != 0;
    out.cipher = keep(given.cipher);
    out.chain = keep(given.chain, given.chain_count);
    out.names = keep(given.names, given.name_count);
    if (given.shared_key != KITH_TLS_NO_KEY) out.shared_key = given.shared_key;
    return out;
}

inline tls_credentials keep(const kith_tls_credentials &given) {
    tls_credentials out;
    out.chain = keep(given.chain, given.chain_count);
    out.names = keep(given.names, given.name_count);
    for (std::uint32_t i = 0; i < given.identity_count; ++i) out.identities.push_back(keep(given.identities[i]));
    out.authorities_not_after = given.authorities_not_after;
    return out;
}

inline void opened(void *p, std::uint64_t user, std::uint64_t, std::int32_t status, kith_str text, std::uint64_t id,
                   const kith_tls_credentials *own) noexcept {
    detail::self(p).enter([=] {
        finish(detail::completion<tls_context>::from(user), status, text, [=] {
            tls_context made(detail::self(p), *detail::self(p).find<kith_tls_host>(KITH_TLS), id);
            if (own != nullptr) made.own = keep(*own);
            return made;
        });
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
  private:
    [[nodiscard]] auto open(const tls_settings &with, std::uint32_t flags) const {
        return detail::operate<detail::completion<tls_context>>(
            [h = home_, t = table_, with, flags](std::uint64_t user, std::uint64_t *op) {
                std::vector<kith_tls_shared_key> keys;
                for (const auto &one : with.shared_keys) {
                    if (one.key.size() != KITH_TLS_KEY_SIZE) return KITH_INVALID;
                    keys.push_back({str(one.identity), one.key.data()});
                }
                const kith_tls_settings raw{.struct_size = sizeof raw,
                                            .flags = flags,
                                            .authorities_file = str(with.authorities_file),
                                            .certificate_file = str(with.certificate_file),
                                            .key_file = str(with.key_file),
                                            .password = str(with.password),
                                            .min_version = with.min_version,
                                            .max_version = with.max_version,
                                            .shared_keys = keys.data(),
                                            .shared_key_count = static_cast<std::uint32_t>(keys.size()),
                                            .reserved = 0};
                return t->open(h->raw, &raw, user, op);
            },
            *home_);
    }

  public:
    static constexpr std::string_view id = KITH_TLS;
    using context = tls_context;

    explicit tls(host h) : home_(&h.context()), table_(h.service<kith_tls_host>(id)) { home_->provide(id, &tls_detail::table); }

    /// For streams that were connected. One is enough for all with the same trust and the same certificate or keys.
    [[nodiscard]] auto client(const tls_settings &with) const { return open(with, with.flags); }
    /// For streams that were accepted.
    [[nodiscard]] auto server(const tls_settings &with) const { return open(with, with.flags | KITH_TLS_SERVER); }

  private:
    detail::context *home_;
    const kith_tls_host *table_;
};

} // namespace kith
