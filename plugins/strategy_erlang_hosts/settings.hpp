// SPDX-License-Identifier: MIT
#pragma once

#include "node_name_glob.hpp"

#include <epmd_names/epmd_port.hpp>
#include <kith/options.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace erlang_hosts {

inline constexpr std::string_view options_schema = R"({
    "type": "object",
    "additionalProperties": false,
    "properties": {
        "file": {
            "description": "The file with the hosts. Empty: .hosts.erlang in the working directory, or else in $HOME, or else in $XDG_CONFIG_HOME/erlang (~/.config/erlang).",
            "type": "string",
            "default": "",
            "maxLength": 4096,
            "x-kith-file": "read"
        },
        "interval": {
            "description": "Time between queries of each host, varied by ±10 %. After a failure the delay starts shorter and increases up to 30 s.",
            "type": "integer",
            "default": 5000,
            "minimum": 100,
            "maximum": 86400000,
            "x-kith-unit": "ms"
        },
        "match": {
            "description": "Only nodes whose name, app@host, matches this glob, such as app@* or *@10.0.?.*; syntax as in policy.include. Empty: all.",
            "type": "string",
            "default": "",
            "maxLength": 1024
        },
        "port": {
            "description": "Port of every EPMD. 0: the environment variable ERL_EPMD_PORT, or else 4369.",
            "type": "integer",
            "default": 0,
            "minimum": 0,
            "maximum": 65535
        }
    }
})";

/// The environment variables that are read.
inline constexpr std::string_view variables_read[] = {epmd_names::port_variable, "HOME", "XDG_CONFIG_HOME"};

struct Settings {
    std::vector<std::string> files; // the first one that exists is used
    std::chrono::milliseconds interval{};
    std::optional<Glob> match;
    std::uint16_t port = 0;
};

/// Throws kith::error.
Settings read_settings(const kith::options &options, const kith::env &environment);

} // namespace erlang_hosts
