// SPDX-License-Identifier: MIT
//
// Contents of cookie files, and the cookie that Erlang takes of each; nothing: it refuses the file. A test with a real node proves them.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kith::erlang::test {

inline std::vector<std::pair<std::string, std::optional<std::string>>> cookie_file_cases() {
    const std::string longest(255, 'a');
    return {
        {"secret", "secret"},
        {"secret\n", "secret"},
        {"secret\r\n", "secret"},
        {"secret\r", "secret"},
        {"secret\n\n\r\n", "secret"},
        {"secret \n", "secret "},
        {"sec ret\n", "sec ret"},
        {" secret", " secret"},
        {" ", " "},
        {"secret \r\n \n", "secret "},
        {"~!\"'\\{}\n", "~!\"'\\{}"},
        {longest + "\n", longest},
        {longest + "a\n", std::nullopt},
        {"\tsecret", std::nullopt},
        {"secret\t\n", std::nullopt},
        {"secret\nmore\n", std::nullopt},
        {"secret\n\t", std::nullopt},
        {"\nsecret", std::nullopt},
        {"\n secret", std::nullopt},
        {"\n ", std::nullopt},
        {"", std::nullopt},
        {"\n", std::nullopt},
        {"s\xc3\xa9"
         "cret",
         std::nullopt},
        {"s\xe9"
         "cret",
         std::nullopt},
        {std::string("s\0t\n", 4), std::nullopt},
        {"\x7f", std::nullopt},
    };
}

} // namespace kith::erlang::test
