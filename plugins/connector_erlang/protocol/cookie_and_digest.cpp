// SPDX-License-Identifier: MIT
#include "cookie_and_digest.hpp"

#include <charconv>
#include <cstring>
#include <utility>

#include <sys/types.h> // md5.h leaves its own types to the one who includes it

#include <md5.h>

namespace kith::erlang {

void wipe(std::string &secret) noexcept {
    secret.resize(secret.capacity()); // what was longer once, or moved away out of a short string, is there still
    explicit_bzero(secret.data(), secret.size());
    secret.clear();
}

Cookie &Cookie::operator=(const Cookie &other) {
    if (this == &other) return *this;
    wipe(text_);
    text_ = other.text_;
    return *this;
}

Cookie::Cookie(Cookie &&other) noexcept : text_(std::move(other.text_)) { wipe(other.text_); }

Cookie &Cookie::operator=(Cookie &&other) noexcept {
    if (this == &other) return *this;
    wipe(text_);
    text_ = std::move(other.text_);
    wipe(other.text_);
    return *this;
}

Digest digest_of(std::string_view cookie, std::uint32_t challenge) noexcept {
    char decimal[10];
    const auto end = std::to_chars(decimal, decimal + sizeof decimal, challenge);
    std::uint8_t md5[MD5_DIGEST_LENGTH];
    MD5_CTX context;
    MD5Init(&context);
    MD5Update(&context, reinterpret_cast<const std::uint8_t *>(cookie.data()), cookie.size());
    MD5Update(&context, reinterpret_cast<const std::uint8_t *>(decimal), static_cast<std::size_t>(end.ptr - decimal));
    MD5Final(md5, &context);
    explicit_bzero(&context, sizeof context);
    Digest digest;
    std::memcpy(digest.data(), md5, digest.size());
    return digest;
}

bool equal(const Digest &ours, std::string_view theirs) noexcept {
    if (theirs.size() != ours.size()) return false;
    unsigned difference = 0;
    for (std::size_t i = 0; i < ours.size(); ++i) difference |= static_cast<unsigned char>(ours[i] ^ theirs[i]);
    return difference == 0;
}

} // namespace kith::erlang
