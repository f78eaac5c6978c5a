// SPDX-License-Identifier: MIT
//
// The files of one side of TLS, in PEM: read for TlsSettings, and again when one of them has changed.
#pragma once

#include "tls.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace kith::app {

/// Paths; empty: none.
struct TlsFiles {
    std::string authorities, certificate, key;
};

/// Another number when one of the files is another one; never 0. To be taken before they are read, so that a later change is noticed.
std::uint64_t version_of(const TlsFiles &files);

struct UnreadableTlsFile {
    std::string TlsSettings::*part; ///< which one
    std::int32_t status;            ///< KITH_NOT_FOUND, KITH_DENIED, KITH_LIMIT ...
    std::string text;               ///< with the path
};

/// Reads them into the settings. Nothing: all were read.
std::optional<UnreadableTlsFile> read_tls_files(const TlsFiles &files, TlsSettings &settings);

} // namespace kith::app
