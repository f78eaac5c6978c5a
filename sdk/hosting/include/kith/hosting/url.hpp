// SPDX-License-Identifier: MIT
//
// Parses the URLs of kith.http/1, for every world: http or https, a host, optionally a port, a path and a query. Parts that
// could mislead the reader of a configuration (a user, spaces, control characters, a second host) are refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kith {

struct Url {
    bool secure = false;
    std::string host;       ///< in lower case; a numeric IPv6 address without its brackets
    std::uint16_t port = 0; ///< not 0
    std::string target;     ///< path and query, as they are sent; begins with '/'

    /// Returns nullopt with the error and what was expected in `why`.
    static std::optional<Url> parse(std::string_view text, std::string &why);
    /// What is wrong with it; empty: nothing.
    static std::string fault_of(std::string_view text);

    bool numeric_v6() const noexcept { return host.find(':') != std::string::npos; }
    /// Host and port as in a header or URL; the default port of the scheme is omitted.
    std::string authority() const;
    /// "https://host:port", always with the port.
    std::string origin() const;
    /// The target without the query, which may contain a secret.
    std::string_view path() const noexcept;
    /// Whether the host is this machine by its literal name or address, such as localhost.
    bool loopback() const noexcept;
};

} // namespace kith
