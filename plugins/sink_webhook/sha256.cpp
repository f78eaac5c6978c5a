// SPDX-License-Identifier: MIT
#include "sha256.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace sink_webhook {

namespace {

constexpr std::size_t block_size = 64;

constexpr std::array<std::uint32_t, 64> round_constants = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01,
    0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
    0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08,
    0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

class Sha256 {
  public:
    void add(std::string_view text) {
        total_ += text.size();
        while (!text.empty()) {
            const std::size_t part = std::min(text.size(), block_size - used_);
            std::memcpy(block_.data() + used_, text.data(), part);
            used_ += part;
            text.remove_prefix(part);
            if (used_ == block_size) compress();
        }
    }

    Digest finish() {
        const std::uint64_t bits = total_ * 8;
        block_[used_++] = 0x80;
        if (used_ > block_size - sizeof bits) {
            std::fill(block_.begin() + static_cast<std::ptrdiff_t>(used_), block_.end(), std::uint8_t{0});
            compress();
        }
        std::fill(block_.begin() + static_cast<std::ptrdiff_t>(used_), block_.end(), std::uint8_t{0});
        for (std::size_t i = 0; i < sizeof bits; ++i) block_[block_size - 1 - i] = static_cast<std::uint8_t>(bits >> (8 * i));
        compress();
        Digest out{};
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(state_[i / 4] >> (24 - 8 * (i % 4)));
        return out;
    }

  private:
    void compress() {
        std::array<std::uint32_t, 64> w{};
        for (std::size_t i = 0; i < 16; ++i) {
            for (std::size_t byte = 0; byte < 4; ++byte) w[i] = w[i] << 8U | block_[4 * i + byte];
        }
        for (std::size_t i = 16; i < 64; ++i) {
            const std::uint32_t a = w[i - 15], b = w[i - 2];
            w[i] = w[i - 16] + (std::rotr(a, 7) ^ std::rotr(a, 18) ^ a >> 3U) + w[i - 7] +
                   (std::rotr(b, 17) ^ std::rotr(b, 19) ^ b >> 10U);
        }
        std::array<std::uint32_t, 8> s = state_;
        for (std::size_t i = 0; i < 64; ++i) {
            const std::uint32_t one = s[7] + (std::rotr(s[4], 6) ^ std::rotr(s[4], 11) ^ std::rotr(s[4], 25)) +
                                      ((s[4] & s[5]) ^ (~s[4] & s[6])) + round_constants[i] + w[i];
            const std::uint32_t two = (std::rotr(s[0], 2) ^ std::rotr(s[0], 13) ^ std::rotr(s[0], 22)) +
                                      ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
            s = {one + two, s[0], s[1], s[2], s[3] + one, s[4], s[5], s[6]};
        }
        for (std::size_t i = 0; i < s.size(); ++i) state_[i] += s[i];
        used_ = 0;
    }

    std::array<std::uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                           0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::array<std::uint8_t, block_size> block_{};
    std::size_t used_ = 0;
    std::uint64_t total_ = 0;
};

std::string_view as_text(const Digest &digest) { return {reinterpret_cast<const char *>(digest.data()), digest.size()}; }

} // namespace

Digest sha256(std::string_view text) {
    Sha256 sum;
    sum.add(text);
    return sum.finish();
}

Digest hmac_sha256(std::string_view key, std::string_view a, std::string_view b) {
    std::string padded(key.size() > block_size ? as_text(sha256(key)) : key);
    padded.resize(block_size);
    const auto mixed = [&](unsigned char with) {
        std::string out = padded;
        for (char &c : out) c = static_cast<char>(static_cast<unsigned char>(c) ^ with);
        return out;
    };
    Sha256 inner, outer;
    inner.add(mixed(0x36));
    inner.add(a);
    inner.add(b);
    outer.add(mixed(0x5c));
    outer.add(as_text(inner.finish()));
    return outer.finish();
}

std::string hexadecimal(const Digest &digest) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const std::uint8_t byte : digest) out += {digits[byte >> 4U], digits[byte & 15U]};
    return out;
}

} // namespace sink_webhook
