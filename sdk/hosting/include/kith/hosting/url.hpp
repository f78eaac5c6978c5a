// SPDX-License-Identifier: MIT
//
// The URLs that kith.http/1 takes, read the same way in every world: http or https, a host, perhaps a port, a path, a query. What
// could hide something from the reader of a configuration (a user, spaces, control characters, a second host) is refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kith {

struct Url {
    bool secure = false;
    std::string host;       ///< in lower case; a numeric IPv6 address without its brackets
    std::uint16_t port = 0; ///< never 0
    std::string target;     ///< path and query, as they are sent; begins with '/'

    /// nullopt and `why`: what is wrong with it and what is expected.
    static std::optional<Url> parse(std::string_view text, std::string &why);

    bool numeric_v6() const noexcept { return host.find(':') != std::string::npos; }
    /// Host and port as a header or a URL tells them; the scheme's own port is left out.
    std::string authority() const;
    /// "https://host:port", with the port always.
    std::string origin() const;
    /// Of the target, without the query, which may hold a secret.
    std::string_view path() const noexcept;
    /// Is it this machine by its very name?
    bool loopback() const noexcept;
};

} // namespace kith
