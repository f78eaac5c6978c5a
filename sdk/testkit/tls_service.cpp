// SPDX-License-Identifier: MIT
//
// The service kith.tls/0 of a simulated machine: its table, argument checks and completions.
#include "simulated_tls.hpp"

#include <kith/hosting/status.hpp>

#include <algorithm>
#include <utility>

namespace kith::testkit {

namespace {

const kith_tls_plugin &tls_side(TenantResources &resources) noexcept { return *resources.side<kith_tls_plugin>(KITH_TLS); }

// The text of a failure: that of the handshake, or the text of a status from elsewhere (a cancel, an injected fault).
std::string text_of_tls(const Op &op) {
    if (op.status >= 0) return {};
    return op.name.empty() ? std::string(op.what) + ": " + std::string(status_sentence(op.status)) : op.name;
}

std::int32_t check_tls_side(TenantResources &resources) {
    const auto *table = resources.side<kith_tls_plugin>(KITH_TLS);
    if (table && table->opened && table->secured) return KITH_OK;
    return resources.refuse(KITH_INVALID, "the plugin has no complete kith_tls_plugin");
}

void tls_opened(TenantResources &resources, Op &op) {
    SimulatedMachine::Body &on = *resources.body;
    TlsClientSettings settings = std::move(on.tls().opening(op.id));
    on.tls().opened(op.id);
    const std::uint64_t id = op.status == KITH_OK ? on.tls().add_client(resources, std::move(settings)) : 0;
    on.trace("tls.opened", op.id, op.status);
    const std::string text = text_of_tls(op);
    const Entered entered(*resources.tenant, "tls.opened");
    tls_side(resources).opened(resources.tenant->self(), op.user, op.id, op.status, str(text), id);
}

void tls_secured(TenantResources &resources, Op &op) {
    SimulatedMachine::Body &on = *resources.body;
    const SimulatedTls::Shake shake = on.tls().take(op.id);
    std::string text = text_of_tls(op);
    if (Socket *socket = on.socket(resources, op.socket)) {
        socket->useless = op.status != KITH_OK;
        if (!text.empty() && socket->stream != nullptr) {
            const SocketName &to = socket->stream->remote;
            text = to.address.text() + " port " + std::to_string(to.port) + ": " + text;
        }
    }
    std::vector<kith_tls_certificate> chain;
    std::vector<std::pair<std::string, std::string>> texts;
    std::vector<kith_tls_name> names;
    for (const TlsPaper &one : shake.chain) texts.emplace_back(one.subject(), "CN=" + one.issuer);
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const std::string &der = shake.chain[i].text;
        chain.push_back({der.data(), der.size(), str(texts[i].first), str(texts[i].second), 0, 0});
    }
    if (!shake.chain.empty()) {
        const TlsPaper &own = shake.chain.front();
        if (!own.common_name.empty()) names.push_back({KITH_TLS_COMMON_NAME, 0, str(own.common_name)});
        for (const auto &one : own.names) names.push_back({kind_of_name(one), 0, str(one)});
    }
    const kith_tls_peer peer{.struct_size = sizeof peer,
                             .version = shake.version,
                             .verified = shake.settings.verify ? 1U : 0U,
                             .chain_count = static_cast<std::uint32_t>(chain.size()),
                             .chain = chain.data(),
                             .names = names.data(),
                             .name_count = static_cast<std::uint32_t>(names.size()),
                             .reserved = 0,
                             .cipher = str("simulated")};
    on.trace("tls.secured", op.id, op.status);
    const Entered entered(*resources.tenant, "tls.secured");
    tls_side(resources).secured(resources.tenant->self(), op.user, op.id, op.status, str(text),
                                op.status == KITH_OK ? &peer : nullptr);
}

std::int32_t open_tls(const kith_host *host, const kith_tls_client *given, std::uint64_t user, std::uint64_t *id) noexcept {
    TenantResources &resources = SimulatedMachine::Body::seat_of(host);
    SimulatedMachine::Body &on = *resources.body;
    if (const std::int32_t status = on.called(resources, "tls.open"); status != KITH_OK) return status;
    if (const std::int32_t status = check_tls_side(resources); status != KITH_OK) return status;
    TlsClientSettings settings;
    std::string why;
    if (const std::int32_t status = read_settings(given, settings, why); status != KITH_OK)
        return resources.refuse(status, why);
    for (const auto &file : {settings.authorities_file, settings.certificate_file, settings.key_file})
        if (why = resources.why_not_open(file); !why.empty()) return resources.refuse(KITH_DENIED, why);
    if (on.tls().full(resources))
        return resources.refuse(KITH_LIMIT, "64 clients of kith.tls/0 are open; close those that are done with");
    Op &op = on.begin(resources, "tls.open", tls_opened, user, id);
    const SimulatedTls::Papers papers = on.tls().read(settings);
    op.name = papers.text;
    on.tls().opening(op.id) = std::move(settings);
    on.ready(op, papers.status);
    return KITH_OK;
}

std::int32_t secure(const kith_host *host, std::uint64_t client, std::uint64_t stream, kith_str server_name,
                    std::uint64_t timeout, std::uint64_t user, std::uint64_t *id) noexcept {
    TenantResources &resources = SimulatedMachine::Body::seat_of(host);
    SimulatedMachine::Body &on = *resources.body;
    if (const std::int32_t status = on.called(resources, "tls.secure"); status != KITH_OK) return status;
    if (const std::int32_t status = check_tls_side(resources); status != KITH_OK) return status;
    Socket *socket = on.socket(resources, stream);
    const TlsClientSettings *settings = on.tls().client(resources, client);
    if (settings == nullptr) {
        const bool other = on.socket(resources, client) != nullptr;
        return resources.refuse(other ? KITH_INVALID : KITH_STALE, other ? "a client of kith.tls/0 is expected"
                                                                         : "a client of kith.tls/0 that is open is expected");
    }
    if (socket == nullptr && on.tls().client(resources, stream) == nullptr)
        return resources.refuse(KITH_STALE, "a stream that is open is expected");
    if (socket == nullptr || socket->stream == nullptr) return resources.refuse(KITH_INVALID, "a stream is expected");
    std::string why;
    if (const std::int32_t status = check_server_name(view(server_name), why); status != KITH_OK)
        return resources.refuse(status, why);
    if (socket->securer != none) return resources.refuse(KITH_BUSY, "this stream is being secured already");
    if (socket->reader != none || socket->writer != none) {
        return resources.refuse(KITH_BUSY,
                                "a read or a write of this stream is outstanding; secure it when they have completed");
    }
    if (socket->secured) return resources.refuse(KITH_INVALID, "this stream was secured already");
    if (socket->stream->finished) return resources.refuse(KITH_INVALID, "this direction of the stream was shut down");
    Op &op = on.begin(resources, "tls.secure", tls_secured, user, id);
    op.socket = stream;
    socket->secured = true;
    socket->useless = true; // until the handshake succeeds
    socket->securer = SimulatedMachine::Body::slot_of(op.id);
    on.time_out(op, timeout);
    on.tls().begin(op, *settings, view(server_name));
    on.pump(*socket);
    return KITH_OK;
}

// fail_call does not apply: a caller could not handle a failure.
std::int32_t close_tls(const kith_host *host, std::uint64_t client) noexcept {
    TenantResources &resources = SimulatedMachine::Body::seat_of(host);
    SimulatedMachine::Body &on = *resources.body;
    if (resources.monitor != nullptr) resources.monitor->on_call("tls.close", true);
    if (on.tls().client(resources, client) == nullptr) {
        const bool other = on.socket(resources, client) != nullptr;
        return resources.refuse(other ? KITH_INVALID : KITH_STALE, other ? "a client of kith.tls/0 is expected"
                                                                         : "a client of kith.tls/0 that is open is expected");
    }
    on.trace("tls.close", client);
    on.tls().close(client);
    return KITH_OK;
}

constexpr kith_tls_host tls_functions = {open_tls, secure, close_tls};

} // namespace

const kith_tls_host *tls_service() noexcept { return &tls_functions; }

} // namespace kith::testkit
