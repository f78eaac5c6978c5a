// SPDX-License-Identifier: MIT
#include "core/loader/sha256_pin.hpp"

#include <sha2.h>

#include <array>
#include <cstdint>

namespace kith::core {

std::string to_string(const Pin &pin) { return "sha256:" + pin.sha256 + (pin.file.empty() ? "" : " " + pin.file); }

std::string sha256(std::span<const std::byte> bytes) {
    std::array<char, SHA256_DIGEST_STRING_LENGTH> text{};
    SHA256Data(reinterpret_cast<const std::uint8_t *>(bytes.data()), bytes.size(), text.data());
    return text.data();
}

} // namespace kith::core
