// SPDX-License-Identifier: MIT
#include "client_pool.hpp"

#include <chrono>
#include <unistd.h>
#include <utility>

namespace kith::app {

namespace {

constexpr std::size_t most_refusals = 64; // under way at once

} // namespace

ClientPool::ClientPool(boost::asio::io_context &io, ApiHandler &handler, const ApiLimits &limits)
    : io_(io), limits_(limits), share_{handler, limits_}, seconds_(io) {}

ClientPool::~ClientPool() {
    for (const auto &one : connections_) one->close();
}

void ClientPool::take(int fd, const ApiConnection::Socket::protocol_type &protocol, ClientRights rights,
                      std::shared_ptr<const ApiAccess> access, ApiTls tls) {
    ApiConnection::Socket socket(io_);
    boost::system::error_code error;
    socket.assign(protocol, fd, error);
    if (error) {
        ::close(fd);
        return;
    }
    std::erase_if(connections_, [](const auto &one) { return !one->open(); });
    const bool full = connections_.size() >= limits_.clients && !make_room();
    if (connections_.size() >= limits_.clients + most_refusals) return; // not even an answer
    auto connection = std::make_shared<ApiConnection>(std::move(socket), rights, std::move(access), std::move(tls), share_);
    connections_.push_back(connection);
    full ? connection->refuse(ApiFault::too_many_clients) : connection->start();
    if (!std::exchange(ticking_, true)) tick();
}

void ClientPool::retire(const std::function<bool(const ApiAccess &)> &goes_on) {
    for (const auto &one : std::vector(connections_)) {
        if (one->access() != nullptr && !goes_on(*one->access())) one->retire();
    }
}

// The client that has waited longest for a request of its own leaves.
bool ClientPool::make_room() {
    auto oldest = connections_.end();
    for (auto one = connections_.begin(); one != connections_.end(); ++one) {
        if ((*one)->waits() && (oldest == connections_.end() || (*one)->since() < (*oldest)->since())) oldest = one;
    }
    if (oldest == connections_.end()) return false;
    (*oldest)->close();
    connections_.erase(oldest);
    return true;
}

// Only while there are clients.
void ClientPool::tick() {
    seconds_.expires_after(std::chrono::seconds(1));
    seconds_.async_wait([this, guard = std::weak_ptr(alive_)](const boost::system::error_code &error) {
        if (error || guard.expired()) return;
        const auto now = ApiConnection::Clock::now();
        for (const auto &one : std::vector(connections_)) one->tick(now);
        std::erase_if(connections_, [](const auto &one) { return !one->open(); });
        ticking_ = !connections_.empty();
        if (ticking_) tick();
    });
}

} // namespace kith::app
