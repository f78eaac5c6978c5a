// SPDX-License-Identifier: MIT
#pragma once

#include <core/config/key_path.hpp>
#include <core/config/source_map.hpp>

#include <cstdint>
#include <string_view>

namespace kith::core {

// The position of a value in the file. A value that is not in the file, such as a default, has the position of the value around
// it.
struct SourceLocation {
    const SourceMap *source_map = nullptr;
    std::uint32_t at = 0; // offset of the value
    std::uint32_t key_at = 0;
    KeyPath path;

    SourceLocation operator/(std::string_view key) const {
        const auto *below = source_map ? source_map->member(key) : nullptr;
        return {below, below ? below->value_at : at, below ? below->key_at : key_at, path / key};
    }
    SourceLocation operator/(std::size_t index) const {
        const auto *below = source_map ? source_map->element(index) : nullptr;
        return {below, below ? below->value_at : at, below ? below->key_at : key_at, path / index};
    }
};

} // namespace kith::core
