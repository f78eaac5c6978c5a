// SPDX-License-Identifier: MIT
//
// Opens sockets, and accepts connections, that are non-blocking and not inherited by child processes.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>

namespace kith::app {

using boost::asio::ip::tcp;
using Error = boost::system::error_code;

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
