// SPDX-License-Identifier: MIT
//
// Identities of a simulated universe, for kith.tls/0: who signed a certificate and whom it names, and no cryptography at all.
//
//     TlsAuthority ca("ca");
//     const TlsIdentity node = ca.sign({.common_name = "b", .names = {"b.example"}});
//     machine.file("/etc/ca.pem", ca.certificate());
//     peer.secure({.identity = node});
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kith::testkit {

/// What the files of a certificate and its key hold, in place of PEM.
struct TlsIdentity {
    std::string certificate, key;
};

struct TlsSubject {
    std::string common_name = {};
    std::vector<std::string> names = {}; ///< alternative names: host names, numeric addresses, URIs
    bool expired = false;
};

/// Who signs certificates: a name. Two of one name are one.
class TlsAuthority {
  public:
    explicit TlsAuthority(std::string_view name) : name_(name) {}
    std::string certificate() const;
    /// A certificate and its key; another pair with each call.
    TlsIdentity sign(const TlsSubject &subject);

  private:
    std::string name_;
    std::uint32_t signed_ = 0;
};

/// How a scripted server (kith/testkit/peer.hpp) speaks TLS.
struct TlsServer {
    TlsIdentity identity;
    std::string clients =
        {}; ///< certificates of the authorities whose clients are let in; empty: nobody is asked for a certificate
    std::uint32_t version = 0; ///< KITH_TLS_1_2 or KITH_TLS_1_3, the only one it speaks; 0: either
};

} // namespace kith::testkit
