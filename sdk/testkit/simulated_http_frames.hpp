// SPDX-License-Identifier: MIT
//
// The frames that a simulated HTTP client and server exchange over a simulated stream. They are not HTTP: plugins see only
// messages, and malformed HTTP messages are tested in the real world.
#pragma once

#include "fifo.hpp"

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kith::testkit {

struct SimulatedHttpFrame {
    enum Kind : char {
        hello = 'T',       ///< client: the name of the server, its own certificate
        certificate = 'C', ///< server: "system" or "authority", its text, "expired" or "valid", names
        refused = 'X',     ///< server: rejects the client's certificate
        request = 'R',     ///< client: method, target, body, then names and values of headers
        head = 'A',        ///< server: code, Content-Length or "", "close" or "keep", then names and values
        piece = 'B',       ///< server: bytes of the body
        end = 'E',         ///< server: end of the body
        garbage = 'G',     ///< server: bytes that are not HTTP, or not TLS
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

inline std::string packed(const SimulatedHttpFrame &frame) {
    std::string words;
    for (const auto &word : frame.words) {
        append_number(words, word.size());
        words += word;
    }
    std::string out(1, frame.kind);
    append_number(out, words.size());
    return out + words;
}

/// Takes the first frame; false: it is incomplete.
inline bool unpack(Fifo &in, SimulatedHttpFrame &out) {
    std::uint32_t size = 0;
    constexpr std::size_t before = 1 + sizeof size;
    const std::string_view bytes = in.view();
    if (bytes.size() < before) return false;
    std::memcpy(&size, bytes.data() + 1, sizeof size);
    if (bytes.size() < before + size) return false;
    out.kind = static_cast<SimulatedHttpFrame::Kind>(bytes[0]);
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
