// SPDX-License-Identifier: MIT
#include "tcp_server.hpp"

#include "accept_loop.hpp"

#include <host/world/socket_address.hpp>
#include <kith/service/log.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace kith::app {

namespace {

constexpr int tcp_backlog = 512;
constexpr auto handshake_report_period = std::chrono::seconds(10); // anybody can make handshakes fail

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

std::string client_address(int fd) {
    SocketAddress from{};
    socklen_t size = sizeof from;
    return ::getpeername(fd, &from.any, &size) == 0 ? kith::address(from_kernel(from.any)).text() : std::string("a client");
}

} // namespace

// A listening descriptor until it is accepted at.
struct ApiTcpServer::Prepared {
    ApiTcpListen listen;
    int fd = -1;                                    // -1: the address is bound already
    std::shared_ptr<ServerCertificate> certificate; // null: no TLS

    explicit Prepared(ApiTcpListen wanted) : listen(std::move(wanted)) {}
    ~Prepared() {
        if (fd >= 0) ::close(fd);
    }
    Prepared(const Prepared &) = delete;
    Prepared &operator=(const Prepared &) = delete;
};

struct ApiTcpServer::Listener {
    ApiTcpListen listen;
    std::shared_ptr<ServerCertificate> certificate; // null: no TLS
    std::string problem;                            // why the files that have changed cannot be used
    std::unique_ptr<AcceptLoop> accepts;
};

ApiTcpServer::ApiTcpServer(boost::asio::io_context &io, ApiHandler &handler, const ApiLimits &limits, Log log)
    : io_(io), limits_(limits), log_(std::move(log)), clients_(io, handler, limits_), look_(io) {
    clients_.on_failed_handshake([this](const std::string &peer, const std::string &why) { report_handshake(peer, why); });
}

ApiTcpServer::~ApiTcpServer() = default;

bool ApiTcpServer::prepare(std::vector<ApiTcpListen> next, std::string &why) {
    prepared_.clear();
    const auto refuse = [&](const ApiTcpListen &listen, const std::string &reason) {
        why = "kith cannot listen on " + listen.address.text() + ": " + reason;
        prepared_.clear();
        return false;
    };
    for (ApiTcpListen &one : next) {
        const auto running = std::find_if(listeners_.begin(), listeners_.end(),
                                          [&](const auto &other) { return other->listen.address == one.address; });
        const bool bound = running != listeners_.end();
        auto prepared = std::make_unique<Prepared>(std::move(one));
        const ApiTcpListen &listen = prepared->listen;
        if (bound && listen.tls && listen.tls == (*running)->listen.tls) {
            prepared->certificate = (*running)->certificate;
        } else if (listen.tls) {
            std::string reason;
            prepared->certificate = ServerCertificate::read(*listen.tls, reason);
            if (!prepared->certificate) return refuse(listen, reason);
        }
        if (!bound) prepared->fd = listening_socket(listen.address);
        if (!bound && prepared->fd < 0) return refuse(listen, std::strerror(errno));
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
            // Other TLS is another access: the clients of before are ended too.
            if (*(*before)->listen.access != *one->listen.access || (*before)->listen.tls != one->listen.tls)
                (*before)->listen = one->listen;
            (*before)->certificate = one->certificate;
            (*before)->problem.clear();
            listeners_.push_back(std::move(*before));
            continue;
        }
        if (one->fd < 0) continue;
        auto listener = std::make_unique<Listener>();
        listener->listen = one->listen;
        listener->certificate = one->certificate;
        listener->accepts = std::make_unique<AcceptLoop>(io_, std::exchange(one->fd, -1), [this, at = listener.get()](int fd) {
            const int on = 1; // an answer is complete when it is written
            static_cast<void>(::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
            ApiTls tls;
            try {
                if (at->certificate) tls = {at->certificate->session(), client_address(fd)};
            } catch (const std::exception &) { // such as no memory
                ::close(fd);
                return;
            }
            clients_.take(fd, {at->listen.address.is_ipv6() ? AF_INET6 : AF_INET, IPPROTO_TCP}, {}, at->listen.access,
                          std::move(tls));
        });
        listeners_.push_back(std::move(listener));
    }
    clients_.retire([this](const ApiAccess &access) {
        return std::any_of(listeners_.begin(), listeners_.end(),
                           [&](const auto &one) { return one->listen.access.get() == &access; });
    });
    look();
}

// Only while an address has TLS. Beside the loop's thread there is none that could read the files: they are small, and few.
void ApiTcpServer::look() {
    look_.cancel();
    if (std::none_of(listeners_.begin(), listeners_.end(), [](const auto &one) { return one->certificate != nullptr; })) return;
    look_.expires_after(limits_.look);
    look_.async_wait([this, guard = std::weak_ptr(alive_)](const boost::system::error_code &error) {
        if (error || guard.expired()) return;
        for (const auto &one : listeners_) {
            std::string why;
            if (!one->certificate) continue;
            switch (one->certificate->renew(why)) {
            case ServerCertificate::Renewal::unchanged: continue;
            case ServerCertificate::Renewal::renewed:
                one->problem.clear();
                log_(KITH_LOG_INFO, "the API uses the changed certificate files for new clients", one->listen.address.text());
                continue;
            case ServerCertificate::Renewal::failed:
                if (std::exchange(one->problem, why) == why) continue;
                log_(KITH_LOG_WARNING, "the changed certificate files of the API cannot be used; the former ones stay in use",
                     one->listen.address.text() + ": " + why);
            }
        }
        look();
    });
}

void ApiTcpServer::report_handshake(const std::string &peer, const std::string &why) {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_report_) {
        ++unreported_;
        return;
    }
    next_report_ = now + handshake_report_period;
    std::string reason = peer + ": " + why;
    if (const std::uint64_t more = std::exchange(unreported_, 0); more != 0)
        reason += " (" + std::to_string(more) + " more have failed since the last such line)";
    log_(KITH_LOG_INFO, "the TLS handshake of a client of the API has failed", reason);
}

} // namespace kith::app
