// SPDX-License-Identifier: MIT
//
// SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104), by OpenSSL's libcrypto. It is loaded when it is first asked for, so that a daemon
// whose configuration names another strategy does not carry it in memory (1.5 MB), and without its handler at exit (rule P1).
#pragma once

#include <array>
#include <string_view>

namespace ec2 {

using Digest = std::array<unsigned char, 32>;

/// Throws kith::error, KITH_UNSUPPORTED: the library is not there, or is too old; the text names it and its package.
void require_crypto();

/// These throw as well.
Digest sha256(std::string_view text);
Digest hmac_sha256(std::string_view key, std::string_view text);

} // namespace ec2
