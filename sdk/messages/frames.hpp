// SPDX-License-Identifier: MIT
//
// Messages in a stream of bytes: four bytes of length, in this machine's order, then the message. Several may be in one read or write.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace kith::messages {

inline constexpr std::size_t frame_head = sizeof(std::uint32_t);

inline void append_frame(std::string &out, std::string_view message) {
    const auto size = static_cast<std::uint32_t>(message.size());
    out.append(reinterpret_cast<const char *>(&size), sizeof size).append(message);
}

/// Cuts a stream into messages. Its memory is that of one message that is not complete, as far as its bytes have come; none otherwise.
class FrameReader {
  public:
    /// limit: bytes of the largest message.
    explicit FrameReader(std::size_t limit) noexcept : limit_(limit) {}

    /// The next bytes of the stream. `each` gets every message that is complete now, which is borrowed. Returns how many there were.
    /// Throws std::runtime_error for a message that is longer than the limit, and what `each` throws.
    template <class F>
    std::size_t feed(std::string_view bytes, F &&each) {
        std::size_t count = 0;
        if (!begun_.empty()) {
            complete(bytes, frame_head);
            const auto size = size_of(begun_);
            if (!size) return count;
            complete(bytes, frame_head + *size);
            if (begun_.size() < frame_head + *size) return count;
            const std::string message = std::exchange(begun_, {});
            each(std::string_view(message).substr(frame_head));
            ++count;
        }
        while (const auto size = size_of(bytes)) {
            if (bytes.size() - frame_head < *size) break;
            each(bytes.substr(frame_head, *size));
            bytes.remove_prefix(frame_head + *size);
            ++count;
        }
        begun_ = bytes;
        return count;
    }

    /// Whether the stream is within a message.
    bool unfinished() const noexcept { return !begun_.empty(); }

  private:
    // Moves bytes until the message that has begun has so many.
    void complete(std::string_view &bytes, std::size_t size) {
        if (begun_.size() >= size) return;
        const auto moved = bytes.substr(0, size - begun_.size());
        begun_.append(moved);
        bytes.remove_prefix(moved.size());
    }

    std::optional<std::size_t> size_of(std::string_view bytes) const {
        std::uint32_t size = 0;
        if (bytes.size() < sizeof size) return std::nullopt;
        std::memcpy(&size, bytes.data(), sizeof size);
        if (size > limit_)
            throw std::runtime_error("a message of " + std::to_string(size) + " bytes, and the most is " +
                                     std::to_string(limit_));
        return size;
    }

    std::size_t limit_;
    std::string begun_;
};

} // namespace kith::messages
