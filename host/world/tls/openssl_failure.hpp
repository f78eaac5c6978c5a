// SPDX-License-Identifier: MIT
//
// Texts for the errors of OpenSSL: why a handshake, a read or a write failed, and which certificate was not accepted.
#pragma once

#include "tls.hpp"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <string>

namespace kith::app {

/// The text of the first error in this thread's queue. Clears the queue.
std::string openssl_text();

/// Why a handshake, read or write failed. name: the expected name of the other side. rejected: the certificate that was not
/// accepted; may be null. asked: the other side has requested a certificate and there is none.
TlsFailure failure_of(SSL *ssl, const TlsWords &words, const std::string &name, X509 *rejected, bool asked);

/// A handshake with shared keys.
struct SharedKeyAttempt {
    bool server;          ///< this side
    bool known;           ///< of a server: it has a key of the identity
    std::string identity; ///< that the client has offered; empty: none
};

/// Why it failed, by the first error in this thread's queue, which is cleared.
TlsFailure shared_key_failure(const TlsWords &words, const SharedKeyAttempt &attempt);

} // namespace kith::app
