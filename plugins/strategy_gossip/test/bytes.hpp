// SPDX-License-Identifier: MIT
//
// Packets as the tests write them, and those that were captured from libcluster.
#pragma once

#include "heartbeat_packet.hpp"

#include <cstdio>
#include <fstream>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace gossip::test {

inline std::string text_of(Bytes bytes) { return {reinterpret_cast<const char *>(bytes.data()), bytes.size()}; }
inline Bytes bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

inline std::string bytes(std::initializer_list<int> values) {
    std::string out;
    for (const int value : values) out += static_cast<char>(value);
    return out;
}

inline std::string from_hex(std::string_view hex) {
    std::string out;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        out += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    return out;
}

inline std::string to_hex(std::string_view raw) {
    std::string out;
    for (const char c : raw) {
        char two[3];
        std::snprintf(two, sizeof two, "%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
        out += two;
    }
    return out;
}

/// An atom of any of the four tags.
inline std::string atom(int tag, std::string_view text) {
    const auto size = static_cast<int>(text.size());
    std::string out = tag == 115 || tag == 119 ? bytes({tag, size}) : bytes({tag, size >> 8, size & 0xff});
    return out.append(text);
}

/// A heartbeat of these tags.
inline std::string heartbeat(std::string_view name, int tag = 100) {
    return "heartbeat::" + bytes({131, 116, 0, 0, 0, 1}) + atom(tag, "node") + atom(tag, name);
}

/// A packet that libcluster has sent.
struct Captured {
    std::string name, secret, packet;
};

inline std::vector<Captured> captured() {
    std::ifstream file(KITH_SOURCE_DIR "/tests/vectors/gossip.txt");
    std::vector<Captured> out;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line.front() == '#') continue;
        const auto first = line.find('\t'), second = line.find('\t', first + 1);
        if (second == std::string::npos) throw std::runtime_error("tests/vectors/gossip.txt: not three columns: " + line);
        out.push_back({line.substr(0, first), line.substr(first + 1, second - first - 1),
                       from_hex(std::string_view(line).substr(second + 1))});
    }
    if (out.empty()) throw std::runtime_error("tests/vectors/gossip.txt has no packets");
    return out;
}

} // namespace gossip::test
