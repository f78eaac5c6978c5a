// SPDX-License-Identifier: MIT
//
// What a plugin asks of kith.tls/0, checked and copied: the same in every world.
#pragma once

#include <kith/service/draft/tls.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace kith {

/// Of a client.
struct TlsClientSettings {
    std::string authorities_file, certificate_file, key_file, password;
    std::uint32_t min_version = KITH_TLS_1_2, max_version = 0; // max_version 0: the newest
    bool verify = true;
};

/// KITH_OK, or why not, with the text in `why`.
std::int32_t read_settings(const kith_tls_client *given, TlsClientSettings &out, std::string &why);

/// Is that a name which `secure` takes? KITH_OK, or why not.
std::int32_t check_server_name(std::string_view name, std::string &why);

} // namespace kith
