// SPDX-License-Identifier: MIT
//
// Names in the handshake are Latin-1: Erlang sends the characters of the atom as bytes. Everywhere else here they are UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace kith::erlang {

/// As it is when it has a character beyond U+00FF, which no node's name has.
inline std::string latin1_of(std::string_view utf8) {
    std::string out;
    for (std::size_t i = 0; i < utf8.size(); ++i) {
        const auto byte = static_cast<unsigned char>(utf8[i]);
        if (byte < 0x80) {
            out += utf8[i];
        } else if ((byte == 0xc2 || byte == 0xc3) && i + 1 < utf8.size()) {
            out += static_cast<char>((byte & 3U) << 6U | (static_cast<unsigned char>(utf8[++i]) & 0x3fU));
        } else {
            return std::string(utf8);
        }
    }
    return out;
}

inline std::string utf8_of_latin1(std::string_view latin1) {
    std::string out;
    for (const char c : latin1) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) {
            out += c;
        } else {
            (out += static_cast<char>(0xc0U | byte >> 6U)) += static_cast<char>(0x80U | (byte & 0x3fU));
        }
    }
    return out;
}

} // namespace kith::erlang
