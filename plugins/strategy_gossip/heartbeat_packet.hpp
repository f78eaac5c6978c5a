// SPDX-License-Identifier: MIT
//
// The plain heartbeat of libcluster: the bytes `heartbeat::`, followed by the external term `#{node => Name}`, a map with one
// pair of atoms (erts: External Term Format, MAP_EXT).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace gossip {

using Bytes = std::span<const std::byte>;

/// An atom has at most 255 characters, in UTF-8 with up to four bytes each. Names of nodes are limited to this number of bytes.
inline constexpr std::size_t max_name = 255;

/// The longest accepted plain heartbeat.
inline constexpr std::size_t max_plain = 11 + 6 + 7 + 3 + max_name;

/// name@host, printable, no spaces, at most max_name bytes of UTF-8.
[[nodiscard]] bool is_node_name(std::string_view name) noexcept;

/// Appends the heartbeat of a node, as libcluster 3.5 writes it: old Latin-1 atoms (tag 100), or UTF-8 ones (118) for a name
/// that is not ASCII. name: is_node_name.
void write_heartbeat(std::string_view name, std::vector<std::byte> &out);

/// Whether the bytes begin like a heartbeat.
[[nodiscard]] bool has_prefix(Bytes packet) noexcept;

/// Why a packet is not a heartbeat.
enum class Fault : std::uint8_t { none, no_heartbeat, cut, trailing, no_term, no_map, no_node, no_name };
[[nodiscard]] std::string_view text_of(Fault fault) noexcept;

struct Heartbeat {
    Fault fault = Fault::none;
    std::string_view name; ///< of the sender, is_node_name; points into the packet
};

/// Reads a plain heartbeat with any of the four tags of an atom (100, 115, 118, 119). A name in Latin-1 with other characters
/// than ASCII is refused.
[[nodiscard]] Heartbeat read_heartbeat(Bytes packet) noexcept;

/// All that stands before the tag of the name, as libcluster and write_heartbeat write it.
inline constexpr char usual[] = "heartbeat::\x83t\0\0\0\1d\0\4node";
inline constexpr std::size_t usual_size = sizeof usual - 1;

/// The bytes in the place of the name of a packet that begins and ends as write_heartbeat writes it: a heartbeat if and only if
/// they are is_node_name, which is not checked. Empty for any other packet, which read_heartbeat may accept.
[[nodiscard]] inline std::string_view unchecked_name(Bytes packet) noexcept {
    constexpr std::size_t head = usual_size + 3;
    if (packet.size() <= head || std::memcmp(packet.data(), usual, usual_size) != 0) return {};
    const auto at = [&](std::size_t i) { return std::to_integer<unsigned>(packet[usual_size + i]); };
    const std::size_t size = at(1) << 8U | at(2);
    if ((at(0) != 100 && at(0) != 118) || size != packet.size() - head) return {};
    return {reinterpret_cast<const char *>(packet.data()) + head, size};
}

} // namespace gossip
