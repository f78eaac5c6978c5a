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
            "description": "The program that gets the events on its standard input, one JSON object in a line: its absolute path, and its arguments. No shell reads them.",)";

inline constexpr std::string_view after_command = R"(
        },
        "timeout": {
            "description": "A program that does not take what is written to it within this time is ended, and run anew.",
            "type": "integer",
            "default": 10000,
            "minimum": 10,
            "maximum": 3600000,
            "x-kith-unit": "ms"
        },
        "drain": {
            "description": "At the end its input is closed, and it has this time to deal with what it has got.",
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
