// SPDX-License-Identifier: MIT
//
// kith.tls/0: its table, its checks, how its completions are told.
#include "client.hpp"

#include <host/world/stream.hpp>

namespace kith::app {

namespace {

const kith_tls_plugin &tls_side(Seat &seat) { return *seat.side<kith_tls_plugin>(KITH_TLS); }

void tell_tls_opened(Seat &seat, std::uint64_t user, std::uint64_t op, std::int32_t status, std::string_view text,
                     std::uint64_t id) {
    Entered guard(seat.tenant, "tls.opened");
    tls_side(seat).opened(seat.tenant.self(), user, op, status, borrow(text), id);
}

std::int32_t check_tls_side(Seat &seat) {
    const auto *side = seat.side<kith_tls_plugin>(KITH_TLS);
    if (side != nullptr && side->opened != nullptr && side->secured != nullptr) return KITH_OK;
    return seat.refuse(KITH_INVALID, "the plugin has no complete kith_tls_plugin");
}

std::int32_t open_tls(Seat &seat, const kith_tls_client *given, std::uint64_t user, std::uint64_t *op) {
    if (const std::int32_t status = check_tls_side(seat); status != KITH_OK) return status;
    TlsClientSettings settings;
    std::string why;
    if (const std::int32_t status = read_settings(given, settings, why); status != KITH_OK) return seat.refuse(status, why);
    if (!seat.tls) seat.tls = std::make_shared<TlsSeat>();
    if (seat.tls->clients.size() + seat.tls->opening >= KITH_TLS_MAX_CLIENTS)
        return seat.refuse(KITH_LIMIT, "64 clients of kith.tls/0 are open; close those that are done with");
    const auto client = std::make_shared<TlsClient>(seat, std::move(settings));
    const std::uint64_t id = seat.begin(
        op, {user,
             [](Seat &s, std::uint64_t u, std::uint64_t o) { tell_tls_opened(s, u, o, KITH_CANCELLED, cancelled_text(), 0); },
             {}});
    try {
        client->prepare(
            [seat = seat.shared_from_this(), client, id](std::int32_t status, const std::string &text, TlsContext *) {
                --seat->tls->opening;
                const auto ended = seat->take(id);
                if (!ended) return;
                const std::uint64_t made = status == KITH_OK ? ++seat->parts.last_id : 0;
                if (status == KITH_OK) seat->tls->clients.emplace(made, client);
                tell_tls_opened(*seat, ended->user, id, status, text, made);
            });
        ++seat.tls->opening;
    } catch (...) { // it has not begun
        seat.take(id);
        throw;
    }
    return KITH_OK;
}

std::shared_ptr<TlsClient> tls_client_of(const Seat &seat, std::uint64_t id) {
    if (!seat.tls) return nullptr;
    const auto found = seat.tls->clients.find(id);
    return found == seat.tls->clients.end() ? nullptr : found->second;
}

std::int32_t secure_stream(Seat &seat, std::uint64_t client_id, std::uint64_t stream_id, std::string_view server_name,
                           std::uint64_t timeout, std::uint64_t user, std::uint64_t *op) {
    if (const std::int32_t status = check_tls_side(seat); status != KITH_OK) return status;
    const auto client = tls_client_of(seat, client_id);
    if (!client) return seat.no_such(client_id, "a client of kith.tls/0");
    const auto found = seat.streams.find(stream_id);
    if (found == seat.streams.end()) return seat.no_such(stream_id, "a stream");
    std::string why;
    if (const std::int32_t status = check_server_name(server_name, why); status != KITH_OK) return seat.refuse(status, why);
    const std::shared_ptr<Stream> stream = found->second;
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
            return guarded(host, [&](Seat &seat) { return open_tls(seat, settings, user, op); });
        },
    .secure =
        [](const kith_host *host, std::uint64_t client, std::uint64_t stream, kith_str server_name, std::uint64_t timeout,
           std::uint64_t user, std::uint64_t *op) noexcept {
            return guarded(
                host, [&](Seat &seat) { return secure_stream(seat, client, stream, view(server_name), timeout, user, op); });
        },
    .close =
        [](const kith_host *host, std::uint64_t client) noexcept {
            return guarded(host, [&](Seat &seat) {
                if (!tls_client_of(seat, client)) return seat.no_such(client, "a client of kith.tls/0");
                seat.tls->clients.erase(client);
                return KITH_OK;
            });
        },
};

} // namespace

void tell_secured(Seat &seat, std::uint64_t user, std::uint64_t op, std::int32_t status, std::string_view text,
                  const TlsPeer *peer) {
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
    Entered guard(seat.tenant, "tls.secured");
    tls_side(seat).secured(seat.tenant.self(), user, op, status, borrow(text), peer == nullptr ? nullptr : &told);
}

const void *tls_table() noexcept { return &tls_functions; }

} // namespace kith::app
