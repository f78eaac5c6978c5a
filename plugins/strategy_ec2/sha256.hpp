// SPDX-License-Identifier: MIT
//
// SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104), with OpenSSL's libcrypto. It is loaded at first use, so that a daemon that does not
// use this strategy does not need its memory (1.5 MB), and without its atexit handler (rule P1).
#pragma once

#include <array>
#include <string_view>

namespace ec2 {

using Digest = std::array<unsigned char, 32>;

/// Loads the library. Throws kith::error (KITH_UNSUPPORTED) if it is missing or too old; the text names the library and its package.
void require_crypto();

/// These throw like require_crypto().
Digest sha256(std::string_view text);
Digest hmac_sha256(std::string_view key, std::string_view text);

} // namespace ec2
