// SPDX-License-Identifier: MIT
#pragma once

#include "exec_command/command_options.hpp"

namespace strategy_exec {

inline constexpr std::string_view before_command = R"({
    "type": "object",
    "additionalProperties": false,
    "required": ["command"],
    "properties": {
        "command": {
            "description": "The program that says the peers: its absolute path, and its arguments. No shell reads them.",)";

inline constexpr std::string_view after_command = R"(
        },
        "watch": {
            "description": "The program goes on running, and says a whole set whenever it changes. Otherwise it says one and exits with 0, and is run again and again.",
            "type": "boolean",
            "default": false
        },
        "polling_interval": {
            "description": "Without `watch`: time between two runs, give or take a tenth. After a failure the next one comes sooner, then ever later, up to 30 s.",
            "type": "integer",
            "default": 5000,
            "minimum": 100,
            "maximum": 86400000,
            "x-kith-unit": "ms"
        },
        "timeout": {
            "description": "A run that takes longer is ended. With `watch`: time until the first set is there.",
            "type": "integer",
            "default": 10000,
            "minimum": 10,
            "maximum": 3600000,
            "x-kith-unit": "ms"
        },
        "max_output": {
            "description": "A set that is larger is refused, and the program is ended.",
            "type": "integer",
            "default": 1048576,
            "minimum": 16,
            "maximum": 67108864,
            "x-kith-unit": "bytes"
        },
        "authenticated": {
            "description": "True: nobody without a credential can bring the program to name a peer. You say so; kith cannot know.",
            "type": "boolean",
            "default": false
        },)";

inline constexpr std::string_view after_all = R"(
    },
    "x-kith-authenticated": {"properties": {"authenticated": {"const": true}}, "required": ["authenticated"]}
})";

inline constexpr std::string_view schema =
    exec::concatenated<before_command, exec::command_schema, after_command, exec::common_options, after_all>::value;

} // namespace strategy_exec
