// SPDX-License-Identifier: MIT
//
// A blocking socket on loopback, for tests and benchmarks that drive the protocol without a host.
#pragma once

#include "epmd.hpp"

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace kith::erlang::test {

inline sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

class Socket {
  public:
    /// Throws when nobody listens there. Reads wait 10 s.
    explicit Socket(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const sockaddr_in address = loopback(port);
        if (::connect(fd_, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0) {
            ::close(fd_);
            throw std::runtime_error("nobody listens on port " + std::to_string(port));
        }
        const int on = 1;
        ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        const timeval bound{10, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof bound);
    }
    Socket(Socket &&other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    ~Socket() {
        if (fd_ >= 0) ::close(fd_);
    }
    Socket(const Socket &) = delete;
    Socket &operator=(const Socket &) = delete;

    void write(std::string_view bytes) const {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) throw std::runtime_error("the connection broke while writing");
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }

    /// Some bytes; empty at the end of the stream.
    std::string_view read() {
        const ssize_t got = ::recv(fd_, buffer_, sizeof buffer_, 0);
        if (got < 0) throw std::runtime_error("nothing came within 10 s");
        return {buffer_, static_cast<std::size_t>(got)};
    }

  private:
    int fd_;
    char buffer_[65536];
};

inline std::uint16_t free_port() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (::bind(fd, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0 ||
        ::getsockname(fd, reinterpret_cast<sockaddr *>(&address), &size) != 0)
        throw std::runtime_error("no free port");
    ::close(fd);
    return ntohs(address.sin_port);
}

/// 0 when that EPMD does not know the name.
inline std::uint16_t port_of(std::string_view name, std::uint16_t epmd_port) {
    Socket socket(epmd_port);
    socket.write(epmd::port_please2(name));
    std::string answer;
    for (std::string_view more = socket.read(); !more.empty(); more = socket.read()) answer += more;
    epmd::Port port;
    return epmd::read_port(answer, true, port) == epmd::State::done ? port.port : 0;
}

} // namespace kith::erlang::test
