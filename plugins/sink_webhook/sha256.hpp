// SPDX-License-Identifier: MIT
//
// SHA-256 (FIPS 180-4) with libmd, and HMAC-SHA-256 (RFC 2104) of it: a daemon that only signs its events does not load libcrypto.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace sink_webhook {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(std::string_view text);

/// Of a and b, one after the other.
Digest hmac_sha256(std::string_view key, std::string_view a, std::string_view b = {});

std::string hexadecimal(const Digest &digest);

} // namespace sink_webhook
