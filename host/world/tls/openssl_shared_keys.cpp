// SPDX-License-Identifier: MIT
#include "openssl_shared_keys.hpp"

#include "openssl_session.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace kith::app {

namespace {

constexpr std::array<unsigned char, 2> aes_128_gcm_sha256 = {0x13, 0x01};

std::string derived_identity(const std::string &key) {
    constexpr std::string_view label = "kith.tls/1 identity", digits = "0123456789abcdef";
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char *>(label.data()),
             label.size(), digest, &size) == nullptr)
        throw std::bad_alloc();
    std::string out = "kith-";
    for (std::size_t i = 0; i < 16; ++i) {
        out += digits[digest[i] >> 4];
        out += digits[digest[i] & 15];
    }
    return out;
}

// A session that was never one: this is how OpenSSL takes an external key. It must be of the only cipher suite.
SSL_SESSION *session_of(SSL *ssl, const std::string &key) {
    SSL_SESSION *made = SSL_SESSION_new();
    const SSL_CIPHER *cipher = SSL_CIPHER_find(ssl, aes_128_gcm_sha256.data());
    const bool good = made != nullptr && cipher != nullptr &&
                      SSL_SESSION_set1_master_key(made, reinterpret_cast<const unsigned char *>(key.data()), key.size()) == 1 &&
                      SSL_SESSION_set_cipher(made, cipher) == 1 && SSL_SESSION_set_protocol_version(made, TLS1_3_VERSION) == 1;
    if (good) return made;
    SSL_SESSION_free(made);
    return nullptr;
}

} // namespace

SharedKeys::SharedKeys(const std::vector<TlsKey> &keys) : keys_(keys) {
    for (TlsKey &one : keys_) {
        if (one.identity.empty()) one.identity = derived_identity(one.key);
    }
}

SharedKeys::~SharedKeys() {
    for (TlsKey &one : keys_) OPENSSL_cleanse(one.key.data(), one.key.size());
}

std::vector<std::string> SharedKeys::identities() const {
    std::vector<std::string> out;
    for (const TlsKey &one : keys_) out.push_back(one.identity);
    return out;
}

bool SharedKeys::use(SSL_CTX *context, bool server) {
    if (SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) != 1 ||
        SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256") != 1)
        return false;
    SSL_CTX_clear_options(context, SSL_OP_ALLOW_NO_DHE_KEX); // not without (EC)DHE
    if (!server) {
        SSL_CTX_set_psk_use_session_callback(context, offer);
        return true;
    }
    SSL_CTX_set_psk_find_session_callback(context, find);
    constexpr std::string_view id = "kith";
    return SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char *>(id.data()),
                                          static_cast<unsigned>(id.size())) == 1;
}

int SharedKeys::offer(SSL *ssl, const EVP_MD *digest, const unsigned char **identity, std::size_t *size,
                      SSL_SESSION **session) {
    const auto *me = static_cast<OpensslSession *>(SSL_get_app_data(ssl));
    *session = nullptr;
    // After a HelloRetryRequest the server has chosen the digest.
    if (me == nullptr || (digest != nullptr && EVP_MD_get_type(digest) != NID_sha256)) return 1;
    const TlsKey &first = me->keys()->all().front();
    *session = session_of(ssl, first.key);
    *identity = reinterpret_cast<const unsigned char *>(first.identity.data());
    *size = first.identity.size();
    return *session != nullptr ? 1 : 0;
}

// Session tickets of other servers come here too. What is unknown is no error yet: the handshake goes on without it, and ends for want of a
// certificate.
int SharedKeys::find(SSL *ssl, const unsigned char *identity, std::size_t size, SSL_SESSION **session) {
    auto *me = static_cast<OpensslSession *>(SSL_get_app_data(ssl));
    *session = nullptr;
    if (me == nullptr) return 1;
    const std::string_view given(reinterpret_cast<const char *>(identity), size);
    const auto &all = me->keys()->all();
    const auto found = std::find_if(all.begin(), all.end(), [&](const TlsKey &one) { return one.identity == given; });
    me->offered(given, found == all.end() ? TlsPeer::no_key : static_cast<std::uint32_t>(found - all.begin()));
    if (found == all.end()) return 1;
    *session = session_of(ssl, found->key);
    return *session != nullptr ? 1 : 0;
}

} // namespace kith::app
