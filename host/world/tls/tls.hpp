// SPDX-License-Identifier: MIT
//
// TLS as the world sees it. OpenSSL costs some 4 MiB of memory, so it lives behind this in a library of the host's own (libkith_tls.so),
// which is loaded when the first https:// or the first client of kith.tls/0 is asked for. It is no plugin: both sides are of one build
// (TlsEntry::build), and it knows no socket: bytes go in, bytes come out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kith::app {

/// How texts name what they are about.
struct TlsWords {
    std::string authorities = "`authorities`", certificate = "`certificate`", key = "`key`"; ///< where the settings come from
    std::string other = "the server";                                                        ///< the other side
    bool web = true; ///< hints are about https://, and certificates are those of a server
};

struct TlsSettings {
    std::string authorities = {};           ///< PEM; empty: the system's
    std::string certificate = {}, key = {}; ///< PEM; empty: none
    std::string password = {};              ///< of the key, when it is encrypted
    bool verify = true;
    std::uint32_t min_version = 0x0303, max_version = 0; ///< TLS 1.2; 0: the newest
    TlsWords words = {};
};

/// Why not, as a plugin is told it.
struct TlsFailure {
    std::int32_t status = 0;
    std::string text;
};

struct TlsCertificate {
    std::string der, subject, issuer;
    std::int64_t not_before = 0, not_after = 0; ///< seconds since 1970
};

/// Who is at the other end.
struct TlsPeer {
    struct Name {
        std::uint32_t kind; ///< KITH_TLS_DNS and the like
        std::string value;
    };
    std::uint32_t version = 0;
    bool verified = false;
    std::string cipher;
    std::vector<TlsCertificate> chain; ///< its own first
    std::vector<Name> names;           ///< of the first
};

/// Our side of one connection.
class TlsSession {
  public:
    enum class Step : std::uint8_t {
        done,
        hungry, ///< it needs more bytes of the other side
        ended,  ///< the other side has said its end
        failed, ///< see failure()
    };
    virtual ~TlsSession() = default;

    /// Bytes that came from the other side.
    virtual void feed(std::string_view bytes) = 0;
    /// Bytes that are to be sent to it. To be asked for after every other call.
    virtual std::string take() = 0;
    virtual Step handshake() = 0;
    /// Done: between 1 and max bytes that the other side has said.
    virtual Step read(void *into, std::size_t max, std::size_t &got) = 0;
    virtual Step write(std::string_view bytes) = 0;
    /// Say our end.
    virtual void end() = 0;
    virtual const TlsFailure &failure() const = 0;
    /// Of a handshake that is done.
    virtual TlsPeer peer() const = 0;
};

/// What all connections of one client share.
class TlsContext {
  public:
    virtual ~TlsContext() = default;
    /// name: a host name or a numeric address, asked for where it is no address. expect_name: the certificate must be for it, so it is not empty.
    virtual std::unique_ptr<TlsSession> session(const std::string &name, bool expect_name) = 0;
};

/// The one symbol of the library, `kith_tls_entry`.
struct TlsEntry {
    char build[96]; ///< KITH_TLS_BUILD of whoever compiled it
    /// Null, and why, when the settings are of no use.
    std::unique_ptr<TlsContext> (*context)(const TlsSettings &settings, TlsFailure &failure);
};

} // namespace kith::app
