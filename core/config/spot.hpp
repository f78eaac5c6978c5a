// SPDX-License-Identifier: MIT
#pragma once

#include <core/config/place.hpp>

#include <cstdint>
#include <string_view>

namespace kith::core {

// Where something stands: the place itself, or for what has none, that of what it belongs to.
struct Spot {
    const Place *place = nullptr;
    std::uint32_t at = 0; // of the value
    std::uint32_t key_at = 0;
    KeyPath path;

    Spot operator/(std::string_view key) const {
        const auto *below = place ? place->member(key) : nullptr;
        return {below, below ? below->value_at : at, below ? below->key_at : key_at, path / key};
    }
    Spot operator/(std::size_t index) const {
        const auto *below = place ? place->element(index) : nullptr;
        return {below, below ? below->value_at : at, below ? below->key_at : key_at, path / index};
    }
};

} // namespace kith::core
