// SPDX-License-Identifier: MIT
#include "nonblocking_socket.hpp"

namespace kith::app {

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
