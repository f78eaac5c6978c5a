// SPDX-License-Identifier: MIT
//
// Owners of OpenSSL's objects, and what it says when it fails.
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

/// The first error of this thread's queue, in its words; the queue is empty then.
std::string openssl_text();

/// Why a handshake, a read or a write failed. name: whom we wanted to speak to. rejected: the certificate that was not accepted; may
/// be null. asked: it has asked for a certificate that we do not have.
TlsFailure failure_of(SSL *ssl, const TlsWords &words, const std::string &name, X509 *rejected, bool asked);

/// Who is at the other end, when the handshake is done.
TlsPeer peer_of(SSL *ssl);

/// A certificate's subject or issuer: CN=node,O=example.
std::string distinguished_name(const X509_NAME *name);

} // namespace kith::app
