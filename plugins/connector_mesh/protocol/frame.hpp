// SPDX-License-Identifier: MIT
//
// The stream of a link, cut into frames: four bytes with the length of what follows, one byte with the kind, and the body. README.md has
// the bodies byte by byte.
#pragma once

#include "bytes.hpp"

#include <optional>

namespace kith::mesh {

inline constexpr std::size_t largest_frame = 65536; // kind and body

enum class FrameKind : std::uint8_t {
    hello = 1,     // name, run and settings of the sender; the first frame in each direction
    welcome = 2,   // the hello of the receiver was accepted
    refuse = 3,    // it was not; the last frame
    heartbeat = 4, //
    kept = 5,      // of two links of this pair the other one is up here: this one may be closed
    surplus = 6,   // whether this link is one that the sender's rings do not ask for
    facts = 7,     //
    documents = 8, // all that stands of some origins
    digest = 9,    //
    list = 10,     // the origins and numbers that the sender knows, of some buckets of the digest
    message = 11,  // a piece of a message
    receipt = 12,  // a message has arrived, or cannot arrive
    goodbye = 13,  // the sender closes the link on purpose: no failure
    verdict = 14,  // the sender believes the receiver down, which welcome reports when a link comes up
    renew = 15,    // the sender has new keys or certificates: dial it anew, and this link goes when the new one is up
    messages = 16, // whole messages of one stream, to those who have capability 1
    receipts = 17, // of messages of one stream in a row, to the same
};

class FrameReader {
  public:
    struct Frame {
        FrameKind kind{};
        std::string_view body; // valid until the next call
    };

    /// More bytes of the stream.
    void append(std::string_view bytes);

    /// The next frame. Nothing: more bytes are needed, or `broken`.
    std::optional<Frame> next() noexcept;

    /// A length of 0 or over the limit was announced: the stream is of no use any more.
    [[nodiscard]] bool broken() const noexcept { return broken_; }

    /// Bytes that are kept.
    [[nodiscard]] std::size_t size() const noexcept { return bytes_.size() - at_; }

  private:
    std::string bytes_;
    std::size_t at_ = 0;
    bool broken_ = false;
};

/// Body at most largest_frame - 1 bytes.
void append_frame(std::string &out, FrameKind kind, std::string_view body);

} // namespace kith::mesh
