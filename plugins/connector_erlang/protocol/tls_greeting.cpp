// SPDX-License-Identifier: MIT
#include "tls_greeting.hpp"

#include "big_endian.hpp"

#include <cstdint>
#include <initializer_list>

namespace kith::erlang {
namespace {

constexpr std::size_t whole = 2 + 0x1603; // a record begins with 22, 3: the length of a frame of the distribution

void append_list(std::string &out, std::initializer_list<std::uint16_t> values) {
    append_u16(out, static_cast<std::uint16_t>(2 * values.size()));
    for (const std::uint16_t value : values) append_u16(out, value);
}

void append_extension(std::string &out, std::uint16_t type, const std::string &body) {
    append_u16(out, type);
    append_u16(out, static_cast<std::uint16_t>(body.size()));
    out += body;
}

std::string extension_list(std::initializer_list<std::uint16_t> values) {
    std::string body;
    append_list(body, values);
    return body;
}

} // namespace

std::string tls_greeting(std::span<const std::byte, 32> random) {
    std::string hello;
    append_u16(hello, 0x0303);
    hello.append(reinterpret_cast<const char *>(random.data()), random.size());
    append_u8(hello, 0); // no session
    append_list(hello,
                {0x1301, 0x1302, 0x1303, 0xc02b, 0xc02c, 0xc02f, 0xc030, 0xcca8, 0xcca9, 0x009c, 0x009d, 0x002f, 0x0035});
    append_u8(hello, 1);
    append_u8(hello, 0); // no compression

    std::string extensions;
    append_extension(extensions, 10, extension_list({0x001d, 0x0017, 0x0018, 0x0019})); // supported_groups
    append_extension(extensions, 11, std::string("\x01\x00", 2));                       // ec_point_formats
    append_extension(extensions, 13,                                                    // signature_algorithms
                     extension_list({0x0403, 0x0503, 0x0603, 0x0807, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0201}));
    append_extension(extensions, 43, std::string("\x04\x03\x04\x03\x03", 5)); // supported_versions: 1.3, 1.2
    append_extension(extensions, 51, std::string("\x00\x00", 2));             // key_share: the server chooses
    const std::size_t before = 5 + 4 + hello.size() + 2 + extensions.size() + 4;
    append_extension(extensions, 21, std::string(whole - before, '\0')); // padding
    append_u16(hello, static_cast<std::uint16_t>(extensions.size()));
    hello += extensions;

    std::string out;
    append_u8(out, 22); // handshake
    append_u16(out, 0x0301);
    append_u16(out, static_cast<std::uint16_t>(4 + hello.size()));
    append_u8(out, 1); // client_hello
    append_u8(out, 0);
    append_u16(out, static_cast<std::uint16_t>(hello.size()));
    return out + hello;
}

} // namespace kith::erlang
