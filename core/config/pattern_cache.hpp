// SPDX-License-Identifier: MIT
//
// The regular expressions of a schema, each compiled once.
#pragma once

#include <map>
#include <optional>
#include <regex>
#include <string>

namespace kith::core {

class PatternCache {
  public:
    // nullptr for a pattern that is not valid.
    const std::regex *find(const std::string &pattern) {
        const auto [entry, added] = compiled_.try_emplace(pattern);
        if (added) entry->second = compile(pattern);
        return entry->second ? &*entry->second : nullptr;
    }

  private:
    static std::optional<std::regex> compile(const std::string &pattern) {
        try {
            return std::regex(pattern, std::regex::ECMAScript);
        } catch (const std::regex_error &) {
            return std::nullopt;
        }
    }

    std::map<std::string, std::optional<std::regex>> compiled_;
};

} // namespace kith::core
