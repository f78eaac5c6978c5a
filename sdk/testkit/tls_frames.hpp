// SPDX-License-Identifier: MIT
//
// What a simulated client and server of TLS say to each other before the bytes of whoever uses them, which then go as they are. Records
// begin as those of TLS do, so that who does not expect TLS can tell it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kith::testkit {

/// One certificate of a file, as TlsAuthority writes it.
struct TlsPaper {
    std::string text; // all of it, as DER would be
    std::string serial, common_name, issuer;
    std::vector<std::string> names; // alternative
    bool expired = false, authority = false;

    std::string subject() const { return "CN=" + common_name; }
};

/// All certificates of a file; empty: it has none.
std::vector<TlsPaper> papers_in(std::string_view pem);
/// The serial number of the certificate that the first key of a file belongs to; empty: it has none.
std::string key_in(std::string_view pem);
/// Is it signed by one of these, or is it one of them?
bool is_trusted(const TlsPaper &paper, const std::vector<TlsPaper> &authorities) noexcept;

/// KITH_TLS_DNS, KITH_TLS_ADDRESS or KITH_TLS_URI.
std::uint32_t kind_of_name(std::string_view name);

struct TlsRecord {
    enum Kind : std::uint8_t { finished = 0x14, alert = 0x15, hello = 0x16 };
    Kind kind = hello;
    std::vector<std::string> words;
    /// client's hello: server name, oldest and newest version, certificates; server's hello: version, certificates
};

/// Numbers of alerts that are sent, as in TLS.
inline constexpr int tls_unexpected_message = 10, tls_unknown_authority = 48, tls_protocol_version = 70, tls_expired = 45,
                     tls_certificate_required = 116;

/// Of a word; 0: it is none.
std::uint32_t tls_number(std::string_view word) noexcept;

std::string packed(const TlsRecord &record);
std::string tls_alert(int number);
std::string_view tls_alert_text(int number) noexcept;

/// What stands at the front of these bytes.
struct TlsFront {
    enum class State : std::uint8_t { more, record, alert, no_tls } state = State::more;
    TlsRecord record;
    int alert = 0;
    std::size_t size = 0; // bytes that it took
};
TlsFront front_of(std::string_view bytes);

} // namespace kith::testkit
