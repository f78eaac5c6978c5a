// SPDX-License-Identifier: MIT
//
// The certificate of a TCP address of the API, with its key and the authorities of its clients: read from files, and again when one of them has
// changed.
#pragma once

#include <core/config/config.hpp>
#include <host/world/tls/tls.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace kith::app {

class ServerCertificate {
  public:
    /// Null, with the reason in `why`, when OpenSSL or the files cannot be used. Reads files, and OpenSSL's library the first time.
    static std::unique_ptr<ServerCertificate> read(core::ApiTlsFiles files, std::string &why);

    const core::ApiTlsFiles &files() const { return files_; }
    /// The TLS of one more client. Throws std::bad_alloc.
    std::unique_ptr<TlsSession> session() { return context_->session({}, false); }

    enum class Renewal : std::uint8_t {
        unchanged,
        renewed, ///< sessions from now on use the new files; those of before go on
        failed,  ///< a file has changed and they cannot be used; what was read before goes on, and the next call tries again
    };
    /// failed: with the reason in `why`.
    Renewal renew(std::string &why);

  private:
    explicit ServerCertificate(core::ApiTlsFiles files) : files_(std::move(files)) {}

    core::ApiTlsFiles files_;
    std::uint64_t version_ = 0; // of the files that context_ was made from
    std::unique_ptr<TlsContext> context_;
};

} // namespace kith::app
