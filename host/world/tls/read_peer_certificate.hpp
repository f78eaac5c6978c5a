// SPDX-License-Identifier: MIT
//
// What the certificate of the other side contains.
#pragma once

#include "tls.hpp"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <string>

namespace kith::app {

/// The identity of the other side after the handshake.
TlsPeer peer_of(SSL *ssl);

/// A certificate's subject or issuer: CN=node,O=example.
std::string distinguished_name(const X509_NAME *name);

} // namespace kith::app
