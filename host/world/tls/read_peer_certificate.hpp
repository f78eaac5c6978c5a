// SPDX-License-Identifier: MIT
//
// What a certificate contains, and those of the other side.
#pragma once

#include "tls.hpp"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <string>
#include <vector>

namespace kith::app {

/// The identity of the other side after the handshake.
TlsPeer peer_of(SSL *ssl);

TlsCertificate certificate_of(X509 *certificate);
/// Its common names, then its alternative names.
std::vector<TlsName> names_of_certificate(X509 *certificate);

/// A certificate's subject or issuer: CN=node,O=example.
std::string distinguished_name(const X509_NAME *name);

} // namespace kith::app
