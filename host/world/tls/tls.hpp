// SPDX-License-Identifier: MIT
//
// TLS as the world sees it. OpenSSL costs some 4 MiB of memory, so it lives behind this in a library of the host's own (libkith_tls.so),
// which is loaded when the first https:// is asked for. It is no plugin: both sides are of one build (TlsEntry::build), and it knows
// no socket: bytes go in, bytes come out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace kith::app {

struct TlsSettings {
    std::string authorities;      ///< PEM; empty: the system's
    std::string certificate, key; ///< PEM; empty: none
    bool verify = true;
};

/// Why not, as a plugin is told it.
struct TlsFailure {
    std::int32_t status = 0;
    std::string text;
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
    virtual const TlsFailure &failure() const = 0;
};

/// What all connections of one client share.
class TlsContext {
  public:
    virtual ~TlsContext() = default;
    /// name: a host name or a numeric address; the server's certificate must be for it.
    virtual std::unique_ptr<TlsSession> session(const std::string &name) = 0;
};

/// The one symbol of the library, `kith_tls_entry`.
struct TlsEntry {
    char build[96]; ///< KITH_TLS_BUILD of whoever compiled it
    /// Null, and why, when the settings are of no use.
    std::unique_ptr<TlsContext> (*context)(const TlsSettings &settings, TlsFailure &failure);
};

} // namespace kith::app
