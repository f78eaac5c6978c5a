// SPDX-License-Identifier: MIT
//
// Sealing by hand, with a key the envelope has: so the fuzzer reaches what lies behind the cipher.
#pragma once

#include "crypto.hpp"

#include <cstdlib>
#include <string_view>

namespace gossip::fuzz {

inline constexpr std::string_view secret = "a secret";

inline const Crypto &crypto() {
    static const Crypto loaded = std::move(Crypto::load()).value();
    return loaded;
}

inline Bytes bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

/// libcluster's form, whatever is inside.
inline std::vector<std::byte> as_secret(Bytes inside) {
    static Cipher cipher(crypto(), Cipher::Mode::cbc, crypto().sha256(bytes_of(secret)));
    std::vector<std::byte> out(Cipher::block);
    const std::vector<std::byte> iv = out;
    cipher.seal(iv, {}, inside, out);
    return out;
}

/// The authenticated form, whatever is inside.
inline std::vector<std::byte> as_authenticated(Bytes inside) {
    static const Key key = crypto().sha256(bytes_of("kith gossip authenticated 1"), bytes_of(secret));
    static const Digest id = crypto().sha256(bytes_of("kith gossip key id 1"), key);
    static Cipher cipher(crypto(), Cipher::Mode::gcm, key);
    const Bytes magic = bytes_of("kth1");
    std::vector<std::byte> out(magic.begin(), magic.end());
    out.insert(out.end(), id.begin(), id.begin() + 8);
    const std::vector<std::byte> beside = out, nonce(Cipher::gcm_nonce);
    out.insert(out.end(), nonce.begin(), nonce.end());
    cipher.seal(nonce, beside, inside, out);
    return out;
}

} // namespace gossip::fuzz
