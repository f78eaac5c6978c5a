// SPDX-License-Identifier: MIT
//
// The frames of the simulated TLS handshake. After it, the bytes of the application are sent unchanged. The frames begin like
// TLS records, so that a receiver that does not expect TLS can detect it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kith::testkit {

/// One certificate of a file, as TlsAuthority writes it.
struct TlsPaper {
    std::string text; // the whole certificate, in place of DER
    std::string serial, common_name, issuer;
    std::vector<std::string> names; // alternative names
    bool expired = false, authority = false;

    std::string subject() const { return "CN=" + common_name; }
};

/// All certificates in a file; empty when there is none.
std::vector<TlsPaper> papers_in(std::string_view pem);
/// The serial number of the certificate of the first key in a file; empty when there is none.
std::string key_in(std::string_view pem);
/// Whether the certificate is signed by one of these, or is one of them.
bool is_trusted(const TlsPaper &paper, const std::vector<TlsPaper> &authorities) noexcept;

/// 64 hexadecimal digits in place of SHA-256.
std::string simulated_fingerprint(std::string_view text);
/// The identity of a shared key that has none.
std::string simulated_identity(std::string_view key);

/// KITH_TLS_DNS, KITH_TLS_ADDRESS or KITH_TLS_URI.
std::uint32_t kind_of_name(std::string_view name);

struct TlsRecord {
    enum Kind : std::uint8_t { finished = 0x14, alert = 0x15, hello = 0x16 };
    Kind kind = hello;
    std::vector<std::string> words;
    /// client's hello: server name, oldest and newest version, certificates, identity and bytes of a shared key, each of which may be
    /// empty; server's hello: version, certificates, identity of the accepted key
};

/// The numbers of alerts, as in TLS.
inline constexpr int tls_unexpected_message = 10, tls_handshake_failure = 40, tls_expired = 45, tls_illegal_parameter = 47,
                     tls_unknown_authority = 48, tls_protocol_version = 70, tls_certificate_required = 116;

/// The version for a word; 0: unknown.
std::uint32_t tls_number(std::string_view word) noexcept;

std::string packed(const TlsRecord &record);
std::string tls_alert(int number);
std::string_view tls_alert_text(int number) noexcept;

/// The frame at the beginning of these bytes.
struct TlsFront {
    enum class State : std::uint8_t { more, record, alert, no_tls } state = State::more;
    TlsRecord record;
    int alert = 0;
    std::size_t size = 0; // size of the frame in bytes
};
TlsFront front_of(std::string_view bytes);

} // namespace kith::testkit
