// SPDX-License-Identifier: MIT
//
// A program as the options name it: a list of its absolute path and its arguments, `environment`, `directory`.
#pragma once

#include <kith/options.hpp>
#include <kith/process.hpp>

#include <array>
#include <string>
#include <string_view>

namespace exec {

/// The rule for a command in a schema, without its description.
inline constexpr std::string_view command_schema = R"(
            "type": "array",
            "minItems": 1,
            "maxItems": 257,
            "items": [{
                "type": "string",
                "pattern": "^/[^\\u0000]*[^/\\u0000]$",
                "x-kith-expected": "the absolute path of a program, such as /usr/local/bin/peers"
            }],
            "additionalItems": {"type": "string"},
            "x-kith-expected": "a list of the absolute path of a program and its arguments")";

/// Options that every plugin of this kind has, for its schema.
inline constexpr std::string_view common_options = R"(
        "environment": {
            "description": "Variables for the program; their values are shown nowhere. Of kith's own it gets PATH, HOME, USER, LANG, TZ and TMPDIR, and no other.",
            "type": "object",
            "default": {},
            "additionalProperties": {"type": "string", "writeOnly": true}
        },
        "directory": {
            "description": "Where the program is run.",
            "type": "string",
            "default": "/",
            "pattern": "^/",
            "x-kith-expected": "the absolute path of a directory"
        })";

/// Texts, one behind the other.
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

/// What is run, without its limits.
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
