// SPDX-License-Identifier: MIT
//
// The service kith.http/1 of a simulated machine: its table, argument checks and completions.
#include "simulated_http.hpp"

#include <kith/hosting/status.hpp>

#include <algorithm>
#include <utility>

namespace kith::testkit {

namespace {

const kith_http_plugin &side(TenantResources &resources) noexcept { return *resources.side<kith_http_plugin>(KITH_HTTP); }

// The text of a failure: that of SimulatedHttp, or the text of a status from elsewhere (a cancel, an injected fault).
std::string text_of(const Op &op) {
    if (op.status >= 0) return {};
    if (!op.name.empty()) return op.name;
    return std::string(op.what) + ": " + std::string(status_sentence(op.status));
}

void opened(TenantResources &resources, Op &op) {
    SimulatedMachine::Body &on = *resources.body;
    HttpSettings settings;
    if (op.status == KITH_OK) {
        std::swap(settings, on.http().opening(op.number));
    }
    std::uint64_t id = 0;
    if (op.status == KITH_OK) id = on.http().add_client(resources, std::move(settings));
    on.http().opened(op.number);
    on.trace("http.opened", op.id, op.status);
    const std::string text = text_of(op);
    const Entered entered(*resources.tenant, "http.opened");
    side(resources).opened(resources.tenant->self(), op.user, op.id, op.status, str(text), id);
}

void responded(TenantResources &resources, Op &op) {
    SimulatedMachine::Body &on = *resources.body;
    SimulatedHttp::Exchange *one = on.http().exchange(op.number);
    if (op.status == KITH_OK && one == nullptr) op.status = KITH_CANCELLED;
    std::vector<std::pair<std::string, std::string>> fields;
    std::vector<kith_attribute> borrowed;
    std::uint32_t code = 0;
    if (op.status == KITH_OK) {
        one->responded = true;
        one->op = 0;
        code = one->code;
        fields = one->fields;
        for (const auto &[name, value] : fields) borrowed.push_back({str(name), str(value)});
    } else {
        on.http().abandon(op.number);
    }
    on.trace("http.responded", op.id, op.status, std::to_string(code));
    const std::string text = text_of(op);
    const Entered entered(*resources.tenant, "http.responded");
    side(resources).responded(resources.tenant->self(), op.user, op.id, op.status, str(text),
                              op.status == KITH_OK ? op.number : 0, code, borrowed.data(),
                              static_cast<std::uint32_t>(borrowed.size()));
}

void read(TenantResources &resources, Op &op) {
    SimulatedMachine::Body &on = *resources.body;
    std::string bytes;
    if (SimulatedHttp::Exchange *one = on.http().exchange(op.number)) {
        one->op = 0;
        ++one->generation;
        if (op.status == KITH_OK) bytes = on.http().take(*one, op.mode);
        if (op.status == KITH_CLOSED) on.http().abandon(op.number);
    } else if (op.status == KITH_OK) {
        op.status = KITH_CANCELLED;
    }
    on.trace("http.read", op.id, op.status, bytes);
    const std::string text = text_of(op);
    const Entered entered(*resources.tenant, "http.read");
    side(resources).read(resources.tenant->self(), op.user, op.id, op.status, str(text), bytes.data(),
                         static_cast<std::uint32_t>(bytes.size()));
}

bool looks_like(std::string_view text, std::string_view what) { return text.find(what) != std::string_view::npos; }

std::int32_t open(const kith_host *host, const kith_http_client *given, std::uint64_t user, std::uint64_t *id) noexcept {
    TenantResources &resources = SimulatedMachine::Body::seat_of(host);
    SimulatedMachine::Body &on = *resources.body;
    if (const std::int32_t status = on.called(resources, "http.open"); status != KITH_OK) return status;
    const auto *table = resources.side<kith_http_plugin>(KITH_HTTP);
    if (!table || !table->opened || !table->responded || !table->read)
        return resources.refuse(KITH_INVALID, "the plugin has no complete kith_http_plugin");
    HttpSettings settings;
    std::string why;
    if (const std::int32_t status = read_settings(given, settings, why); status != KITH_OK)
        return resources.refuse(status, why);
    Op &op = on.begin(resources, "http.open", opened, user, id);
    std::int32_t status = KITH_OK;
    if (!settings.authorities.empty() && !looks_like(settings.authorities, "-----BEGIN CERTIFICATE-----")) {
        status = KITH_INVALID;
        op.name = "`authorities`: expected certificates in PEM (-----BEGIN CERTIFICATE-----)";
    } else if (!settings.certificate.empty() && !looks_like(settings.certificate, "-----BEGIN CERTIFICATE-----")) {
        status = KITH_INVALID;
        op.name = "`certificate`: expected ours in PEM (-----BEGIN CERTIFICATE-----), and the chain above it";
    } else if (!settings.key.empty() && !looks_like(settings.key, "PRIVATE KEY-----")) {
        status = KITH_INVALID;
        op.name = "`key`: expected a private key in PEM, not encrypted";
    }
    op.number = op.id;
    on.http().opening(op.id) = std::move(settings);
    on.ready(op, status);
    return KITH_OK;
}

std::int32_t no_such(TenantResources &resources, std::uint64_t id, const char *expected) {
    SimulatedMachine::Body &on = *resources.body;
    const bool other = on.http().client(resources, id) != nullptr || on.http().is_response(resources, id) ||
                       on.socket(resources, id) != nullptr;
    return resources.refuse(other ? KITH_INVALID : KITH_STALE,
                            std::string(expected) + (other ? " is expected" : " that is open is expected"));
}

std::int32_t request(const kith_host *host, std::uint64_t client, const kith_http_request *given, std::uint64_t user,
                     std::uint64_t *id) noexcept {
    TenantResources &resources = SimulatedMachine::Body::seat_of(host);
    SimulatedMachine::Body &on = *resources.body;
    if (const std::int32_t status = on.called(resources, "http.request"); status != KITH_OK) return status;
    const HttpSettings *settings = on.http().client(resources, client);
    if (settings == nullptr) return no_such(resources, client, "a client of kith.http/1");
    HttpRequest made;
    std::string why;
    if (const std::int32_t status = read_request(given, *settings, made, why); status != KITH_OK)
        return resources.refuse(status, why);
    if (on.http().full(client))
        return resources.refuse(KITH_LIMIT,
                                "64 requests and responses of this client are open; close those that are done with");
    Op &op = on.begin(resources, "http.request", responded, user, id);
    on.http().begin(resources, client, std::move(made), op);
    return KITH_OK;
}

std::int32_t begin_read(const kith_host *host, std::uint64_t response, std::uint32_t max, std::uint64_t user,
                        std::uint64_t *id) noexcept {
    TenantResources &resources = SimulatedMachine::Body::seat_of(host);
    SimulatedMachine::Body &on = *resources.body;
    if (const std::int32_t status = on.called(resources, "http.read"); status != KITH_OK) return status;
    if (!on.http().is_response(resources, response)) return no_such(resources, response, "a response of kith.http/1");
    if (on.http().reading(response)) return resources.refuse(KITH_BUSY, "a read of this response is outstanding already");
    if (max == 0) return resources.refuse(KITH_INVALID, "a read of 0 bytes");
    Op &op = on.begin(resources, "http.read", read, user, id);
    op.mode = std::min(max, KITH_HTTP_MAX_READ);
    on.http().read(response, op);
    return KITH_OK;
}

// fail_call does not apply: a caller could not handle a failure.
std::int32_t close(const kith_host *host, std::uint64_t id) noexcept {
    TenantResources &resources = SimulatedMachine::Body::seat_of(host);
    SimulatedMachine::Body &on = *resources.body;
    if (resources.monitor != nullptr) resources.monitor->on_call("http.close", true);
    if (on.http().client(resources, id) == nullptr && !on.http().is_response(resources, id))
        return no_such(resources, id, "a client or a response of kith.http/1");
    on.trace("http.close", id);
    on.http().close(id);
    return KITH_OK;
}

constexpr kith_http_host http_table = {open, request, begin_read, close};

} // namespace

const kith_http_host *http_service() noexcept { return &http_table; }

} // namespace kith::testkit
