// SPDX-License-Identifier: MIT
//
// What a node says in a handshake, for tests that play one.
#pragma once

#include "big_endian.hpp"
#include "cookie_and_digest.hpp"
#include "distribution_flags.hpp"
#include "frame.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace kith::erlang::test {

/// width: four of a node that speaks TLS.
inline std::string framed(std::string_view body, Frames::Width width = Frames::Width::two) {
    std::string out;
    append_frame(out, width, body);
    return out;
}

inline std::string status(std::string_view text, Frames::Width width = Frames::Width::two) {
    return framed("s" + std::string(text), width);
}

/// All that OTP 25 says of itself.
inline constexpr std::uint64_t otp_25 = 0xd07df7fbd;

inline std::string challenge(std::string_view name, std::uint32_t value, std::uint64_t flags = otp_25,
                             Frames::Width width = Frames::Width::two) {
    std::string body;
    append_u8(body, 'N');
    append_u64(body, flags);
    append_u32(body, value);
    append_u32(body, 1700000000); // creation
    append_u16(body, static_cast<std::uint16_t>(name.size()));
    body += name;
    return framed(body, width);
}

inline std::string acknowledge(std::string_view cookie, std::uint32_t challenge, Frames::Width width = Frames::Width::two) {
    const Digest digest = digest_of(cookie, challenge);
    return framed("a" + std::string(digest.data(), digest.size()), width);
}

} // namespace kith::erlang::test
