// SPDX-License-Identifier: MIT
//
// Smart pointers for OpenSSL's objects, and texts for its errors.
#pragma once

#include "tls.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

namespace kith::app {

template <auto free>
struct Freed {
    template <class T>
    void operator()(T *object) const noexcept {
        free(object);
    }
};
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Context = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;
using Ssl = std::unique_ptr<SSL, Freed<SSL_free>>;

/// The text of the first error in this thread's queue. Clears the queue.
std::string openssl_text();

/// Why a handshake, read or write failed. name: the expected name of the other side. rejected: the certificate that was not
/// accepted; may be null. asked: the other side has requested a certificate and there is none.
TlsFailure failure_of(SSL *ssl, const TlsWords &words, const std::string &name, X509 *rejected, bool asked);

/// The identity of the other side after the handshake.
TlsPeer peer_of(SSL *ssl);

/// A certificate's subject or issuer: CN=node,O=example.
std::string distinguished_name(const X509_NAME *name);

} // namespace kith::app
