// SPDX-License-Identifier: MIT
//
// The bodies of the frames that carry messages and their receipts: a piece of one message, or a batch of whole ones; the receipt for one message, or
// for several in a row. Texts refer to the body that was read.
#pragma once

#include "bytes.hpp"
#include "run.hpp"

#include <vector>

namespace kith::mesh {

/// Bit of Hello::capabilities: the sender understands FrameKind::messages and FrameKind::receipts.
inline constexpr std::uint32_t messages_in_batches = 2;

inline constexpr std::size_t largest_message = std::size_t{16} << 20;
inline constexpr std::size_t largest_piece = 16384; // larger messages travel in pieces, so that others get between
inline constexpr std::size_t longest_channel = 255;
inline constexpr std::size_t most_in_batch =
    1024; // messages, so that one frame becomes few where the next member takes them one by one

struct MessageHeader {
    std::uint8_t hops = 0;
    bool to_all = false;
    std::string_view origin, to, channel;
    Run run;                  // of the origin
    std::uint64_t number = 0; // among those of the origin to that member on that channel; of a batch: of its first
    std::uint64_t oldest = 0; // the oldest that the origin has not given up
    std::uint32_t total = 0;  // of a piece: bytes of the whole message
    std::uint32_t at = 0;     // of a piece: the place of its first byte
};

std::string encode_piece(const MessageHeader &header, std::string_view text);
/// False: it is none.
bool decode_piece(std::string_view body, MessageHeader &header, std::string_view &text);

/// The beginning of a batch to one member; append_text appends each message, of largest_piece bytes at most.
std::string encode_batch(const MessageHeader &header);

/// Where a text is in others.
struct Place {
    std::size_t at, size;
};

struct Batch {
    MessageHeader header;
    std::string_view bytes;    // all messages, each behind its length
    std::vector<Place> places; // of each in `bytes`

    [[nodiscard]] std::string_view text(Place place) const noexcept { return bytes.substr(place.at, place.size); }
};
/// False: it is none.
bool decode_batch(std::string_view body, Batch &batch);

struct Receipt {
    std::uint8_t hops = 0;
    std::string_view origin; // of the messages
    Run run;                 // of the origin
    std::string_view to;     // the receiver of the messages
    std::string_view channel;
    std::uint64_t number = 0; // of the first
    std::uint16_t count = 1;
    std::string_view why; // they have not arrived; empty: they have
};

/// The receipt for the first of them alone.
std::string encode_receipt(const Receipt &receipt);
std::string encode_receipts(const Receipt &receipt);
/// False: it is none.
bool decode_receipt(std::string_view body, Receipt &receipt);
bool decode_receipts(std::string_view body, Receipt &receipt);

} // namespace kith::mesh
