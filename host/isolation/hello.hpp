// SPDX-License-Identifier: MIT
//
// What kith and kith-plugin-host send to each other besides the calls of instances: messages of instance 0. The protocol is private: both
// ends are of one build, which the first message proves.
#pragma once

#include <sdk/messages/one_way.hpp>

#include <cstdint>
#include <string>
#include <string_view>

#ifndef KITH_BUILD_ID
#error "the build defines KITH_BUILD_ID: a hash of the sources of the protocol"
#endif

namespace kith::isolation {

inline constexpr std::string_view build_id = KITH_BUILD_ID;

/// Descriptors that the helper inherits.
inline constexpr int socket_fd = 3, library_fd = 4, trace_fd = 5;

inline constexpr std::uint32_t no_instance = 0;

/// life_table of instance 0, to the helper. The last three are for a simulated world alone, as in check/.
enum class ToHelper : std::uint8_t {
    hello,
    ping,
    simulate, ///< from now on time, random bytes and the moment of posts come from kith
    answer,   ///< to the question: a number (64 bits) and bytes (string)
    deliver,  ///< the posts that wait
};
/// life_table of instance 0, to kith.
enum class FromHelper : std::uint8_t {
    ready,
    refused,
    pong,
    question, ///< a Question (8 bits) and a number of bytes (32 bits). The helper waits for the answer
    posted,   ///< kith is to send `deliver`
};

/// What a helper in a simulated world asks for.
enum class Question : std::uint8_t { monotonic, wall, random };

/// The first message. All strings: borrowed.
struct Hello {
    kith_str build{};
    kith_str file{};          ///< path of the library, for $ORIGIN and for errors
    kith_str description{};   ///< as the daemon has read it from the file (core/loader, serialize)
    std::uint64_t memory = 0; ///< bytes; 0: no limit
    std::uint8_t profile = 0; ///< Profile
};

template <class Io>
void describe(Io &io, Hello &h) {
    messages::each(io, h.build, h.file, h.description, h.memory, h.profile);
}

/// A message of instance 0. What: ToHelper or FromHelper.
template <class What, class... T>
std::string own_message(What what, const T &...values) {
    return messages::call_message(no_instance, messages::life_table, static_cast<std::uint8_t>(what), values...);
}

/// Bytes of the largest message to kith, and to the helper: a file that is read has 64 MiB.
inline constexpr std::size_t max_to_kith = std::size_t{32} << 20, max_to_helper = std::size_t{65} << 20;

} // namespace kith::isolation
