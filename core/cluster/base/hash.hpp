// SPDX-License-Identifier: MIT
//
// A fast hash of bytes for the tables of core/cluster. It has no per-process seed: the order of a table never reaches an
// output, and the number of entries is limited, so good mixing is sufficient against chosen keys.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace kith::core {

inline std::uint64_t hash_mix(std::uint64_t a, std::uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

inline std::size_t hash_bytes(std::string_view text) {
    constexpr std::uint64_t k0 = 0xa0761d6478bd642fU;
    constexpr std::uint64_t k1 = 0xe7037ed1a0b428dbU;
    const char *p = text.data();
    std::size_t left = text.size();
    std::uint64_t state = k0 ^ left;
    const auto load = [](const char *from, std::size_t bytes) {
        std::uint64_t word = 0;
        std::memcpy(&word, from, bytes);
        return word;
    };
    while (left > 16) {
        state = hash_mix(load(p, 8) ^ k1, load(p + 8, 8) ^ state);
        p += 16;
        left -= 16;
    }
    const std::uint64_t a = left > 8 ? load(p, 8) : left != 0 ? load(p, left) : 0;
    const std::uint64_t b = left > 8 ? load(p + 8, left - 8) : 0;
    return hash_mix(k1 ^ text.size(), hash_mix(a ^ k1, b ^ state));
}

} // namespace kith::core
