// SPDX-License-Identifier: MIT
//
// Numbers as the network writes them. Reading checks nothing: the caller has counted the bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kith::erlang {

inline std::uint8_t read_u8(std::string_view bytes, std::size_t at = 0) noexcept {
    return static_cast<std::uint8_t>(bytes[at]);
}

inline std::uint16_t read_u16(std::string_view bytes, std::size_t at = 0) noexcept {
    return static_cast<std::uint16_t>(read_u8(bytes, at) << 8 | read_u8(bytes, at + 1));
}

inline std::uint32_t read_u32(std::string_view bytes, std::size_t at = 0) noexcept {
    return static_cast<std::uint32_t>(read_u16(bytes, at)) << 16 | read_u16(bytes, at + 2);
}

inline std::uint64_t read_u64(std::string_view bytes, std::size_t at = 0) noexcept {
    return static_cast<std::uint64_t>(read_u32(bytes, at)) << 32 | read_u32(bytes, at + 4);
}

inline void append_u8(std::string &out, std::uint8_t value) { out.push_back(static_cast<char>(value)); }

// One append for each number: the checks for room are made once, not for each byte.
template <unsigned size>
void append_bytes(std::string &out, std::uint64_t value) {
    char bytes[size];
    for (unsigned i = 0; i < size; ++i) bytes[i] = static_cast<char>(value >> (8 * (size - 1 - i)));
    out.append(bytes, size);
}

inline void append_u16(std::string &out, std::uint16_t value) { append_bytes<2>(out, value); }
inline void append_u32(std::string &out, std::uint32_t value) { append_bytes<4>(out, value); }
inline void append_u64(std::string &out, std::uint64_t value) { append_bytes<8>(out, value); }

/// Write over four bytes that are there already.
inline void put_u32(std::string &out, std::size_t at, std::uint32_t value) noexcept {
    for (unsigned i = 0; i < 4; ++i) out[at + i] = static_cast<char>(value >> (24 - 8 * i));
}

} // namespace kith::erlang
