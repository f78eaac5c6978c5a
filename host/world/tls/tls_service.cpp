// SPDX-License-Identifier: MIT
//
// The service kith.tls/0: its table, argument checks and completions.
#include "tls_client_credentials.hpp"

#include <host/world/tcp_stream.hpp>

namespace kith::app {

namespace {

const kith_tls_plugin &tls_side(TenantResources &resources) { return *resources.side<kith_tls_plugin>(KITH_TLS); }

void report_tls_opened(TenantResources &resources, std::uint64_t user, std::uint64_t op, std::int32_t status,
                       std::string_view text, std::uint64_t id) {
    Entered guard(resources.tenant, "tls.opened");
    tls_side(resources).opened(resources.tenant.self(), user, op, status, borrow(text), id);
}

std::int32_t check_tls_side(TenantResources &resources) {
    const auto *side = resources.side<kith_tls_plugin>(KITH_TLS);
    if (side != nullptr && side->opened != nullptr && side->secured != nullptr) return KITH_OK;
    return resources.refuse(KITH_INVALID, "the plugin has no complete kith_tls_plugin");
}

std::int32_t open_tls(TenantResources &resources, const kith_tls_client *given, std::uint64_t user, std::uint64_t *op) {
    if (const std::int32_t status = check_tls_side(resources); status != KITH_OK) return status;
    TlsClientSettings settings;
    std::string why;
    if (const std::int32_t status = read_settings(given, settings, why); status != KITH_OK)
        return resources.refuse(status, why);
    for (const auto &file : {settings.authorities_file, settings.certificate_file, settings.key_file})
        if (why = resources.why_not_open(file); !why.empty()) return resources.refuse(KITH_DENIED, why);
    if (!resources.tls) resources.tls = std::make_shared<TlsResources>();
    if (resources.tls->clients.size() + resources.tls->opening >= KITH_TLS_MAX_CLIENTS)
        return resources.refuse(KITH_LIMIT, "64 clients of kith.tls/0 are open; close those that are done with");
    const auto client = std::make_shared<TlsClientCredentials>(resources, std::move(settings));
    const std::uint64_t id = resources.begin(op, {user,
                                                  [](TenantResources &s, std::uint64_t u, std::uint64_t o) {
                                                      report_tls_opened(s, u, o, KITH_CANCELLED, cancelled_text(), 0);
                                                  },
                                                  {}});
    try {
        client->prepare(
            [resources = resources.shared_from_this(), client, id](std::int32_t status, const std::string &text, TlsContext *) {
                --resources->tls->opening;
                const auto ended = resources->take(id);
                if (!ended) return;
                const std::uint64_t made = status == KITH_OK ? ++resources->parts.last_id : 0;
                if (status == KITH_OK) resources->tls->clients.emplace(made, client);
                report_tls_opened(*resources, ended->user, id, status, text, made);
            });
        ++resources.tls->opening;
    } catch (...) { // it has not begun
        resources.take(id);
        throw;
    }
    return KITH_OK;
}

std::shared_ptr<TlsClientCredentials> tls_client_of(const TenantResources &resources, std::uint64_t id) {
    if (!resources.tls) return nullptr;
    const auto found = resources.tls->clients.find(id);
    return found == resources.tls->clients.end() ? nullptr : found->second;
}

std::int32_t secure_stream(TenantResources &resources, std::uint64_t client_id, std::uint64_t stream_id,
                           std::string_view server_name, std::uint64_t timeout, std::uint64_t user, std::uint64_t *op) {
    if (const std::int32_t status = check_tls_side(resources); status != KITH_OK) return status;
    const auto client = tls_client_of(resources, client_id);
    if (!client) return resources.no_such(client_id, "a client of kith.tls/0");
    const auto found = resources.streams.find(stream_id);
    if (found == resources.streams.end()) return resources.no_such(stream_id, "a stream");
    std::string why;
    if (const std::int32_t status = check_server_name(server_name, why); status != KITH_OK)
        return resources.refuse(status, why);
    const std::shared_ptr<TcpStream> stream = found->second;
    if (const std::int32_t status = stream->begin_secure(timeout, user, op); status != KITH_OK) return status;
    try {
        client->prepare([client, stream, of = *op,
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
        [](const kith_host *host, const kith_tls_client *settings, std::uint64_t user, std::uint64_t *op) noexcept {
            return guarded(host, [&](TenantResources &resources) { return open_tls(resources, settings, user, op); });
        },
    .secure =
        [](const kith_host *host, std::uint64_t client, std::uint64_t stream, kith_str server_name, std::uint64_t timeout,
           std::uint64_t user, std::uint64_t *op) noexcept {
            return guarded(host, [&](TenantResources &resources) {
                return secure_stream(resources, client, stream, view(server_name), timeout, user, op);
            });
        },
    .close =
        [](const kith_host *host, std::uint64_t client) noexcept {
            return guarded(host, [&](TenantResources &resources) {
                if (!tls_client_of(resources, client)) return resources.no_such(client, "a client of kith.tls/0");
                resources.tls->clients.erase(client);
                return KITH_OK;
            });
        },
};

} // namespace

void report_secured(TenantResources &resources, std::uint64_t user, std::uint64_t op, std::int32_t status,
                    std::string_view text, const TlsPeer *peer) {
    std::vector<kith_tls_certificate> chain;
    std::vector<kith_tls_name> names;
    kith_tls_peer told{};
    if (peer != nullptr) {
        for (const TlsCertificate &one : peer->chain) {
            chain.push_back(
                {one.der.data(), one.der.size(), borrow(one.subject), borrow(one.issuer), one.not_before, one.not_after});
        }
        for (const TlsPeer::Name &one : peer->names) names.push_back({one.kind, 0, borrow(one.value)});
        told = {.struct_size = sizeof told,
                .version = peer->version,
                .verified = peer->verified ? 1U : 0U,
                .chain_count = static_cast<std::uint32_t>(chain.size()),
                .chain = chain.data(),
                .names = names.data(),
                .name_count = static_cast<std::uint32_t>(names.size()),
                .reserved = 0,
                .cipher = borrow(peer->cipher)};
    }
    Entered guard(resources.tenant, "tls.secured");
    tls_side(resources).secured(resources.tenant.self(), user, op, status, borrow(text), peer == nullptr ? nullptr : &told);
}

const void *tls_table() noexcept { return &tls_functions; }

} // namespace kith::app
