// SPDX-License-Identifier: MIT
//
// Opens sockets that are non-blocking and not inherited, and converts socket errors to statuses. Used by streams, listeners,
// connects and datagram sockets.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <cerrno>
#include <cstdint>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace kith::app {

using boost::asio::ip::tcp;
using Error = boost::system::error_code;

/// The status of an error of connect, listen or accept.
std::int32_t status_of(const Error &error);

/// The text of an endpoint's address. An IPv4 address that a socket for both families shows as ::ffff:10.0.0.7
/// becomes 10.0.0.7.
std::string address_of(const tcp::endpoint &endpoint);

/// An address or name with its port, for messages.
std::string place(const std::string &host, std::uint32_t port);

/// Opens an Asio socket, such as tcp::acceptor or udp::socket, for that protocol.
template <class Socket>
void open_socket(Socket &socket, const typename Socket::protocol_type &protocol, Error &error) {
    const int fd = ::socket(protocol.family(), protocol.type() | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol.protocol());
    if (fd < 0) {
        error.assign(errno, boost::system::system_category());
        return;
    }
    socket.assign(protocol, fd, error);
    if (error) ::close(fd);
}

/// Accepts the next connection of a listener; error is would_block when there is none.
tcp::socket accept_from(tcp::acceptor &acceptor, Error &error);

} // namespace kith::app
