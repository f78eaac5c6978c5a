// SPDX-License-Identifier: MIT
//
// The cookie, and the proof that one knows it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace kith::erlang {

/// Overwrite a secret, in a way that no compiler leaves out.
void wipe(std::string &secret) noexcept;

/// A secret that is wiped when it goes.
class Cookie {
  public:
    Cookie() = default;
    explicit Cookie(std::string_view text) : text_(text) {}
    ~Cookie() { wipe(text_); }
    Cookie(const Cookie &) = default;
    Cookie &operator=(const Cookie &other);
    Cookie(Cookie &&other) noexcept;
    Cookie &operator=(Cookie &&other) noexcept;

    std::string_view text() const noexcept { return text_; }
    bool empty() const noexcept { return text_.empty(); }

  private:
    std::string text_;
};

using Digest = std::array<char, 16>;

/// MD5 of the cookie and the decimal digits of the challenge.
Digest digest_of(std::string_view cookie, std::uint32_t challenge) noexcept;

/// Takes the same time whatever the bytes are.
bool equal(const Digest &ours, std::string_view theirs) noexcept;

} // namespace kith::erlang
