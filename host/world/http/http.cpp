// SPDX-License-Identifier: MIT
//
// kith.http/1: its table, its checks, how its completions are told.
#include "exchange.hpp"

#include <boost/asio/post.hpp>

namespace kith::app {

namespace {

const kith_http_plugin &http_side(Seat &seat) { return *seat.side<kith_http_plugin>(KITH_HTTP); }

} // namespace

void tell_opened(Seat &seat, std::uint64_t user, std::uint64_t op, std::int32_t status, std::string_view text,
                 std::uint64_t id) {
    Entered guard(seat.tenant, "http.opened");
    http_side(seat).opened(seat.tenant.self(), user, op, status, borrow(text), id);
}

void tell_responded(Seat &seat, std::uint64_t user, std::uint64_t op, std::int32_t status, std::string_view text,
                    std::uint64_t id, std::uint32_t code, const std::vector<kith_attribute> &fields) {
    Entered guard(seat.tenant, "http.responded");
    http_side(seat).responded(seat.tenant.self(), user, op, status, borrow(text), id, code, fields.data(),
                              static_cast<std::uint32_t>(fields.size()));
}

void tell_http_read(Seat &seat, std::uint64_t user, std::uint64_t op, std::int32_t status, std::string_view text,
                    std::string_view data) {
    Entered guard(seat.tenant, "http.read");
    http_side(seat).read(seat.tenant.self(), user, op, status, borrow(text), data.data(),
                         static_cast<std::uint32_t>(data.size()));
}

namespace {

std::int32_t open(Seat &seat, const kith_http_client *given, std::uint64_t user, std::uint64_t *op) {
    const auto *side = seat.side<kith_http_plugin>(KITH_HTTP);
    if (side == nullptr || !side->opened || !side->responded || !side->read)
        return seat.refuse(KITH_INVALID, "the plugin has no complete kith_http_plugin");
    HttpSettings settings;
    std::string why;
    if (const std::int32_t status = read_settings(given, settings, why); status != KITH_OK) return seat.refuse(status, why);
    const std::uint64_t id = seat.begin(
        op, {user,
             [](Seat &s, std::uint64_t u, std::uint64_t o) { tell_opened(s, u, o, KITH_CANCELLED, cancelled_text(), 0); },
             {}});
    boost::asio::post(seat.io, [seat = seat.shared_from_this(), settings = std::move(settings), id] {
        const auto ended = seat->take(id);
        if (!ended) return;
        const bool trusts = !settings.authorities.empty() || !settings.certificate.empty();
        const auto client = std::make_shared<HttpClient>(*seat, settings);
        TlsFailure failure;
        // What was configured is looked at now, and not when the first request fails.
        if (trusts && client->tls(failure) == nullptr)
            return tell_opened(*seat, ended->user, id, failure.status, failure.text, 0);
        if (!seat->http) seat->http = std::make_shared<HttpSeat>();
        const std::uint64_t made = ++seat->parts.last_id;
        seat->http->clients.emplace(made, client);
        tell_opened(*seat, ended->user, id, KITH_OK, {}, made);
    });
    return KITH_OK;
}

std::shared_ptr<HttpClient> client_of(const Seat &seat, std::uint64_t id) {
    const auto found = seat.http ? seat.http->clients.find(id) : decltype(seat.http->clients.find(id)){};
    return seat.http && found != seat.http->clients.end() ? found->second : nullptr;
}

std::shared_ptr<Exchange> response_of(const Seat &seat, std::uint64_t id) {
    const auto found = seat.http ? seat.http->responses.find(id) : decltype(seat.http->responses.find(id)){};
    return seat.http && found != seat.http->responses.end() ? found->second : nullptr;
}

// An id that is none: stale, or of another kind.
std::int32_t no_such(const Seat &seat, std::uint64_t id, const char *expected) {
    if (client_of(seat, id) || response_of(seat, id)) return seat.refuse(KITH_INVALID, std::string(expected) + " is expected");
    return seat.no_such(id, expected);
}

std::int32_t request(Seat &seat, std::uint64_t id, const kith_http_request *given, std::uint64_t user, std::uint64_t *op) {
    const auto client = client_of(seat, id);
    if (!client) return no_such(seat, id, "a client of kith.http/1");
    HttpRequest made;
    std::string why;
    if (const std::int32_t status = read_request(given, client->settings, made, why); status != KITH_OK)
        return seat.refuse(status, why);
    if (client->exchanges.size() >= KITH_HTTP_MAX_OPEN)
        return seat.refuse(KITH_LIMIT, "64 requests and responses of this client are open; close those that are done with");
    std::make_shared<Exchange>(seat, client, std::move(made))->start(user, op);
    return KITH_OK;
}

constexpr kith_http_host http_functions = {
    .open =
        [](const kith_host *host, const kith_http_client *settings, std::uint64_t user, std::uint64_t *op) noexcept {
            return guarded(host, [&](Seat &seat) { return open(seat, settings, user, op); });
        },
    .request =
        [](const kith_host *host, std::uint64_t client, const kith_http_request *what, std::uint64_t user,
           std::uint64_t *op) noexcept {
            return guarded(host, [&](Seat &seat) { return request(seat, client, what, user, op); });
        },
    .read =
        [](const kith_host *host, std::uint64_t response, std::uint32_t max, std::uint64_t user, std::uint64_t *op) noexcept {
            return guarded(host, [&](Seat &seat) {
                const auto one = response_of(seat, response);
                return one ? one->read(max, user, op) : no_such(seat, response, "a response of kith.http/1");
            });
        },
    .close =
        [](const kith_host *host, std::uint64_t id) noexcept {
            return guarded(host, [&](Seat &seat) {
                const auto client = client_of(seat, id);
                const auto response = response_of(seat, id);
                if (!client && !response) return no_such(seat, id, "a client or a response of kith.http/1");
                if (response) {
                    response->close();
                } else {
                    seat.http->clients.erase(id);
                    client->close();
                }
                return KITH_OK;
            });
        },
};

} // namespace

const void *http_table() noexcept { return &http_functions; }

} // namespace kith::app
