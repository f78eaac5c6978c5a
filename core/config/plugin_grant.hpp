// SPDX-License-Identifier: MIT
//
// One grant of `plugins.grants`: a right that an isolated plugin does not have by itself.
//
// | text | permits |
// |---|---|
// | `process` | running programs, which have all rights of kith |
// | `file:/etc/x/*` | files whose path matches; * and the other wildcards of globs match within one name, never a `/` |
// | `tcp:127.0.0.1:8500`, `udp:[fe80::1]:53`, `tcp:10.0.0.0/8:*` | connecting and sending to these addresses, and listening there |
// | `env:X_TOKEN` | the environment variable, if the plugin's descriptor names it |
// | `authenticated` | what the plugin declares to be authenticated counts as such |
// | `foreign_io` | the sockets of its own that the plugin declares: foreign_io_check.hpp |
//
// The path of a file is compared as it is written: a symbolic link at a granted path is followed, so who can make one there decides which
// file is read. A path with `..` never matches, because a symbolic link before it would lead elsewhere.
#pragma once

#include <kith/service/udp.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kith::core {

struct PluginGrant {
    enum class Kind : std::uint8_t { process, file, tcp, udp, env, authenticated, foreign_io };

    Kind kind = Kind::process;
    std::string text{};     // of file and env: what stands after the colon
    kith_address network{}; // of tcp and udp; its port is 0 if all ports are granted
    unsigned bits = 0;      // of the network that must be equal

    bool covers_path(std::string_view path) const;
    // address: as from plain_address.
    bool covers_address(const kith_address &address) const;
};

// Nothing, with what is expected in `why`, when the text is no grant.
std::optional<PluginGrant> parse_grant(std::string_view text, std::string &why);

// The grants of one file.
struct FileGrants {
    std::string file;                // name of the file, without directories
    std::vector<std::string> grants; // valid

    bool operator==(const FileGrants &) const = default;
    bool has(std::string_view grant) const;
};

// The IPv4 address that an IPv6 address contains, if it leads to that address: ::ffff:10.0.0.7 (RFC 4291), ::ffff:0:10.0.0.7 and
// 64:ff9b::10.0.0.7 (RFC 6052), 2002:a00:7:: (RFC 3056), ::10.0.0.7. Otherwise the address itself.
kith_address plain_address(const kith_address &address);

} // namespace kith::core
