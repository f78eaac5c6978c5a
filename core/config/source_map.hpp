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
    std::uint32_t key_at = 0; // offset in the text; of the value where there is no key
    std::uint32_t value_at = 0;
    bool substituted = false; // some of the string came out of ${...}: it may be a secret
    bool broken = false;      // of ${...}, an error that was told: it is not looked at again
    bool whole = false;       // all of it did: it may stand for a number or a boolean
    std::map<std::string, SourceMap, std::less<>> members;
    std::vector<SourceMap> elements;

    // Null where there is none, such as for a default.
    const SourceMap *member(std::string_view key) const;
    const SourceMap *element(std::size_t index) const;
};

} // namespace kith::core
