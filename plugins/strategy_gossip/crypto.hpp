// SPDX-License-Identifier: MIT
//
// The functions of OpenSSL's libcrypto that the strategy uses: SHA-256, AES-256-CBC and AES-256-GCM. The library is loaded when
// a secret is first used, so that a strategy without a secret does not need its memory (about 4 MB).
#pragma once

#include <kith/result.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace gossip {

using Bytes = std::span<const std::byte>;
using Key = std::array<std::byte, 32>;
using Digest = std::array<std::byte, 32>;

struct Library; // the functions of libcrypto

class Crypto {
  public:
    /// KITH_UNSUPPORTED: the library is missing or too old; the text names it and its package.
    static kith::result<Crypto> load();

    /// SHA-256 (FIPS 180-4) of the concatenation of both.
    [[nodiscard]] Digest sha256(Bytes first, Bytes second = {}) const;

  private:
    friend class Cipher;
    explicit Crypto(const Library &library) : library_(&library) {}
    const Library *library_; // static
};

/// Encrypts or decrypts by AES-256 with one key. The key is set up once and not for each packet.
class Cipher {
  public:
    enum class Mode : std::uint8_t { cbc, gcm };
    static constexpr std::size_t block = 16;     // of AES, the IV of CBC, and the tag of GCM; bytes
    static constexpr std::size_t gcm_nonce = 12; // bytes

    /// Throws kith::error when the library returns an error.
    Cipher(const Crypto &crypto, Mode mode, const Key &key);

    /// Appends the encrypted `plain`; with GCM also the tag of `plain` and `beside`. iv: 16 bytes for CBC, 12 for GCM.
    void seal(Bytes iv, Bytes beside, Bytes plain, std::vector<std::byte> &out);

    /// Decrypts into `plain`, which is replaced. Returns false when the data was encrypted with another key or changed in
    /// transit (CBC does not detect every change).
    [[nodiscard]] bool open(Bytes iv, Bytes beside, Bytes sealed, std::vector<std::byte> &plain);

  private:
    struct Free {
        const Library *library;
        void operator()(void *context) const noexcept;
    };
    using Context = std::unique_ptr<void, Free>;
    Context make(const Key &key, int encrypt) const;

    const Library *library_;
    Mode mode_;
    Context sealing_;
    Context opening_;
};

} // namespace gossip
