// SPDX-License-Identifier: MIT
//
// A hash of names under a secret seed, so that colliding names cannot be chosen.
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
    const auto word_at = [](const char *at) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, sizeof word);
        return word;
    };
    std::uint64_t state = seed ^ (0x9e3779b97f4a7c15U * (text.size() + 1));
    std::uint64_t last = 0;
    if (text.size() >= sizeof last) {
        const char *const end = text.data() + text.size() - sizeof last;
        for (const char *at = text.data(); at < end; at += sizeof last)
            state = fold(state ^ word_at(at), 0xa0761d6478bd642fU ^ seed);
        last = word_at(end); // some of it again, rather than less than a word
    } else if (!text.empty()) {
        std::memcpy(&last, text.data(), text.size());
    }
    state = fold(state ^ last, 0xe7037ed1a0b428dbU ^ seed);
    return fold(state, 0x8ebc6af09c88c6e3U);
}

} // namespace gossip
