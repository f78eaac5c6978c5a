// SPDX-License-Identifier: MIT
#include "environment_probe_request.hpp"

#include "http_response_reader.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace kith::app {

namespace {

constexpr std::size_t reply_limit = std::size_t{256} * 1024;

struct ProbeSocket {
    int fd = -1;
    ~ProbeSocket() {
        if (fd >= 0) ::close(fd);
    }
};

// False when the time is over.
bool wait_for(int fd, short events, Deadline deadline) {
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
        pollfd entry{fd, events, 0};
        const int ready = left <= 0 ? 0 : ::poll(&entry, 1, static_cast<int>(left));
        if (ready >= 0 || errno != EINTR) return ready > 0;
    }
}

// Connects a non-blocking socket. Returns an error text, empty when it is connected.
std::string connect_within(ProbeSocket &socket, const std::string &host, std::uint16_t port, Deadline deadline) {
    sockaddr_storage storage{};
    socklen_t size = 0;
    auto &v4 = reinterpret_cast<sockaddr_in &>(storage);
    auto &v6 = reinterpret_cast<sockaddr_in6 &>(storage);
    if (::inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        size = sizeof v4;
    } else if (::inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) {
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(port);
        size = sizeof v6;
    } else {
        return "it is no IP address";
    }
    socket.fd = ::socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket.fd < 0) return std::strerror(errno);
    if (::connect(socket.fd, reinterpret_cast<const sockaddr *>(&storage), size) == 0) return {};
    if (errno != EINPROGRESS) return std::strerror(errno);
    if (!wait_for(socket.fd, POLLOUT, deadline)) return "it does not accept the connection in time";
    int error = 0;
    socklen_t length = sizeof error;
    ::getsockopt(socket.fd, SOL_SOCKET, SO_ERROR, &error, &length);
    return error == 0 ? std::string{} : std::strerror(error);
}

} // namespace

std::string address_text(const std::string &host, std::uint16_t port) {
    return (host.find(':') == std::string::npos ? host : '[' + host + ']') + ':' + std::to_string(port);
}

ProbeReply exchange(const std::string &host, std::uint16_t port, std::string_view request, Deadline deadline) {
    ProbeSocket socket;
    if (std::string error = connect_within(socket, host, port, deadline); !error.empty()) return {std::move(error), {}};
    while (!request.empty()) {
        const ssize_t sent = ::send(socket.fd, request.data(), request.size(), MSG_NOSIGNAL);
        if (sent >= 0) {
            request.remove_prefix(static_cast<std::size_t>(sent));
        } else if (errno == EAGAIN) {
            if (!wait_for(socket.fd, POLLOUT, deadline)) return {"it does not read the request in time", {}};
        } else if (errno != EINTR) {
            return {std::strerror(errno), {}};
        }
    }
    std::string bytes;
    char chunk[4096];
    for (;;) {
        const ssize_t got = ::recv(socket.fd, chunk, sizeof chunk, 0);
        if (got == 0) return {{}, std::move(bytes)};
        if (got > 0) {
            bytes.append(chunk, static_cast<std::size_t>(got));
            if (bytes.size() > reply_limit) return {"its reply is larger than 256 KiB", {}};
        } else if (errno == EAGAIN) {
            if (!wait_for(socket.fd, POLLIN, deadline)) return {"it accepts connections but does not reply in time", {}};
        } else if (errno != EINTR) {
            return {std::strerror(errno), {}};
        }
    }
}

boost::system::result<HttpReply, std::string> ask_http(const HttpAddress &address, std::string_view method,
                                                       std::string_view target, std::string_view headers, Deadline deadline) {
    std::string request(method);
    request.append(1, ' ').append(target).append(" HTTP/1.0\r\nHost: ").append(address_text(address.host, address.port));
    request.append("\r\nConnection: close\r\nUser-Agent: kith/" KITH_VERSION "\r\n").append(headers).append("\r\n");
    const ProbeReply reply = exchange(address.host, address.port, request, deadline);
    if (!reply.error.empty()) return reply.error;
    auto parsed = parse_http_reply(reply.bytes);
    if (!parsed) return std::string("its reply is not a complete one of HTTP");
    return std::move(*parsed);
}

std::optional<HttpReply> parse_http_reply(std::string_view bytes) {
    ResponseReader reader;
    if (!reader.feed(bytes) || !reader.end()) return std::nullopt;
    return HttpReply{static_cast<int>(reader.status()), reader.take_body()};
}

std::optional<HttpAddress> parse_http_address(std::string_view text, std::uint16_t default_port) {
    HttpAddress out;
    out.port = default_port;
    if (text.starts_with("https://")) {
        out.tls = true;
        text.remove_prefix(8);
    } else if (text.starts_with("http://")) {
        text.remove_prefix(7);
    }
    if (text.ends_with('/')) text.remove_suffix(1);
    std::string_view port;
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        out.host = text.substr(1, end - 1);
        port = text.substr(end + 1);
    } else {
        const std::size_t colon = text.find(':');
        out.host = text.substr(0, colon);
        port = colon == std::string_view::npos ? std::string_view{} : text.substr(colon);
    }
    const auto good = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == ':';
    };
    if (out.host.empty() || !std::all_of(out.host.begin(), out.host.end(), good)) return std::nullopt;
    if (port.empty()) return out;
    const auto [end, error] = std::from_chars(port.data() + 1, port.data() + port.size(), out.port);
    if (port.front() != ':' || error != std::errc() || end != port.data() + port.size() || out.port == 0) return std::nullopt;
    return out;
}

} // namespace kith::app
