// SPDX-License-Identifier: MIT
//
// The service kith.tls/1 of a simulated machine: its table, argument checks and completions.
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

// What a kith_tls_certificate and a kith_tls_name point to.
class BorrowedChain {
  public:
    explicit BorrowedChain(const std::vector<TlsPaper> &papers) : papers_(papers) {
        for (const TlsPaper &one : papers_) {
            texts_.push_back(one.subject());
            texts_.push_back("CN=" + one.issuer);
            texts_.push_back(simulated_fingerprint(one.text));
        }
        for (std::size_t i = 0; i < papers_.size(); ++i) {
            const std::string &der = papers_[i].text;
            chain.push_back({der.data(), der.size(), str(texts_[3 * i]), str(texts_[3 * i + 1]), str(texts_[3 * i + 2]), 0, 0});
        }
        if (papers_.empty()) return;
        const TlsPaper &own = papers_.front();
        if (!own.common_name.empty()) names.push_back({KITH_TLS_COMMON_NAME, 0, str(own.common_name)});
        for (const auto &one : own.names) names.push_back({kind_of_name(one), 0, str(one)});
    }
    BorrowedChain(const BorrowedChain &) = delete;
    BorrowedChain &operator=(const BorrowedChain &) = delete;

    std::vector<kith_tls_certificate> chain;
    std::vector<kith_tls_name> names;

  private:
    const std::vector<TlsPaper> &papers_;
    std::vector<std::string> texts_;
};

void tls_opened(TenantResources &resources, Op &op) {
    SimulatedMachine::Body &on = *resources.body;
    TlsContextSettings settings = std::move(on.tls().opening(op.id));
    on.tls().opened(op.id);
    std::vector<std::string> texts;
    for (const TlsSharedKey &one : settings.shared_keys)
        texts.push_back(one.identity.empty() ? simulated_identity(one.key) : one.identity);
    std::vector<kith_str> identities;
    for (const std::string &one : texts) identities.push_back(str(one));
    const SimulatedTls::Papers papers = op.status == KITH_OK ? on.tls().read(settings) : SimulatedTls::Papers{};
    const BorrowedChain own(papers.own);
    const kith_tls_credentials credentials_data{.struct_size = sizeof credentials_data,
                                                .chain_count = static_cast<std::uint32_t>(own.chain.size()),
                                                .chain = own.chain.data(),
                                                .names = own.names.data(),
                                                .name_count = static_cast<std::uint32_t>(own.names.size()),
                                                .identity_count = static_cast<std::uint32_t>(identities.size()),
                                                .identities = identities.data(),
                                                .authorities_not_after = 0};
    const std::uint64_t id = op.status == KITH_OK ? on.tls().add(resources, std::move(settings)) : 0;
    on.trace("tls.opened", op.id, op.status);
    const std::string text = text_of_tls(op);
    const Entered entered(*resources.tenant, "tls.opened");
    tls_side(resources).opened(resources.tenant->self(), op.user, op.id, op.status, str(text), id,
                               id == 0 ? nullptr : &credentials_data);
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
    const BorrowedChain theirs(shake.chain);
    const kith_tls_peer peer{.struct_size = sizeof peer,
                             .version = shake.version,
                             .verified = shake.settings.verify ? 1U : 0U,
                             .chain_count = static_cast<std::uint32_t>(theirs.chain.size()),
                             .chain = theirs.chain.data(),
                             .names = theirs.names.data(),
                             .name_count = static_cast<std::uint32_t>(theirs.names.size()),
                             .shared_key = shake.shared_key,
                             .cipher = str("simulated")};
    on.trace("tls.secured", op.id, op.status);
    const Entered entered(*resources.tenant, "tls.secured");
    tls_side(resources).secured(resources.tenant->self(), op.user, op.id, op.status, str(text),
                                op.status == KITH_OK ? &peer : nullptr);
}

std::int32_t open_tls(const kith_host *host, const kith_tls_settings *given, std::uint64_t user, std::uint64_t *id) noexcept {
    TenantResources &resources = SimulatedMachine::Body::seat_of(host);
    SimulatedMachine::Body &on = *resources.body;
    if (const std::int32_t status = on.called(resources, "tls.open"); status != KITH_OK) return status;
    if (const std::int32_t status = check_tls_side(resources); status != KITH_OK) return status;
    TlsContextSettings settings;
    std::string why;
    if (const std::int32_t status = read_settings(given, settings, why); status != KITH_OK)
        return resources.refuse(status, why);
    for (const auto &file : {settings.authorities_file, settings.certificate_file, settings.key_file})
        if (why = resources.why_not_open(file); !why.empty()) return resources.refuse(KITH_DENIED, why);
    if (on.tls().full(resources))
        return resources.refuse(KITH_LIMIT, "64 contexts of kith.tls/1 are open; close those that are done with");
    Op &op = on.begin(resources, "tls.open", tls_opened, user, id);
    const SimulatedTls::Papers papers = on.tls().read(settings);
    op.name = papers.text;
    on.tls().opening(op.id) = std::move(settings);
    on.ready(op, papers.status);
    return KITH_OK;
}

std::int32_t secure(const kith_host *host, std::uint64_t context, std::uint64_t stream, kith_str server_name,
                    std::uint64_t timeout, std::uint64_t user, std::uint64_t *id) noexcept {
    TenantResources &resources = SimulatedMachine::Body::seat_of(host);
    SimulatedMachine::Body &on = *resources.body;
    if (const std::int32_t status = on.called(resources, "tls.secure"); status != KITH_OK) return status;
    if (const std::int32_t status = check_tls_side(resources); status != KITH_OK) return status;
    Socket *socket = on.socket(resources, stream);
    const TlsContextSettings *settings = on.tls().find(resources, context);
    if (settings == nullptr) {
        const bool other = on.socket(resources, context) != nullptr;
        return resources.refuse(other ? KITH_INVALID : KITH_STALE, other ? "a context of kith.tls/1 is expected"
                                                                         : "a context of kith.tls/1 that is open is expected");
    }
    if (socket == nullptr && on.tls().find(resources, stream) == nullptr)
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
std::int32_t close_tls(const kith_host *host, std::uint64_t context) noexcept {
    TenantResources &resources = SimulatedMachine::Body::seat_of(host);
    SimulatedMachine::Body &on = *resources.body;
    if (resources.monitor != nullptr) resources.monitor->on_call("tls.close", true);
    if (on.tls().find(resources, context) == nullptr) {
        const bool other = on.socket(resources, context) != nullptr;
        return resources.refuse(other ? KITH_INVALID : KITH_STALE, other ? "a context of kith.tls/1 is expected"
                                                                         : "a context of kith.tls/1 that is open is expected");
    }
    on.trace("tls.close", context);
    on.tls().close(context);
    return KITH_OK;
}

constexpr kith_tls_host tls_functions = {open_tls, secure, close_tls};

} // namespace

const kith_tls_host *tls_service() noexcept { return &tls_functions; }

} // namespace kith::testkit
