// SPDX-License-Identifier: MIT
#pragma once

#include "openssl.hpp"

namespace kith::app {

/// One connection over two buffers in memory.
class OpensslSession final : public TlsSession {
  public:
    /// Throws std::bad_alloc.
    OpensslSession(SSL_CTX &context, std::string name);

    void feed(std::string_view bytes) override;
    std::string take() override;
    Step handshake() override;
    Step read(void *into, std::size_t max, std::size_t &got) override;
    Step write(std::string_view bytes) override;
    const TlsFailure &failure() const override { return failure_; }

  private:
    Step step_of(int result);
    static int looked_at(int good, X509_STORE_CTX *store);

    std::string name_;
    Ssl ssl_;
    BIO *in_ = nullptr, *out_ = nullptr; // owned by ssl_
    Certificate rejected_;               // of the server, for the text
    TlsFailure failure_;
};

} // namespace kith::app
