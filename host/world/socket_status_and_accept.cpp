// SPDX-License-Identifier: MIT
#include "socket_status_and_accept.hpp"

#include <kith/plugin.h>

#include <cerrno>

namespace kith::app {

std::int32_t status_of(const Error &error) {
    switch (error.value()) {
    case 0: return KITH_OK;
    case ECANCELED: return KITH_CANCELLED;
    case ECONNREFUSED:
    case ECONNRESET: return KITH_REFUSED; // sent by some firewalls
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ENETDOWN:
    case EHOSTDOWN:
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT: return KITH_UNREACHABLE;
    case ETIMEDOUT: return KITH_TIMED_OUT;
    case EACCES:
    case EPERM: return KITH_DENIED;
    case EADDRINUSE: return KITH_EXISTS;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM: return KITH_LIMIT;
    default: return KITH_IO;
    }
}

std::string address_of(const tcp::endpoint &endpoint) {
    const auto address = endpoint.address();
    if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address.to_string();
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).to_string();
}

std::string place(const std::string &host, std::uint32_t port) { return host + " port " + std::to_string(port); }

tcp::socket accept_from(tcp::acceptor &acceptor, Error &error) {
    tcp::socket socket(acceptor.get_executor());
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    const int fd =
        ::accept4(acceptor.native_handle(), reinterpret_cast<sockaddr *>(&from), &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
        // A connection that broke in the queue is not an error of the listener.
        const int why = errno == ECONNABORTED || errno == EINTR ? EAGAIN : errno;
        error.assign(why, boost::system::system_category());
        return socket;
    }
    socket.assign(from.ss_family == AF_INET6 ? tcp::v6() : tcp::v4(), fd, error);
    if (error) ::close(fd);
    return socket;
}

} // namespace kith::app
