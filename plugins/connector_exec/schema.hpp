// SPDX-License-Identifier: MIT
#pragma once

#include "exec_command/command_options.hpp"

namespace connector_exec {

inline constexpr std::string_view before_connect = R"({
    "type": "object",
    "additionalProperties": false,
    "required": ["node", "connect"],
    "properties": {
        "node": {
            "description": "Name of the local node, such as app@10.0.0.7; a peer of this name is the node itself.",
            "type": "string",
            "minLength": 1,
            "maxLength": 1024,
            "x-kith-node-name": "any"
        },
        "connect": {
            "description": "The program that connects a peer: its absolute path and its arguments, in which {name}, {key} and {ATTRIBUTE} are replaced. It is run without a shell. Exit code 0: the peer is connected.",)";

inline constexpr std::string_view before_disconnect = R"(
        },
        "disconnect": {
            "description": "The program that disconnects a peer, in the same form. Without it a disconnect has no effect and always succeeds.",)";

inline constexpr std::string_view before_list = R"(
        },
        "list": {
            "description": "The program that prints the current links of the node, in the format of the strategy `exec`. Without it every peer that `connect` has connected counts as linked.",)";

inline constexpr std::string_view after_list = R"(
        },
        "list_interval": {
            "description": "Time between two runs of `list`, varied by ±10 %. It is also run after each connect and disconnect.",
            "type": "integer",
            "default": 5000,
            "minimum": 100,
            "maximum": 86400000,
            "x-kith-unit": "ms"
        },
        "timeout": {
            "description": "Time limit of a run; a longer one is ended and has failed. It must be less than `policy.connect_timeout`, which would end it without a reason.",
            "type": "integer",
            "default": 7000,
            "minimum": 10,
            "maximum": 3600000,
            "x-kith-unit": "ms"
        },
        "parallel": {
            "description": "Maximum number of connects and disconnects that run at the same time.",
            "type": "integer",
            "default": 8,
            "minimum": 1,
            "maximum": 32
        },
        "max_output": {
            "description": "Maximum size of the output of `list`; with more it is ended and has failed.",
            "type": "integer",
            "default": 1048576,
            "minimum": 16,
            "maximum": 67108864,
            "x-kith-unit": "bytes"
        },)";

inline constexpr std::string_view after_all = R"(
    }
})";

inline constexpr std::string_view schema =
    exec::concatenated<before_connect, exec::command_schema, before_disconnect, exec::command_schema, before_list,
                       exec::command_schema, after_list, exec::common_options, after_all>::value;

} // namespace connector_exec
