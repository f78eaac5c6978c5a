// SPDX-License-Identifier: MIT
//
// The service kith.tls/1: its table, argument checks and completions.
#include "tls_shared_context.hpp"

#include <host/world/tcp_stream.hpp>

#include <algorithm>
#include <chrono>
#include <ctime>

namespace kith::app {

namespace {

const kith_tls_plugin &tls_side(TenantResources &resources) { return *resources.side<kith_tls_plugin>(KITH_TLS); }

std::vector<kith_tls_certificate> borrow_chain(const std::vector<TlsCertificate> &chain) {
    std::vector<kith_tls_certificate> out;
    for (const TlsCertificate &one : chain) {
        out.push_back({one.der.data(), one.der.size(), borrow(one.subject), borrow(one.issuer), borrow(one.fingerprint),
                       one.not_before, one.not_after});
    }
    return out;
}

std::vector<kith_tls_name> borrow_names(const std::vector<TlsName> &names) {
    std::vector<kith_tls_name> out;
    for (const TlsName &one : names) out.push_back({one.kind, 0, borrow(one.value)});
    return out;
}

void report_tls_opened(TenantResources &resources, std::uint64_t user, std::uint64_t op, std::int32_t status,
                       std::string_view text, std::uint64_t id, const TlsCredentials &own = {}) {
    const auto chain = borrow_chain(own.chain);
    const auto names = borrow_names(own.names);
    std::vector<kith_str> identities;
    for (const std::string &one : own.identities) identities.push_back(borrow(one));
    std::int64_t first_end = 0;
    for (const TlsCertificate &one : own.authorities)
        first_end = first_end == 0 ? one.not_after : std::min(first_end, one.not_after);
    const kith_tls_credentials credentials_data{.struct_size = sizeof credentials_data,
                                                .chain_count = static_cast<std::uint32_t>(chain.size()),
                                                .chain = chain.data(),
                                                .names = names.data(),
                                                .name_count = static_cast<std::uint32_t>(names.size()),
                                                .identity_count = static_cast<std::uint32_t>(identities.size()),
                                                .identities = identities.data(),
                                                .authorities_not_after = first_end};
    Entered guard(resources.tenant, "tls.opened");
    tls_side(resources).opened(resources.tenant.self(), user, op, status, borrow(text), id,
                               status == KITH_OK ? &credentials_data : nullptr);
}

std::int32_t check_tls_side(TenantResources &resources) {
    const auto *side = resources.side<kith_tls_plugin>(KITH_TLS);
    if (side != nullptr && side->opened != nullptr && side->secured != nullptr) return KITH_OK;
    return resources.refuse(KITH_INVALID, "the plugin has no complete kith_tls_plugin");
}

constexpr auto look_at_certificates = std::chrono::hours(1);

void warn_of_ends(TenantResources &resources, const TlsContext &context) {
    if (!resources.parts.options.warn) return;
    for (const std::string &text : resources.tls->warnings.due(context.credentials(), std::time(nullptr)))
        resources.parts.options.warn(view(resources.host.instance), text);
}

// Each hour; the files are looked at before, since they may have been renewed.
void watch_ends(TenantResources &resources) {
    resources.tls->hour.expires_after(look_at_certificates);
    resources.tls->hour.async_wait([weak = resources.weak_from_this()](const Error &error) {
        const auto alive = weak.lock();
        if (error || !alive || !alive->open || alive->tls->contexts.empty()) return;
        for (const auto &[id, context] : alive->tls->contexts) {
            context->prepare([weak](std::int32_t, const std::string &, TlsContext *ready) {
                if (const auto still = weak.lock(); still && ready != nullptr) warn_of_ends(*still, *ready);
            });
        }
        watch_ends(*alive);
    });
}

std::int32_t open_tls(TenantResources &resources, const kith_tls_settings *given, std::uint64_t user, std::uint64_t *op) {
    if (const std::int32_t status = check_tls_side(resources); status != KITH_OK) return status;
    TlsContextSettings settings;
    std::string why;
    if (const std::int32_t status = read_settings(given, settings, why); status != KITH_OK)
        return resources.refuse(status, why);
    for (const auto &file : {settings.authorities_file, settings.certificate_file, settings.key_file})
        if (why = resources.why_not_open(file); !why.empty()) return resources.refuse(KITH_DENIED, why);
    if (!resources.tls) resources.tls = std::make_shared<TlsResources>(resources.io);
    if (resources.tls->contexts.size() + resources.tls->opening >= KITH_TLS_MAX_CONTEXTS)
        return resources.refuse(KITH_LIMIT, "64 contexts of kith.tls/1 are open; close those that are done with");
    const auto context = std::make_shared<TlsSharedContext>(resources, std::move(settings));
    const std::uint64_t id = resources.begin(op, {user,
                                                  [](TenantResources &s, std::uint64_t u, std::uint64_t o) {
                                                      report_tls_opened(s, u, o, KITH_CANCELLED, cancelled_text(), 0);
                                                  },
                                                  {}});
    try {
        context->prepare([resources = resources.shared_from_this(), context, id](std::int32_t status, const std::string &text,
                                                                                 TlsContext *ready) {
            --resources->tls->opening;
            const auto ended = resources->take(id);
            if (!ended) return;
            const std::uint64_t made = status == KITH_OK ? ++resources->parts.last_id : 0;
            if (status == KITH_OK) {
                resources->tls->contexts.emplace(made, context);
                warn_of_ends(*resources, *ready);
                watch_ends(*resources);
            }
            report_tls_opened(*resources, ended->user, id, status, text, made,
                              ready == nullptr ? TlsCredentials{} : ready->credentials());
        });
        ++resources.tls->opening;
    } catch (...) { // it has not begun
        resources.take(id);
        throw;
    }
    return KITH_OK;
}

std::shared_ptr<TlsSharedContext> tls_context_of(const TenantResources &resources, std::uint64_t id) {
    if (!resources.tls) return nullptr;
    const auto found = resources.tls->contexts.find(id);
    return found == resources.tls->contexts.end() ? nullptr : found->second;
}

std::int32_t secure_stream(TenantResources &resources, std::uint64_t context_id, std::uint64_t stream_id,
                           std::string_view server_name, std::uint64_t timeout, std::uint64_t user, std::uint64_t *op) {
    if (const std::int32_t status = check_tls_side(resources); status != KITH_OK) return status;
    const auto shared = tls_context_of(resources, context_id);
    if (!shared) return resources.no_such(context_id, "a context of kith.tls/1");
    const auto found = resources.streams.find(stream_id);
    if (found == resources.streams.end()) return resources.no_such(stream_id, "a stream");
    std::string why;
    if (const std::int32_t status = check_server_name(server_name, why); status != KITH_OK)
        return resources.refuse(status, why);
    const std::shared_ptr<TcpStream> stream = found->second;
    if (const std::int32_t status = stream->begin_secure(timeout, user, op); status != KITH_OK) return status;
    try {
        shared->prepare([shared, stream, of = *op,
                         name = std::string(server_name)](std::int32_t status, const std::string &text, TlsContext *context) {
            if (!stream->securing(of)) return;
            if (status != KITH_OK) return stream->end_secure(status, text);
            stream->secure(context->session(name, false));
        });
    } catch (...) { // it has not begun
        stream->forget_secure();
        throw;
    }
    return KITH_OK;
}

constexpr kith_tls_host tls_functions = {
    .open =
        [](const kith_host *host, const kith_tls_settings *settings, std::uint64_t user, std::uint64_t *op) noexcept {
            return guarded(host, [&](TenantResources &resources) { return open_tls(resources, settings, user, op); });
        },
    .secure =
        [](const kith_host *host, std::uint64_t context, std::uint64_t stream, kith_str server_name, std::uint64_t timeout,
           std::uint64_t user, std::uint64_t *op) noexcept {
            return guarded(host, [&](TenantResources &resources) {
                return secure_stream(resources, context, stream, view(server_name), timeout, user, op);
            });
        },
    .close =
        [](const kith_host *host, std::uint64_t context) noexcept {
            return guarded(host, [&](TenantResources &resources) {
                if (!tls_context_of(resources, context)) return resources.no_such(context, "a context of kith.tls/1");
                resources.tls->contexts.erase(context);
                return KITH_OK;
            });
        },
};

} // namespace

void report_secured(TenantResources &resources, std::uint64_t user, std::uint64_t op, std::int32_t status,
                    std::string_view text, const TlsPeer *peer) {
    std::vector<kith_tls_certificate> chain;
    std::vector<kith_tls_name> names;
    kith_tls_peer peer_data{};
    if (peer != nullptr) {
        chain = borrow_chain(peer->chain);
        names = borrow_names(peer->names);
        peer_data = {.struct_size = sizeof peer_data,
                     .version = peer->version,
                     .verified = peer->verified ? 1U : 0U,
                     .chain_count = static_cast<std::uint32_t>(chain.size()),
                     .chain = chain.data(),
                     .names = names.data(),
                     .name_count = static_cast<std::uint32_t>(names.size()),
                     .shared_key = peer->shared_key,
                     .cipher = borrow(peer->cipher)};
    }
    Entered guard(resources.tenant, "tls.secured");
    tls_side(resources).secured(resources.tenant.self(), user, op, status, borrow(text),
                                peer == nullptr ? nullptr : &peer_data);
}

const void *tls_table() noexcept { return &tls_functions; }

} // namespace kith::app
