// SPDX-License-Identifier: MIT
#include "http_connection_pool.hpp"

#include "http_exchange.hpp"

#include <host/world/tls/tls_library_loader.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace kith::app {

namespace {

constexpr std::size_t most_kept = 8;

} // namespace

HttpConnectionPool::HttpConnectionPool(TenantResources &resources, HttpSettings given)
    : settings(std::move(given)), resources_(resources.shared_from_this()) {}

TlsContext *HttpConnectionPool::tls(TlsFailure &failure) {
    if (tls_) return tls_.get();
    const TlsEntry *entry = tls_library(resources_->parts.options.tls_library, failure);
    if (entry == nullptr) return nullptr;
    tls_ = entry->context({.authorities = settings.authorities,
                           .certificate = settings.certificate,
                           .key = settings.key,
                           .verify = !settings.has(KITH_HTTP_INSECURE)},
                          failure);
    return tls_.get();
}

std::shared_ptr<Connection> HttpConnectionPool::take(const std::string &origin) {
    const auto found =
        std::find_if(kept_.begin(), kept_.end(), [&](const Kept &one) { return one.connection->origin() == origin; });
    if (found == kept_.end()) return nullptr;
    auto connection = std::move(found->connection);
    kept_.erase(found);
    connection->wake();
    return connection;
}

void HttpConnectionPool::keep(std::shared_ptr<Connection> connection) {
    if (settings.has(KITH_HTTP_NO_KEEP_ALIVE) || !resources_->open) return connection->close();
    Kept &one = kept_.emplace_front(resources_->io);
    const auto gone = [me = weak_from_this(), raw = connection.get()] {
        if (const auto client = me.lock()) client->forget(raw);
    };
    one.connection = std::move(connection);
    one.connection->idle(gone);
    one.timer.expires_after(std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(settings.keep_alive, far_enough))));
    one.timer.async_wait([gone](const Error &error) {
        if (!error) gone();
    });
    if (kept_.size() > most_kept) forget(kept_.back().connection.get());
}

void HttpConnectionPool::forget(const Connection *connection) {
    const auto found =
        std::find_if(kept_.begin(), kept_.end(), [&](const Kept &one) { return one.connection.get() == connection; });
    if (found == kept_.end()) return;
    const auto closed = std::move(found->connection);
    kept_.erase(found);
    closed->close();
}

void HttpConnectionPool::drop(const std::string &origin) {
    while (const auto one = take(origin)) one->close();
}

void HttpConnectionPool::close() {
    for (auto &[id, exchange] : std::exchange(exchanges, {})) exchange->close();
    for (auto &one : kept_) one.connection->close();
    kept_.clear();
}

void HttpResources::close() {
    for (auto &[id, client] : std::exchange(clients, {})) client->close();
    responses.clear();
}

} // namespace kith::app
