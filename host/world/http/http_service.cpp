// SPDX-License-Identifier: MIT
//
// The service kith.http/1: its table, argument checks and completions.
#include "http_exchange.hpp"

#include <boost/asio/post.hpp>

namespace kith::app {

namespace {

const kith_http_plugin &http_side(TenantResources &resources) { return *resources.side<kith_http_plugin>(KITH_HTTP); }

} // namespace

void report_opened(TenantResources &resources, std::uint64_t user, std::uint64_t op, std::int32_t status, std::string_view text,
                   std::uint64_t id) {
    Entered guard(resources.tenant, "http.opened");
    http_side(resources).opened(resources.tenant.self(), user, op, status, borrow(text), id);
}

void report_responded(TenantResources &resources, std::uint64_t user, std::uint64_t op, std::int32_t status,
                      std::string_view text, std::uint64_t id, std::uint32_t code, const std::vector<kith_attribute> &fields) {
    Entered guard(resources.tenant, "http.responded");
    http_side(resources).responded(resources.tenant.self(), user, op, status, borrow(text), id, code, fields.data(),
                                   static_cast<std::uint32_t>(fields.size()));
}

void report_http_read(TenantResources &resources, std::uint64_t user, std::uint64_t op, std::int32_t status,
                      std::string_view text, std::string_view data) {
    Entered guard(resources.tenant, "http.read");
    http_side(resources).read(resources.tenant.self(), user, op, status, borrow(text), data.data(),
                              static_cast<std::uint32_t>(data.size()));
}

namespace {

std::int32_t open(TenantResources &resources, const kith_http_client *given, std::uint64_t user, std::uint64_t *op) {
    const auto *side = resources.side<kith_http_plugin>(KITH_HTTP);
    if (side == nullptr || !side->opened || !side->responded || !side->read)
        return resources.refuse(KITH_INVALID, "the plugin has no complete kith_http_plugin");
    HttpSettings settings;
    std::string why;
    if (const std::int32_t status = read_settings(given, settings, why); status != KITH_OK)
        return resources.refuse(status, why);
    const std::uint64_t id = resources.begin(op, {user,
                                                  [](TenantResources &s, std::uint64_t u, std::uint64_t o) {
                                                      report_opened(s, u, o, KITH_CANCELLED, cancelled_text(), 0);
                                                  },
                                                  {}});
    boost::asio::post(resources.io, [resources = resources.shared_from_this(), settings = std::move(settings), id] {
        const auto ended = resources->take(id);
        if (!ended) return;
        const bool trusts = !settings.authorities.empty() || !settings.certificate.empty();
        const auto client = std::make_shared<HttpConnectionPool>(*resources, settings);
        TlsFailure failure;
        // The configuration is checked now, not by the first request.
        if (trusts && client->tls(failure) == nullptr)
            return report_opened(*resources, ended->user, id, failure.status, failure.text, 0);
        if (!resources->http) resources->http = std::make_shared<HttpResources>();
        const std::uint64_t made = ++resources->parts.last_id;
        resources->http->clients.emplace(made, client);
        report_opened(*resources, ended->user, id, KITH_OK, {}, made);
    });
    return KITH_OK;
}

std::shared_ptr<HttpConnectionPool> client_of(const TenantResources &resources, std::uint64_t id) {
    const auto found = resources.http ? resources.http->clients.find(id) : decltype(resources.http->clients.find(id)){};
    return resources.http && found != resources.http->clients.end() ? found->second : nullptr;
}

std::shared_ptr<HttpExchange> response_of(const TenantResources &resources, std::uint64_t id) {
    const auto found = resources.http ? resources.http->responses.find(id) : decltype(resources.http->responses.find(id)){};
    return resources.http && found != resources.http->responses.end() ? found->second : nullptr;
}

// Refuses an invalid id: stale, or of another kind.
std::int32_t no_such(const TenantResources &resources, std::uint64_t id, const char *expected) {
    if (client_of(resources, id) || response_of(resources, id))
        return resources.refuse(KITH_INVALID, std::string(expected) + " is expected");
    return resources.no_such(id, expected);
}

std::int32_t request(TenantResources &resources, std::uint64_t id, const kith_http_request *given, std::uint64_t user,
                     std::uint64_t *op) {
    const auto client = client_of(resources, id);
    if (!client) return no_such(resources, id, "a client of kith.http/1");
    HttpRequest made;
    std::string why;
    if (const std::int32_t status = read_request(given, client->settings, made, why); status != KITH_OK)
        return resources.refuse(status, why);
    if (client->exchanges.size() >= KITH_HTTP_MAX_OPEN)
        return resources.refuse(KITH_LIMIT,
                                "64 requests and responses of this client are open; close those that are done with");
    std::make_shared<HttpExchange>(resources, client, std::move(made))->start(user, op);
    return KITH_OK;
}

constexpr kith_http_host http_functions = {
    .open =
        [](const kith_host *host, const kith_http_client *settings, std::uint64_t user, std::uint64_t *op) noexcept {
            return guarded(host, [&](TenantResources &resources) { return open(resources, settings, user, op); });
        },
    .request =
        [](const kith_host *host, std::uint64_t client, const kith_http_request *what, std::uint64_t user,
           std::uint64_t *op) noexcept {
            return guarded(host, [&](TenantResources &resources) { return request(resources, client, what, user, op); });
        },
    .read =
        [](const kith_host *host, std::uint64_t response, std::uint32_t max, std::uint64_t user, std::uint64_t *op) noexcept {
            return guarded(host, [&](TenantResources &resources) {
                const auto one = response_of(resources, response);
                return one ? one->read(max, user, op) : no_such(resources, response, "a response of kith.http/1");
            });
        },
    .close =
        [](const kith_host *host, std::uint64_t id) noexcept {
            return guarded(host, [&](TenantResources &resources) {
                const auto client = client_of(resources, id);
                const auto response = response_of(resources, id);
                if (!client && !response) return no_such(resources, id, "a client or a response of kith.http/1");
                if (response) {
                    response->close();
                } else {
                    resources.http->clients.erase(id);
                    client->close();
                }
                return KITH_OK;
            });
        },
};

} // namespace

const void *http_table() noexcept { return &http_functions; }

} // namespace kith::app
