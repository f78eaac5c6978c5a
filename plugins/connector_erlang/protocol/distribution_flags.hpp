// SPDX-License-Identifier: MIT
//
// The capability flags of the two sides of a connection.
#pragma once

#include <cstdint>
#include <string>

namespace kith::erlang::flag {

inline constexpr std::uint64_t published = 0x1; // absent: a hidden node
inline constexpr std::uint64_t extended_references = 0x4;
inline constexpr std::uint64_t dist_monitor = 0x8;
inline constexpr std::uint64_t fun_tags = 0x10;
inline constexpr std::uint64_t dist_monitor_name = 0x20;
inline constexpr std::uint64_t new_fun_tags = 0x80;
inline constexpr std::uint64_t extended_pids_ports = 0x100;
inline constexpr std::uint64_t export_ptr_tag = 0x200;
inline constexpr std::uint64_t bit_binaries = 0x400;
inline constexpr std::uint64_t new_floats = 0x800;
inline constexpr std::uint64_t small_atom_tags = 0x4000;
inline constexpr std::uint64_t utf8_atoms = 0x10000;
inline constexpr std::uint64_t map_tag = 0x20000;
inline constexpr std::uint64_t big_creation = 0x40000;
inline constexpr std::uint64_t send_sender = 0x80000;
inline constexpr std::uint64_t exit_payload = 0x400000;
inline constexpr std::uint64_t handshake_23 = 0x1000000;
inline constexpr std::uint64_t unlink_id = 0x2000000;
inline constexpr std::uint64_t mandatory_25_digest = 0x4000000; // stands for all that 25 makes mandatory
inline constexpr std::uint64_t spawn = std::uint64_t{1} << 32;
inline constexpr std::uint64_t v4_nc = std::uint64_t{1} << 34;
inline constexpr std::uint64_t alias = std::uint64_t{1} << 35;

/// The flags that a node of OTP 25 requires of a connecting side.
inline constexpr std::uint64_t mandatory_25 = extended_references | fun_tags | new_fun_tags | extended_pids_ports |
                                              export_ptr_tag | bit_binaries | new_floats | utf8_atoms | map_tag | big_creation |
                                              handshake_23;

/// Ours. Without the atom cache of the distribution header and without fragments: each frame then stands for itself.
inline constexpr std::uint64_t ours = mandatory_25 | unlink_id | v4_nc | mandatory_25_digest | dist_monitor |
                                      dist_monitor_name | small_atom_tags | send_sender | exit_payload | spawn | alias;

/// What we need of a node that we drive: OTP 23 and later have it.
inline constexpr std::uint64_t needed = handshake_23 | big_creation | spawn | map_tag | utf8_atoms;

/// The flags with those that mandatory_25_digest stands for.
constexpr std::uint64_t expanded(std::uint64_t flags) noexcept {
    return (flags & mandatory_25_digest) != 0 ? flags | mandatory_25 : flags;
}

/// For a message: "UNLINK_ID, V4_NC", as Erlang's documents call them; a bit without a name by its number.
std::string names(std::uint64_t flags);

} // namespace kith::erlang::flag
