// SPDX-License-Identifier: MIT
//
// The first frames of a link: hello, and its answers welcome and refuse.
#pragma once

#include "bytes.hpp"
#include "run.hpp"

#include <optional>

namespace kith::mesh {

inline constexpr std::uint8_t protocol_version = 1;
inline constexpr std::size_t longest_name = 255;
inline constexpr std::size_t longest_cluster = 255;
inline constexpr std::size_t longest_reason = 300;
inline constexpr std::size_t longest_accusation = 100; // so that all accusations of an origin fit one frame

struct Hello {
    std::uint8_t version = protocol_version;
    std::uint32_t capabilities = 0; // bits, such as heartbeats_in_turns; unknown ones are ignored
    std::string_view cluster;
    std::string_view name;
    Run run;
    std::uint16_t degree = 16;
    std::uint32_t heartbeat = 500; // ms
    std::uint64_t wall = 0;        // ms since 1970, now
    std::string_view expected;     // the name that the sender wants to reach; empty at the side that accepted
};

/// Why a hello was refused. A later version may add values.
enum class RefusalCode : std::uint8_t {
    other = 0,
    version = 1,
    cluster = 2,
    name = 3,      // not the name that the dialler expects, or not that of the certificate
    own_name = 4,  // the dialler has the name of the other side
    settings = 5,  // degree or heartbeat differ
    older_run = 6, // `start` is that of the run that is known
    duplicate = 7, // the run that is known is linked and alive
    parted = 8,    // the policy of the other side has parted from this member
    busy = 9,      // too many handshakes
};

struct Refusal {
    RefusalCode code = RefusalCode::other;
    std::uint64_t start = 0; // older_run: the start of the run that is known
    std::string_view reason;
};

/// The bodies, without the frame.
std::string encode(const Hello &hello);
std::string encode(const Refusal &refusal);
/// Nothing: it is not one, or not of this protocol. Texts refer to `body`.
std::optional<Hello> read_hello(std::string_view body);
std::optional<Refusal> read_refusal(std::string_view body);

} // namespace kith::mesh
