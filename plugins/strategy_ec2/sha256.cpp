// SPDX-License-Identifier: MIT
#include "sha256.hpp"

#include <kith/libcrypto.hpp>
#include <kith/result.hpp>

#include <openssl/evp.h>

#include <string>

namespace ec2 {

namespace {

struct Crypto {
    kith::libcrypto library;
    decltype(&EVP_Q_digest) digest = nullptr;
    decltype(&EVP_Q_mac) mac = nullptr;

    Crypto() {
        library.find("EVP_Q_digest", digest);
        library.find("EVP_Q_mac", mac);
    }
};

const Crypto &crypto() {
    static const Crypto functions;
    if (functions.library.missing().empty()) return functions;
    throw kith::error(KITH_UNSUPPORTED, "signing requests requires OpenSSL 3: " + functions.library.missing() +
                                            "; install it (Debian package libssl3)");
}

const unsigned char *raw(std::string_view text) { return reinterpret_cast<const unsigned char *>(text.data()); }

Digest checked(bool done, const Digest &digest, std::size_t size) {
    if (!done || size != digest.size()) throw kith::error(KITH_INTERNAL, "libcrypto failed to compute SHA-256");
    return digest;
}

} // namespace

void require_crypto() { crypto(); }

Digest sha256(std::string_view text) {
    Digest out{};
    std::size_t size = 0;
    const bool done = crypto().digest(nullptr, "SHA256", nullptr, text.data(), text.size(), out.data(), &size) == 1;
    return checked(done, out, size);
}

Digest hmac_sha256(std::string_view key, std::string_view text) {
    Digest out{};
    std::size_t size = 0;
    const bool done = crypto().mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, key.data(), key.size(), raw(text), text.size(),
                                   out.data(), out.size(), &size) != nullptr;
    return checked(done, out, size);
}

} // namespace ec2
