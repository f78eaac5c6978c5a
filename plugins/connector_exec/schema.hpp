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
            "description": "The program that joins a peer: its absolute path, and its arguments. In these {name}, {key} and {ATTRIBUTE} are replaced; no shell reads them. Exit code 0: it has, or had.",)";

inline constexpr std::string_view before_disconnect = R"(
        },
        "disconnect": {
            "description": "The program that parts a peer, in the same way. Without it parting always succeeds and does nothing.",)";

inline constexpr std::string_view before_list = R"(
        },
        "list": {
            "description": "The program that says the links of the node as they are, as the strategy `exec` does with peers. Without it whatever `connect` has joined counts as linked.",)";

inline constexpr std::string_view after_list = R"(
        },
        "list_interval": {
            "description": "Time between two runs of `list`, give or take a tenth; it is run after each connect and disconnect, too.",
            "type": "integer",
            "default": 5000,
            "minimum": 100,
            "maximum": 86400000,
            "x-kith-unit": "ms"
        },
        "timeout": {
            "description": "A run that takes longer is ended, and has failed; less than `policy.connect_timeout`, which would end it without a reason.",
            "type": "integer",
            "default": 7000,
            "minimum": 10,
            "maximum": 3600000,
            "x-kith-unit": "ms"
        },
        "parallel": {
            "description": "Connects and disconnects that run at the same time.",
            "type": "integer",
            "default": 8,
            "minimum": 1,
            "maximum": 32
        },
        "max_output": {
            "description": "When `list` says more it is ended, and has failed.",
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
