// SPDX-License-Identifier: MIT
#include "sha256.hpp"

#include <sha2.h>

#include <array>

namespace sink_webhook {

namespace {

constexpr std::size_t block_size = SHA256_BLOCK_LENGTH;

class Sha256 {
  public:
    Sha256() { SHA256Init(&state_); }
    void add(std::string_view text) { SHA256Update(&state_, reinterpret_cast<const std::uint8_t *>(text.data()), text.size()); }
    Digest finish() {
        Digest out{};
        SHA256Final(out.data(), &state_);
        return out;
    }

  private:
    SHA2_CTX state_{};
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
