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
            "description": "The program that prints the peers: its absolute path and its arguments. It is run without a shell.",)";

inline constexpr std::string_view after_command = R"(
        },
        "watch": {
            "description": "The program keeps running, and prints the whole set whenever it changes. Otherwise it prints the set and exits with 0, and is run again periodically.",
            "type": "boolean",
            "default": false
        },
        "polling_interval": {
            "description": "Without `watch`: time between two runs, varied by ±10 %. After a failure the delay starts shorter and increases up to 30 s.",
            "type": "integer",
            "default": 5000,
            "minimum": 100,
            "maximum": 86400000,
            "x-kith-unit": "ms"
        },
        "timeout": {
            "description": "Time limit of a run; a longer one is ended. With `watch`: time limit for the first set.",
            "type": "integer",
            "default": 10000,
            "minimum": 10,
            "maximum": 3600000,
            "x-kith-unit": "ms"
        },
        "max_output": {
            "description": "Maximum size of a set; with a larger one the program is ended and the set is refused.",
            "type": "integer",
            "default": 1048576,
            "minimum": 16,
            "maximum": 67108864,
            "x-kith-unit": "bytes"
        },
        "authenticated": {
            "description": "Declare that only authenticated parties can make the program print a peer; kith cannot verify this.",
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
