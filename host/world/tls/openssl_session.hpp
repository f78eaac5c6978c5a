// SPDX-License-Identifier: MIT
#pragma once

#include "openssl_objects.hpp"
#include "read_peer_certificate.hpp"
#include "tls.hpp"

namespace kith::app {

/// A TLS connection over two memory buffers.
class OpensslSession final : public TlsSession {
  public:
    /// See TlsContext::session. Throws std::bad_alloc.
    OpensslSession(SSL_CTX &context, std::string name, bool expect_name, std::shared_ptr<const TlsWords> words);

    void feed(std::string_view bytes) override;
    std::string take() override;
    Step handshake() override;
    Step read(void *into, std::size_t max, std::size_t &got) override;
    Step write(std::string_view bytes) override;
    void end() override;
    const TlsFailure &failure() const override { return failure_; }
    TlsPeer peer() const override { return peer_of(ssl_.get()); }

    /// Callback of the context: the other side requests a certificate and there is none.
    static int asked_for_certificate(SSL *ssl, X509 **certificate, EVP_PKEY **key);

  private:
    Step step_of(int result);
    static int looked_at(int good, X509_STORE_CTX *store);

    std::string name_;
    std::shared_ptr<const TlsWords> words_;
    Ssl ssl_;
    BIO *in_ = nullptr, *out_ = nullptr; // owned by ssl_
    Certificate rejected_;               // certificate of the server, for the error text
    bool asked_ = false;
    TlsFailure failure_;
};

} // namespace kith::app
