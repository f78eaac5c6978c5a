// SPDX-License-Identifier: MIT
//
// The interface between host/world and libkith_tls.so. OpenSSL uses about 4 MiB of memory, so it is in a separate library of
// the host, which is loaded by the first https:// request, the first client of kith.tls/1, or a TLS address of the API. The library is
// not a plugin: both sides must come from the same build (TlsEntry::build). It processes bytes and uses no sockets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kith::app {

/// The terms used in error texts.
struct TlsWords {
    std::string authorities = "`authorities`", certificate = "`certificate`", key = "`key`"; ///< the names of the settings
    std::string other = "the server";                                                        ///< the other side
    bool web = true; ///< hints mention https://, and certificates are those of a server
};

/// A pre-shared key.
struct TlsKey {
    std::string identity; ///< empty: derived from the key
    std::string key;      ///< 32 bytes
};

struct TlsSettings {
    std::string authorities = {};           ///< PEM; empty: the system's
    std::string certificate = {}, key = {}; ///< PEM; empty: none
    std::string password = {};              ///< of the key, when it is encrypted
    bool verify = true;
    /// This side accepts connections: `certificate` and `key` are required, and `verify` requires a certificate of the client, signed by
    /// `authorities`.
    bool server = false;
    /// Not empty: they alone are used, with TLS 1.3; no certificates. A client offers the first.
    std::vector<TlsKey> shared_keys = {};
    std::uint32_t min_version = 0x0303, max_version = 0; ///< TLS 1.2; 0: the newest
    TlsWords words = {};
};

/// A failure as it is reported to a plugin.
struct TlsFailure {
    std::int32_t status = 0;
    std::string text;
};

struct TlsCertificate {
    std::string der, subject, issuer, fingerprint;
    std::int64_t not_before = 0, not_after = 0; ///< seconds since 1970
};

struct TlsName {
    std::uint32_t kind; ///< KITH_TLS_DNS and the like
    std::string value;
};

/// What a context presents to others.
struct TlsCredentials {
    std::vector<TlsCertificate> chain;       ///< ours first
    std::vector<TlsName> names;              ///< of the first
    std::vector<std::string> identities;     ///< of the shared keys
    std::vector<TlsCertificate> authorities; ///< those of the settings; none when there are more than 4
};

/// The identity of the other side.
struct TlsPeer {
    static constexpr std::uint32_t no_key = ~std::uint32_t{0};
    std::uint32_t version = 0;
    bool verified = false;
    std::string cipher;
    std::vector<TlsCertificate> chain; ///< its own certificate first
    std::vector<TlsName> names;        ///< names of the first certificate
    std::uint32_t shared_key = no_key; ///< the one that it has used, by its place in the settings
};

/// One side of a TLS connection.
class TlsSession {
  public:
    enum class Step : std::uint8_t {
        done,
        hungry, ///< needs more bytes from the other side
        ended,  ///< the other side has sent its end notification
        failed, ///< see failure()
    };
    virtual ~TlsSession() = default;

    /// Passes in bytes that were received from the other side.
    virtual void feed(std::string_view bytes) = 0;
    /// Returns the bytes to send to the other side. Call it after every other function.
    virtual std::string take() = 0;
    virtual Step handshake() = 0;
    /// With `done`: between 1 and max decrypted bytes.
    virtual Step read(void *into, std::size_t max, std::size_t &got) = 0;
    /// `read` may have a result without further bytes from the other side.
    virtual bool buffered() const = 0;
    virtual Step write(std::string_view bytes) = 0;
    /// Sends the end notification.
    virtual void end() = 0;
    virtual const TlsFailure &failure() const = 0;
    /// Available after the handshake.
    virtual TlsPeer peer() const = 0;
};

/// The settings that all connections of one client or server share.
class TlsContext {
  public:
    virtual ~TlsContext() = default;
    /// name: a host name or numeric address; a host name is sent to the server (SNI). expect_name: the certificate must contain
    /// the name, which then is not empty. Of a server both are ignored.
    virtual std::unique_ptr<TlsSession> session(const std::string &name, bool expect_name) = 0;
    virtual const TlsCredentials &credentials() const = 0;
};

/// A certificate and its key, in PEM.
struct TlsPem {
    std::string certificate, key;
};

/// A certificate to be made. Without an authority it is one itself, and has no URI.
struct TlsCertificateRequest {
    std::string common_name;
    std::string uri = {}; ///< its subject alternative name
    int days = 0;
};

/// The only exported symbol of the library, `kith_tls_entry`.
struct TlsEntry {
    char build[96]; ///< KITH_TLS_BUILD of the build
    /// Creates a context; null with the reason in `failure` when the settings are invalid.
    std::unique_ptr<TlsContext> (*context)(const TlsSettings &settings, TlsFailure &failure);
    /// Makes a certificate and its key, signed by the authority, or by itself when there is none. False, and why.
    bool (*make)(const TlsCertificateRequest &request, const TlsPem *authority, TlsPem &out, std::string &why);
};

} // namespace kith::app
