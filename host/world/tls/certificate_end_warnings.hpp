// SPDX-License-Identifier: MIT
//
// Decides when to warn of certificates that are about to end: 30, 7 and 1 day before, where that is in the second half of their life, and when they
// have ended. Each certificate is warned of once for each of these times, by whichever context it is used.
#pragma once

#include "tls.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace kith::app {

class CertificateEndWarnings {
  public:
    /// The warnings that are due for what a context presents and trusts. now: seconds since 1970.
    std::vector<std::string> due(const TlsCredentials &credentials, std::int64_t now);

  private:
    void look(const TlsCertificate &certificate, const char *what, std::int64_t now, std::vector<std::string> &out);

    std::map<std::string, int> warned_; // fingerprint, and how many of the times are over
};

} // namespace kith::app
