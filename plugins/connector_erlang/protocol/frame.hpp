// SPDX-License-Identifier: MIT
//
// A stream cut into frames that begin with their length: two bytes in the handshake over TCP, four after it (and in TLS).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kith::erlang {

class Frames {
  public:
    enum class Width : std::uint8_t { two = 2, four = 4 };

    Frames(Width width, std::size_t max) noexcept : width_(width), max_(max) {}

    /// More bytes from the stream. Invalidates what `next` returned.
    void append(std::string_view bytes);

    /// The next frame without its length; empty is a tick. Nothing: more bytes are needed, or `too_large`. Valid until `append`.
    std::optional<std::string_view> next() noexcept;

    /// A frame larger than the limit was announced; the stream is of no use any more.
    bool too_large() const noexcept { return too_large_; }

    /// What has not been taken, such as what came behind the handshake.
    std::string_view rest() const noexcept { return std::string_view(bytes_).substr(at_); }

  private:
    std::string bytes_;
    std::size_t at_ = 0;
    Width width_;
    std::size_t max_;
    bool too_large_ = false;
};

/// Put a length before `body`. A body of the handshake fits two bytes.
void append_frame(std::string &out, Frames::Width width, std::string_view body);

} // namespace kith::erlang
