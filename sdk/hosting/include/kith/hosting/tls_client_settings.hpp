// SPDX-License-Identifier: MIT
//
// Checks and copies the arguments of kith.tls/0. Used by every world.
#pragma once

#include <kith/service/draft/tls.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace kith {

/// The settings of a client.
struct TlsClientSettings {
    std::string authorities_file, certificate_file, key_file, password;
    std::uint32_t min_version = KITH_TLS_1_2, max_version = 0; // max_version 0: the newest
    bool verify = true;
};

/// Returns KITH_OK, or the status of a refusal with its text in `why`.
std::int32_t read_settings(const kith_tls_client *given, TlsClientSettings &out, std::string &why);

/// Whether `secure` accepts this name. Returns KITH_OK, or the status of a refusal.
std::int32_t check_server_name(std::string_view name, std::string &why);

} // namespace kith
