// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace kith::testkit {

/// xoshiro256**, seeded by splitmix64. The same seed gives the same numbers on every platform.
class Random {
  public:
    explicit Random(std::uint64_t seed) noexcept {
        for (auto &word : state_) {
            seed += 0x9e3779b97f4a7c15u;
            std::uint64_t z = seed;
            z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
            z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
            word = z ^ (z >> 31);
        }
    }

    std::uint64_t next() noexcept {
        const auto rotated = [](std::uint64_t x, int by) { return (x << by) | (x >> (64 - by)); };
        const std::uint64_t out = rotated(state_[1] * 5, 7) * 9;
        const std::uint64_t shifted = state_[1] << 17;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= shifted;
        state_[3] = rotated(state_[3], 45);
        return out;
    }

    /// Between 0 and bound - 1; 0 for a bound of 0.
    std::uint64_t below(std::uint64_t bound) noexcept { return bound == 0 ? 0 : next() % bound; }

    /// Between low and high, both included.
    std::uint64_t between(std::uint64_t low, std::uint64_t high) noexcept { return low + below(high - low + 1); }

    void fill(void *out, std::size_t size) noexcept {
        auto *bytes = static_cast<unsigned char *>(out);
        while (size != 0) {
            std::uint64_t word = next();
            for (int i = 0; i < 8 && size != 0; ++i, --size, word >>= 8) *bytes++ = static_cast<unsigned char>(word);
        }
    }

  private:
    std::array<std::uint64_t, 4> state_{};
};

} // namespace kith::testkit
