// SPDX-License-Identifier: MIT
//
// Checks and copies the arguments of kith.tls/1. Used by every world.
#pragma once

#include <kith/service/tls.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kith {

struct TlsSharedKey {
    std::string identity; ///< empty: derived from the key
    std::string key;      ///< KITH_TLS_KEY_SIZE bytes

    bool operator==(const TlsSharedKey &) const = default;
};

/// The settings of a context.
struct TlsContextSettings {
    std::string authorities_file, certificate_file, key_file, password;
    std::uint32_t min_version = KITH_TLS_1_2, max_version = 0; // max_version 0: the newest
    std::vector<TlsSharedKey> shared_keys;                     // not empty: no file is named
    bool server = false;
    bool verify = true; // a server: requires a certificate of the client
};

/// Returns KITH_OK, or the status of a refusal with its text in `why`.
std::int32_t read_settings(const kith_tls_settings *given, TlsContextSettings &out, std::string &why);

/// Whether `secure` accepts this name. Returns KITH_OK, or the status of a refusal.
std::int32_t check_server_name(std::string_view name, std::string &why);

} // namespace kith
