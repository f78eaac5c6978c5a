// SPDX-License-Identifier: MIT
//
// Pre-shared keys of a context (RFC 8446, external PSK), and the callbacks by which OpenSSL asks for them.
#pragma once

#include "tls.hpp"

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <vector>

namespace kith::app {

class SharedKeys {
  public:
    /// Derives the identities that are not given.
    explicit SharedKeys(const std::vector<TlsKey> &keys);
    ~SharedKeys(); // overwrites the keys
    SharedKeys(const SharedKeys &) = delete;
    SharedKeys &operator=(const SharedKeys &) = delete;

    const std::vector<TlsKey> &all() const { return keys_; }
    std::vector<std::string> identities() const;

    /// Has the context use TLS 1.3 with TLS_AES_128_GCM_SHA256, and these callbacks. False: not with this OpenSSL.
    static bool use(SSL_CTX *context, bool server);

  private:
    static int offer(SSL *ssl, const EVP_MD *digest, const unsigned char **identity, std::size_t *size, SSL_SESSION **session);
    static int find(SSL *ssl, const unsigned char *identity, std::size_t size, SSL_SESSION **session);

    std::vector<TlsKey> keys_;
};

} // namespace kith::app
