// SPDX-License-Identifier: MIT
//
// The bytes between OpenSSL and the caller. In place of two of OpenSSL's BIOs in memory, each of which keeps the size of the most that was in it, and
// copies once more.
#pragma once

#include "openssl_objects.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace kith::app {

class OpensslByteBuffers {
  public:
    OpensslByteBuffers() = default;
    OpensslByteBuffers(const OpensslByteBuffers &) = delete;
    OpensslByteBuffers &operator=(const OpensslByteBuffers &) = delete;

    /// What OpenSSL reads and writes by; null: out of memory. This object must outlive it.
    Bio bio();
    /// More bytes for OpenSSL to read. Throws std::bad_alloc.
    void feed(std::string_view bytes);
    /// Are there bytes that it has not read?
    [[nodiscard]] bool fed() const noexcept { return at_ != in_.size(); }
    /// What it has written since the last call.
    std::string take() noexcept { return std::exchange(out_, {}); }

  private:
    static const BIO_METHOD *method();
    static int read(BIO *bio, char *into, int size);
    static int write(BIO *bio, const char *bytes, int size);
    static long control(BIO *bio, int what, long number, void *object);

    std::string in_, out_;
    std::size_t at_ = 0; // of in_, that was read
};

} // namespace kith::app
