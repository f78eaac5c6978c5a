// SPDX-License-Identifier: MIT
//
// One request of `kith init` to a server that may be there, within a time limit: raw bytes, or HTTP. Blocks its thread. Uses neither TLS nor DNS.
#pragma once

#include <boost/system/result.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kith::app {

using Deadline = std::chrono::steady_clock::time_point;

/// What a server has sent until it closed the connection, or why there is nothing.
struct ProbeReply {
    std::string error; ///< empty: `bytes` is complete
    std::string bytes;
};

/// HOST:PORT, with brackets around an address of IPv6.
std::string address_text(const std::string &host, std::uint16_t port);

/// One request on one connection; the server ends its reply, of at most 256 KiB, by closing it. host: an IP address.
ProbeReply exchange(const std::string &host, std::uint16_t port, std::string_view request, Deadline deadline);

struct HttpReply {
    int status = 0;
    std::string body;
};

/// bytes: all that came until the server closed the connection. Nothing if it is no complete reply of HTTP/1.x.
std::optional<HttpReply> parse_http_reply(std::string_view bytes);

/// An address of an HTTP server.
struct HttpAddress {
    bool tls = false;
    std::string host; ///< without brackets
    std::uint16_t port = 0;
};

/// HOST, HOST:PORT, or the same behind http:// or https://, as CONSUL_HTTP_ADDR may be. Nothing for anything else, such as unix://PATH.
std::optional<HttpAddress> parse_http_address(std::string_view text, std::uint16_t default_port);

/// HTTP/1.0: the reply is not chunked and ends with the connection. headers: lines, each with its end.
boost::system::result<HttpReply, std::string> ask_http(const HttpAddress &address, std::string_view method,
                                                       std::string_view target, std::string_view headers, Deadline deadline);

} // namespace kith::app
