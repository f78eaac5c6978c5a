// SPDX-License-Identifier: MIT
#include "crypto.hpp"

#include <kith/libcrypto.hpp>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <cstring>

namespace gossip {

struct Library {
    kith::libcrypto library;
    decltype(&EVP_Q_digest) digest = nullptr;
    decltype(&EVP_CIPHER_fetch) fetch = nullptr;
    decltype(&EVP_CIPHER_free) free_cipher = nullptr;
    decltype(&EVP_CIPHER_CTX_new) context = nullptr;
    decltype(&EVP_CIPHER_CTX_free) free_context = nullptr;
    decltype(&EVP_CIPHER_CTX_ctrl) control = nullptr;
    decltype(&EVP_CipherInit_ex2) begin = nullptr;
    decltype(&EVP_CipherUpdate) update = nullptr;
    decltype(&EVP_CipherFinal_ex) finish = nullptr;

    Library() {
        library.find("EVP_Q_digest", digest);
        library.find("EVP_CIPHER_fetch", fetch);
        library.find("EVP_CIPHER_free", free_cipher);
        library.find("EVP_CIPHER_CTX_new", context);
        library.find("EVP_CIPHER_CTX_free", free_context);
        library.find("EVP_CIPHER_CTX_ctrl", control);
        library.find("EVP_CipherInit_ex2", begin);
        library.find("EVP_CipherUpdate", update);
        library.find("EVP_CipherFinal_ex", finish);
    }
};

namespace {

unsigned char *raw(std::byte *bytes) { return reinterpret_cast<unsigned char *>(bytes); }
const unsigned char *raw(Bytes bytes) { return reinterpret_cast<const unsigned char *>(bytes.data()); }

[[noreturn]] void refuse() { throw kith::error(KITH_INTERNAL, "libcrypto refuses AES-256"); }

} // namespace

kith::result<Crypto> Crypto::load() {
    static const Library functions;
    if (!functions.library.missing().empty()) {
        return kith::error(KITH_UNSUPPORTED, "a secret needs OpenSSL 3: " + functions.library.missing() +
                                                 "; install it (Debian package libssl3), or take the secret away");
    }
    return Crypto(functions);
}

Digest Crypto::sha256(Bytes first, Bytes second) const {
    std::vector<std::byte> all(first.begin(), first.end());
    all.insert(all.end(), second.begin(), second.end());
    Digest out{};
    std::size_t size = 0;
    if (library_->digest(nullptr, "SHA256", nullptr, all.data(), all.size(), raw(out.data()), &size) != 1 ||
        size != out.size()) {
        throw kith::error(KITH_INTERNAL, "libcrypto refuses SHA-256");
    }
    return out;
}

void Cipher::Free::operator()(void *context) const noexcept { library->free_context(static_cast<EVP_CIPHER_CTX *>(context)); }

Cipher::Cipher(const Crypto &crypto, Mode mode, const Key &key)
    : library_(crypto.library_), mode_(mode), sealing_(make(key, 1)), opening_(make(key, 0)) {}

Cipher::Context Cipher::make(const Key &key, int encrypt) const {
    EVP_CIPHER *const cipher = library_->fetch(nullptr, mode_ == Mode::cbc ? "AES-256-CBC" : "AES-256-GCM", nullptr);
    if (cipher == nullptr) refuse();
    Context out(library_->context(), Free{library_});
    const int begun =
        out == nullptr ? 0
                       : library_->begin(static_cast<EVP_CIPHER_CTX *>(out.get()), cipher, raw(key), nullptr, encrypt, nullptr);
    library_->free_cipher(cipher); // the context holds it
    if (begun != 1) refuse();
    return out;
}

void Cipher::seal(Bytes iv, Bytes beside, Bytes plain, std::vector<std::byte> &out) {
    auto *const context = static_cast<EVP_CIPHER_CTX *>(sealing_.get());
    const auto from = out.size();
    out.resize(from + plain.size() + 2 * block);
    int some = 0, last = 0;
    bool good = library_->begin(context, nullptr, nullptr, raw(iv), 1, nullptr) == 1;
    if (!beside.empty())
        good = good && library_->update(context, nullptr, &some, raw(beside), static_cast<int>(beside.size())) == 1;
    good = good && library_->update(context, raw(&out[from]), &some, raw(plain), static_cast<int>(plain.size())) == 1;
    auto end = from + static_cast<std::size_t>(some);
    good = good && library_->finish(context, raw(&out[end]), &last) == 1;
    end += static_cast<std::size_t>(last);
    if (good && mode_ == Mode::gcm) {
        good = library_->control(context, EVP_CTRL_AEAD_GET_TAG, block, &out[end]) == 1;
        end += block;
    }
    if (!good) refuse();
    out.resize(end);
}

bool Cipher::open(Bytes iv, Bytes beside, Bytes sealed, std::vector<std::byte> &plain) {
    auto *const context = static_cast<EVP_CIPHER_CTX *>(opening_.get());
    std::array<std::byte, block> tag;
    std::array<OSSL_PARAM, 2> parameters{{{OSSL_CIPHER_PARAM_AEAD_TAG, OSSL_PARAM_OCTET_STRING, tag.data(), block, 0}, {}}};
    if (mode_ == Mode::gcm) {
        if (sealed.size() < block) return false;
        std::memcpy(tag.data(), sealed.data() + sealed.size() - block, block);
        sealed = sealed.first(sealed.size() - block);
    }
    plain.resize(sealed.size() + block);
    int some = 0, last = 0;
    // The tag is given here, since each further call of the library would look up what is called `tag`.
    if (library_->begin(context, nullptr, nullptr, raw(iv), 0, mode_ == Mode::gcm ? parameters.data() : nullptr) != 1)
        return false;
    if (!beside.empty() && library_->update(context, nullptr, &some, raw(beside), static_cast<int>(beside.size())) != 1)
        return false;
    if (library_->update(context, raw(plain.data()), &some, raw(sealed), static_cast<int>(sealed.size())) != 1) return false;
    if (library_->finish(context, raw(plain.data() + some), &last) != 1) return false;
    plain.resize(static_cast<std::size_t>(some) + static_cast<std::size_t>(last));
    return true;
}

} // namespace gossip
