// SPDX-License-Identifier: MIT
//
// The options of a node's -ssl_dist_optfile for the connections that it makes itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kith::erlang {

struct SslDistOptions {
    /// Of `client`; certificate and key are those of `server` where `client` has none, and so are the authorities.
    std::string cacertfile, certfile, keyfile, password;
    std::optional<bool> verify;                     // of `client`: verify_peer or verify_none
    std::uint32_t min_version = 0, max_version = 0; // 0: it lists none that is known
    std::vector<std::string> passed_over;           // options of `client` that concern whom it trusts, and are not read
    std::string fault;                              // why the file is of no use; empty: it is
};

SslDistOptions parse_ssl_dist_optfile(std::string_view text);

} // namespace kith::erlang
