// SPDX-License-Identifier: MIT
//
// The Erlang port mapper's requests and answers. EPMD closes the connection behind each answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kith::erlang::epmd {

inline constexpr std::uint32_t default_port = 4369;
/// More than this is no answer of EPMD. One line of NAMES is under 300 bytes.
inline constexpr std::size_t max_answer = 1u << 20;

enum class State : std::uint8_t {
    more,      // feed further bytes, or the end of the stream
    done,      // the answer is there
    unknown,   // PORT_PLEASE2: EPMD does not know the name
    malformed, // this is not EPMD
};

/// The port of a node. `name` is the part before the @.
std::string port_please2(std::string_view name);
/// All names.
std::string names();

struct Port {
    std::uint16_t port = 0;
    bool hidden = false;
    std::uint16_t highest = 0; // versions of the distribution protocol
    std::uint16_t lowest = 0;
};

/// The answer to PORT_PLEASE2, from all bytes that have come. `ended`: the stream has.
State read_port(std::string_view bytes, bool ended, Port &out) noexcept;

struct Name {
    std::string name;
    std::uint16_t port = 0;
};

/// The answer to NAMES, complete when the stream has ended. Lines that are none are left out: people print these too.
State read_names(std::string_view bytes, bool ended, std::vector<Name> &out);

} // namespace kith::erlang::epmd
