// SPDX-License-Identifier: MIT
#include "sha256.hpp"

#include <kith/result.hpp>

#include <dlfcn.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <cstring>
#include <string>

namespace ec2 {

namespace {

// The three used functions of libcrypto.
struct Crypto {
    decltype(&OPENSSL_init_crypto) init = nullptr;
    decltype(&EVP_Q_digest) digest = nullptr;
    decltype(&EVP_Q_mac) mac = nullptr;
    std::string missing; // why it cannot be used

    Crypto() {
        void *const library = dlopen("libcrypto.so.3", RTLD_NOW | RTLD_LOCAL);
        if (library == nullptr) {
            const char *const why = dlerror();
            missing = why == nullptr ? "libcrypto.so.3 cannot be loaded" : why;
            return;
        }
        find(library, "OPENSSL_init_crypto", init);
        find(library, "EVP_Q_digest", digest);
        find(library, "EVP_Q_mac", mac);
        if (missing.empty() && init(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, nullptr) != 1)
            missing = "libcrypto.so.3 cannot be initialized";
    }

  private:
    template <class Function>
    void find(void *library, const char *name, Function &function) {
        void *const symbol = dlsym(library, name);
        if (symbol == nullptr && missing.empty()) missing = std::string("libcrypto.so.3 has no ") + name;
        std::memcpy(&function, &symbol, sizeof function);
    }
};

const Crypto &crypto() {
    static const Crypto library; // never unloaded, like the plugin
    if (library.missing.empty()) return library;
    throw kith::error(KITH_UNSUPPORTED,
                      "signing requests requires OpenSSL 3: " + library.missing + "; install it (Debian package libssl3)");
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
