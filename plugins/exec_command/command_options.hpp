// SPDX-License-Identifier: MIT
//
// Options that describe a program: a list of its absolute path and arguments, `environment`, `directory`; their schema, and how they are
// read.
#pragma once

#include <kith/options.hpp>
#include <kith/process.hpp>

#include <array>
#include <string>
#include <string_view>

namespace exec {

/// The schema of a command, without braces and description.
inline constexpr std::string_view command_schema = R"(
            "type": "array",
            "minItems": 1,
            "maxItems": 257,
            "items": [{
                "type": "string",
                "pattern": "^/[^\\u0000]*[^/\\u0000]$",
                "x-kith-expected": "the absolute path of a program, such as /usr/local/bin/peers",
                "x-kith-file": "execute"
            }],
            "additionalItems": {"type": "string"},
            "x-kith-expected": "a list of the absolute path of a program and its arguments")";

/// The schema of the options that all exec plugins have.
inline constexpr std::string_view common_options = R"(
        "environment": {
            "description": "Environment variables of the program; their values are never shown. Of kith's own variables it inherits only PATH, HOME, USER, LANG, TZ and TMPDIR.",
            "type": "object",
            "default": {},
            "additionalProperties": {"type": "string", "writeOnly": true}
        },
        "directory": {
            "description": "Working directory of the program.",
            "type": "string",
            "default": "/",
            "pattern": "^/",
            "x-kith-expected": "the absolute path of a directory"
        })";

/// Concatenates texts at compile time.
template <const std::string_view &...Parts>
struct concatenated {
    static constexpr auto characters = [] {
        std::array<char, (Parts.size() + ...)> out{};
        std::size_t at = 0;
        for (const auto part : {Parts...}) {
            for (const char c : part) out[at++] = c;
        }
        return out;
    }();
    static constexpr std::string_view value{characters.data(), characters.size()};
};

/// Reads the program from the options, without its limits. path: JSON pointer of the command.
inline kith::program command(const kith::options &options, std::string_view path) {
    kith::program out;
    for (const auto word : options.texts(path)) {
        if (out.path.empty()) {
            out.path = word;
        } else {
            out.arguments.emplace_back(word);
        }
    }
    const auto count = options.size("/environment");
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::string name(options.member("/environment", i));
        std::string pointer = "/environment/";
        for (const char c : name) pointer += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
        out.environment.push_back({name, std::string(options.text(pointer))});
    }
    out.directory = options.text("/directory");
    return out;
}

} // namespace exec
