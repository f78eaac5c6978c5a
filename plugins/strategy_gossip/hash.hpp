// SPDX-License-Identifier: MIT
//
// A hash of names under a secret seed: who floods us with names cannot choose them to collide.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace gossip {

/// Both halves of the product, folded.
[[nodiscard]] inline std::uint64_t fold(std::uint64_t a, std::uint64_t b) noexcept {
    __extension__ using Wide = unsigned __int128;
    const Wide product = Wide{a} * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

[[nodiscard]] inline std::uint64_t hash_of(std::string_view text, std::uint64_t seed) noexcept {
    std::uint64_t state = seed ^ (0x9e3779b97f4a7c15U * (text.size() + 1));
    for (; text.size() > 8; text.remove_prefix(8)) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data(), 8);
        state = fold(state ^ word, 0xa0761d6478bd642fU ^ seed);
    }
    std::uint64_t word = 0;
    if (!text.empty()) std::memcpy(&word, text.data(), text.size());
    state = fold(state ^ word, 0xe7037ed1a0b428dbU ^ seed);
    return fold(state, 0x8ebc6af09c88c6e3U);
}

} // namespace gossip
