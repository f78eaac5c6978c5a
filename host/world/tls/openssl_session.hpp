// SPDX-License-Identifier: MIT
#pragma once

#include "openssl_byte_buffers.hpp"
#include "openssl_objects.hpp"
#include "openssl_shared_keys.hpp"
#include "read_peer_certificate.hpp"
#include "tls.hpp"

namespace kith::app {

/// A TLS connection over buffers in memory.
class OpensslSession final : public TlsSession {
  public:
    /// See TlsContext::session. keys: null: certificates. Throws std::bad_alloc.
    OpensslSession(SSL_CTX &context, std::string name, bool expect_name, std::shared_ptr<const TlsWords> words,
                   std::shared_ptr<const SharedKeys> keys);

    void feed(std::string_view bytes) override;
    std::string take() override;
    Step handshake() override;
    Step read(void *into, std::size_t max, std::size_t &got) override;
    bool buffered() const override;
    Step write(std::string_view bytes) override;
    void end() override;
    const TlsFailure &failure() const override { return failure_; }
    TlsPeer peer() const override;

    // Of shared keys: called by their callbacks.
    const SharedKeys *keys() const { return keys_.get(); }
    /// The other side offers this identity. key: TlsPeer::no_key when there is none of that identity.
    void offered(std::string_view identity, std::uint32_t key);

    /// Callback of the context: the other side requests a certificate and there is none.
    static int asked_for_certificate(SSL *ssl, X509 **certificate, EVP_PKEY **key);

  private:
    Step step_of(int result);
    Step fail(TlsFailure failure);
    static int looked_at(int good, X509_STORE_CTX *store);

    std::string name_;
    std::shared_ptr<const TlsWords> words_;
    OpensslByteBuffers bytes_;
    Ssl ssl_;
    Certificate rejected_; // certificate of the server, for the error text
    bool asked_ = false;
    std::shared_ptr<const SharedKeys> keys_;
    std::string offered_;                 // the last identity that was offered to this server
    std::uint32_t key_ = TlsPeer::no_key; // of it
    TlsFailure failure_;
};

} // namespace kith::app
