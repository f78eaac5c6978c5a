// SPDX-License-Identifier: MIT
#include <core/engine/address_class.hpp>

#include <algorithm>
#include <array>
#include <cstdint>

namespace kith::core {

namespace {

using Bytes = std::array<std::uint8_t, 16>;
using Bytes4 = std::array<std::uint8_t, 4>;

constexpr Bytes loopback6{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
constexpr Bytes amazon6{0xfd, 0x00, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54};
constexpr Bytes4 alibaba{100, 100, 100, 200}, azure{168, 63, 129, 16};

template <std::size_t N>
bool is(const kith_address &address, const std::array<std::uint8_t, N> &bytes) noexcept {
    return std::equal(bytes.begin(), bytes.end(), address.bytes);
}

} // namespace

bool is_unspecified(const kith_address &plain) noexcept {
    return plain.family == KITH_ADDRESS_IPV6 ? is(plain, Bytes{}) : plain.bytes[0] == 0;
}

std::string_view protected_class(const kith_address &plain) noexcept {
    const bool v6 = plain.family == KITH_ADDRESS_IPV6;
    const std::uint8_t first = plain.bytes[0], second = plain.bytes[1];
    if (is_unspecified(plain)) return "an address of this machine itself";
    if (v6 ? is(plain, loopback6) : first == 127) return "a loopback address";
    if (v6 ? first == 0xfe && (second & 0xc0U) == 0x80 : first == 169 && second == 254) return "a link-local address";
    if (v6 ? is(plain, amazon6) : is(plain, alibaba) || is(plain, azure)) return "the address of a metadata service";
    return {};
}

} // namespace kith::core
