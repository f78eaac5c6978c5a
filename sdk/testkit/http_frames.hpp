// SPDX-License-Identifier: MIT
//
// What a simulated HTTP client and server say to each other over a simulated stream. It is not HTTP: what the real thing does with
// malformed messages is tested in the real world, and plugins see messages only.
#pragma once

#include "fifo.hpp"

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kith::testkit {

struct HttpFrame {
    enum Kind : char {
        hello = 'T',       ///< client: the name it wants to speak to, its certificate
        certificate = 'C', ///< server: "system" or "authority", its text, "expired" or "valid", names
        refused = 'X',     ///< server: not with that certificate
        request = 'R',     ///< client: method, target, body, then names and values of headers
        head = 'A',        ///< server: code, Content-Length or "", "close" or "keep", then names and values
        piece = 'B',       ///< server: bytes of the body
        end = 'E',         ///< server: of the body
        garbage = 'G',     ///< server: what is not HTTP, or not TLS
    };
    Kind kind = garbage;
    std::vector<std::string> words;
};

inline void append_number(std::string &out, std::size_t number) {
    const auto value = static_cast<std::uint32_t>(number);
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    out.append(bytes, sizeof bytes);
}

inline std::string packed(const HttpFrame &frame) {
    std::string words;
    for (const auto &word : frame.words) {
        append_number(words, word.size());
        words += word;
    }
    std::string out(1, frame.kind);
    append_number(out, words.size());
    return out + words;
}

/// Take the first frame off; false: it is not all there yet.
inline bool unpack(Fifo &in, HttpFrame &out) {
    std::uint32_t size = 0;
    constexpr std::size_t before = 1 + sizeof size;
    const std::string_view bytes = in.view();
    if (bytes.size() < before) return false;
    std::memcpy(&size, bytes.data() + 1, sizeof size);
    if (bytes.size() < before + size) return false;
    out.kind = static_cast<HttpFrame::Kind>(bytes[0]);
    out.words.clear();
    for (std::size_t at = before; at < before + size;) {
        std::uint32_t length = 0;
        std::memcpy(&length, bytes.data() + at, sizeof length);
        out.words.emplace_back(bytes.substr(at + sizeof length, length));
        at += sizeof length + length;
    }
    in.drop(before + size);
    return true;
}

} // namespace kith::testkit
