// SPDX-License-Identifier: MIT
//
// The offset of each key and value of a JSON text, as a tree of the same shape as the value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace kith::core {

struct SourceMap {
    std::uint32_t key_at = 0; // offset of the key in the text; of the value when there is no key
    std::uint32_t value_at = 0;
    bool substituted = false; // a part of the string comes from ${...}, so it may be a secret
    bool broken = false;      // its ${...} has an error that was reported: the value is not checked
    bool whole = false;       // the whole string comes from ${...}: it may stand for a number or a boolean
    std::map<std::string, SourceMap, std::less<>> members;
    std::vector<SourceMap> elements;

    // Null when the value is not in the text, such as a default.
    const SourceMap *member(std::string_view key) const;
    const SourceMap *element(std::size_t index) const;
};

} // namespace kith::core
