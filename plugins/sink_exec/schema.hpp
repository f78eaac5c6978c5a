// SPDX-License-Identifier: MIT
#pragma once

#include "exec_command/command_options.hpp"

namespace sink_exec {

inline constexpr std::string_view before_command = R"({
    "type": "object",
    "additionalProperties": false,
    "required": ["command"],
    "properties": {
        "command": {
            "description": "The program that receives the events on its standard input, one JSON object in each line: its absolute path and its arguments. It is run without a shell.",)";

inline constexpr std::string_view after_command = R"(
        },
        "timeout": {
            "description": "Time limit for writing to the program; if it does not read within this time, it is ended and restarted.",
            "type": "integer",
            "default": 10000,
            "minimum": 10,
            "maximum": 3600000,
            "x-kith-unit": "ms"
        },
        "drain": {
            "description": "When kith stops, the program's input is closed; after this time the program is ended.",
            "type": "integer",
            "default": 2000,
            "minimum": 0,
            "maximum": 4000,
            "x-kith-unit": "ms"
        },)";

inline constexpr std::string_view after_all = R"(
    }
})";

inline constexpr std::string_view schema =
    exec::concatenated<before_command, exec::command_schema, after_command, exec::common_options, after_all>::value;

} // namespace sink_exec
