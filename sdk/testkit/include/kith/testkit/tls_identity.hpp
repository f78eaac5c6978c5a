// SPDX-License-Identifier: MIT
//
// Simulated TLS identities for kith.tls/1: a certificate has an issuer and names, and there is no cryptography.
//
//     TlsAuthority ca("ca");
//     const TlsIdentity node = ca.sign({.common_name = "b", .names = {"b.example"}});
//     machine.file("/etc/ca.pem", ca.certificate());
//     server.secure({.identity = node});
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kith::testkit {

/// The contents of the files of a certificate and its key, in place of PEM.
struct TlsIdentity {
    std::string certificate, key;
};

struct TlsSubject {
    std::string common_name = {};
    std::vector<std::string> names = {}; ///< alternative names: host names, numeric addresses, URIs
    bool expired = false;
};

/// A certificate authority, identified by its name.
class TlsAuthority {
  public:
    explicit TlsAuthority(std::string_view name) : name_(name) {}
    std::string certificate() const;
    /// Signs a certificate. Each call returns a new certificate and key.
    TlsIdentity sign(const TlsSubject &subject);

  private:
    std::string name_;
    std::uint32_t signed_ = 0;
};

/// The TLS settings of a scripted server (kith/testkit/scripted_server.hpp).
struct TlsServer {
    TlsIdentity identity;
    std::string clients =
        {}; ///< certificates of the authorities of accepted clients; empty: no client certificate is requested
    std::uint32_t version = 0; ///< KITH_TLS_1_2 or KITH_TLS_1_3, the only supported version; 0: both
};

} // namespace kith::testkit
