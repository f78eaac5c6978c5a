// SPDX-License-Identifier: MIT
//
// Which member a certificate is that of: by its alternative name kith://CLUSTER/NAME, or by its SPIFFE id where the options allow that.
#pragma once

#include "settings.hpp"

#include <kith/tls.hpp>

#include <span>

namespace kith::mesh {

struct CertifiedName {
    std::string name;   // empty: that of no member of the cluster
    std::string others; // what it has in place of that, for an error
};

/// names: of the certificate. expected: preferred if there are several of kith's own; empty: nobody in particular. A certificate with a SPIFFE id has
/// no other URI (X.509-SVID, section 2): one that has is that of nobody by its SPIFFE id.
CertifiedName certified_name(std::span<const tls_name> names, const Settings &settings, std::string_view expected);

} // namespace kith::mesh
