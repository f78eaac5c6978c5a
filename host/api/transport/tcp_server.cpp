// SPDX-License-Identifier: MIT
#include "tcp_server.hpp"

#include "accept_loop.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace kith::app {

namespace {

constexpr int tcp_backlog = 512;

// A listening socket, or -1 with errno.
int listening_socket(const kith::address &address) {
    const int family = address.is_ipv6() ? AF_INET6 : AF_INET;
    const int fd = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -1;
    sockaddr_storage where{};
    socklen_t size = 0;
    if (address.is_ipv6()) {
        sockaddr_in6 six{};
        six.sin6_family = AF_INET6;
        six.sin6_port = htons(address.port());
        std::memcpy(&six.sin6_addr, address.raw().bytes, sizeof six.sin6_addr);
        size = sizeof six;
        std::memcpy(&where, &six, size);
    } else {
        sockaddr_in four{};
        four.sin_family = AF_INET;
        four.sin_port = htons(address.port());
        std::memcpy(&four.sin_addr, address.raw().bytes, sizeof four.sin_addr);
        size = sizeof four;
        std::memcpy(&where, &four, size);
    }
    const int on = 1;
    const bool good = ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
                      // [::] is the addresses of IPv6 alone, so that 0.0.0.0 can be bound besides.
                      (!address.is_ipv6() || ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) == 0) &&
                      ::bind(fd, reinterpret_cast<const sockaddr *>(&where), size) == 0 && ::listen(fd, tcp_backlog) == 0;
    if (good) return fd;
    const int error = errno;
    ::close(fd);
    errno = error;
    return -1;
}

} // namespace

// A listening descriptor until it is accepted at.
struct ApiTcpServer::Prepared {
    ApiTcpListen listen;
    int fd = -1; // -1: the address is bound already

    explicit Prepared(ApiTcpListen wanted) : listen(std::move(wanted)) {}
    ~Prepared() {
        if (fd >= 0) ::close(fd);
    }
    Prepared(const Prepared &) = delete;
    Prepared &operator=(const Prepared &) = delete;
};

struct ApiTcpServer::Listener {
    ApiTcpListen listen;
    std::unique_ptr<AcceptLoop> accepts;
};

ApiTcpServer::ApiTcpServer(boost::asio::io_context &io, ApiHandler &handler, const ApiLimits &limits)
    : io_(io), clients_(io, handler, limits) {}

ApiTcpServer::~ApiTcpServer() = default;

bool ApiTcpServer::prepare(std::vector<ApiTcpListen> next, std::string &why) {
    prepared_.clear();
    for (ApiTcpListen &one : next) {
        const bool bound = std::any_of(listeners_.begin(), listeners_.end(),
                                       [&](const auto &running) { return running->listen.address == one.address; });
        auto prepared = std::make_unique<Prepared>(std::move(one));
        if (!bound) prepared->fd = listening_socket(prepared->listen.address);
        if (!bound && prepared->fd < 0) {
            why = "kith cannot listen on " + prepared->listen.address.text() + ": " + std::strerror(errno);
            prepared_.clear();
            return false;
        }
        prepared_.push_back(std::move(prepared));
    }
    return true;
}

void ApiTcpServer::discard() { prepared_.clear(); }

void ApiTcpServer::commit() {
    std::vector<std::unique_ptr<Listener>> running = std::exchange(listeners_, {});
    for (const auto &one : std::exchange(prepared_, {})) {
        const auto before = std::find_if(running.begin(), running.end(), [&](const auto &other) {
            return other != nullptr && other->listen.address == one->listen.address;
        });
        if (before != running.end()) {
            if (*(*before)->listen.access != *one->listen.access) (*before)->listen.access = one->listen.access;
            listeners_.push_back(std::move(*before));
            continue;
        }
        if (one->fd < 0) continue;
        auto listener = std::make_unique<Listener>();
        listener->listen = one->listen;
        listener->accepts = std::make_unique<AcceptLoop>(io_, std::exchange(one->fd, -1), [this, at = listener.get()](int fd) {
            const int on = 1; // an answer is complete when it is written
            static_cast<void>(::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
            clients_.take(fd, {at->listen.address.is_ipv6() ? AF_INET6 : AF_INET, IPPROTO_TCP}, Right::none, at->listen.access);
        });
        listeners_.push_back(std::move(listener));
    }
    clients_.retire([this](const ApiAccess &access) {
        return std::any_of(listeners_.begin(), listeners_.end(),
                           [&](const auto &one) { return one->listen.access.get() == &access; });
    });
}

} // namespace kith::app
