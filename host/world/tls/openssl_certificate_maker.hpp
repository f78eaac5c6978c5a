// SPDX-License-Identifier: MIT
#pragma once

#include "tls.hpp"

namespace kith::app {

/// See TlsEntry::make.
bool make_certificate(const TlsCertificateRequest &request, const TlsPem *authority, TlsPem &out, std::string &why);

} // namespace kith::app
