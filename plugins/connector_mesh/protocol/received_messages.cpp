// SPDX-License-Identifier: MIT
#include "received_messages.hpp"

#include <algorithm>
#include <utility>

namespace kith::mesh {

namespace {

constexpr std::size_t most_incoming = std::size_t{32} << 20; // bytes kept of one stream
constexpr std::size_t most_parts = 65536; // messages of one stream that wait, as many as its sender may have without a receipt
constexpr std::size_t most_streams = 65536;
constexpr std::size_t most_arrived = std::size_t{1} << 20; // bytes that are handed up together
constexpr std::uint64_t first_numbers = 16; // a stream that begins with one of these is waited for from its beginning

/// How long the rest of a message, or earlier ones, are waited for.
Time patience_of(bool to_all) { return std::chrono::seconds(to_all ? 2 : 10); }

} // namespace

ReceivedMessages::Streams::iterator ReceivedMessages::stream_of(const MessageHeader &header, NodeId origin) {
    Stream stream(origin, header.to_all, std::string(header.channel));
    auto at = incoming_.find(stream);
    if (at == incoming_.end()) {
        if (incoming_.size() >= most_streams) return at;
        at = incoming_.emplace(std::move(stream), Incoming()).first;
    }
    Incoming &in = at->second;
    if (in.run != header.run) {
        in = Incoming();
        in.run = header.run;
        if (header.to_all && header.number > first_numbers) in.next = header.number; // this member is younger than the stream
    }
    if (!header.to_all) in.next = std::max(in.next, header.oldest);
    while (!in.parts.empty() && in.parts.begin()->first < in.next) {
        in.bytes -= in.parts.begin()->second.bytes;
        in.parts.erase(in.parts.begin());
    }
    return at;
}

ReceivedMessages::Arrived &ReceivedMessages::arrived_from(const Stream &stream, std::size_t bytes) {
    const auto &[origin, to_all, channel] = stream;
    const bool goes_on = !arrived_.empty() && arrived_.back().from == origin && arrived_.back().to_all == to_all &&
                         arrived_.back().bytes.size() + bytes <= most_arrived && arrived_.back().channel == channel;
    if (!goes_on) arrived_.push_back({origin, channel, to_all, {}, {}});
    return arrived_.back();
}

bool ReceivedMessages::take_batch(const Batch &batch, NodeId origin) {
    const auto at = stream_of(batch.header, origin);
    if (at == incoming_.end()) return false;
    Incoming &in = at->second;
    if (!in.parts.empty() || in.next != batch.header.number) return false;
    Arrived &to = arrived_from(at->first, batch.bytes.size());
    const std::size_t before = to.bytes.size(), first = to.texts.size();
    to.bytes.append(batch.bytes); // with the lengths: one copy is cheaper than one of each
    to.texts.insert(to.texts.end(), batch.places.begin(), batch.places.end());
    for (std::size_t i = first; i < to.texts.size() && before != 0; ++i) to.texts[i].at += before;
    in.next += batch.places.size();
    return true;
}

ReceivedMessages::Kept ReceivedMessages::take_piece(const MessageHeader &header, NodeId origin, std::string_view text,
                                                    Time now) {
    const auto at = stream_of(header, origin);
    if (at == incoming_.end()) return {Kept::What::no_room};
    Incoming &in = at->second;
    if (header.number < in.next) return {Kept::What::known, header.number, !header.to_all && header.at == 0 ? 1U : 0U};
    const bool full = in.parts.size() >= most_parts && !in.parts.contains(header.number) && header.number != in.next;
    if (full || in.bytes + text.size() > most_incoming) return {Kept::What::no_room};
    Incoming::Partial &part = in.parts[header.number];
    part.total = header.total;
    if (!part.pieces.emplace(header.at, text).second) return {Kept::What::known};
    part.bytes += text.size();
    in.bytes += text.size();
    const std::uint64_t first = in.next;
    flush(at->first, in, now);
    return {Kept::What::is_new, first, header.to_all ? 0 : in.next - first};
}

void ReceivedMessages::flush(const Stream &stream, Incoming &in, Time now) {
    while (!in.parts.empty() && in.parts.begin()->first == in.next && in.parts.begin()->second.whole()) {
        Incoming::Partial &part = in.parts.begin()->second;
        Arrived &to = arrived_from(stream, part.bytes);
        if (part.pieces.size() > 1) to.bytes.reserve(to.bytes.size() + part.bytes);
        to.texts.push_back({to.bytes.size(), part.bytes});
        for (const auto &[place, piece_text] : part.pieces) to.bytes += piece_text;
        in.bytes -= part.bytes;
        in.parts.erase(in.parts.begin());
        ++in.next;
    }
    if (in.parts.empty()) return;
    in.blocked_since = now;
    due_ = std::min(due_, now + patience_of(std::get<1>(stream)));
}

void ReceivedMessages::gone(NodeId id) {
    std::erase_if(incoming_, [id](const auto &each) { return std::get<0>(each.first) == id; });
}

void ReceivedMessages::advance(Time now) {
    if (now < due_) return;
    due_ = Time::max();
    for (auto &[stream, in] : incoming_) {
        if (in.parts.empty()) continue;
        if (const Time until = in.blocked_since + patience_of(std::get<1>(stream)); until > now) {
            due_ = std::min(due_, until);
            continue;
        }
        // Nothing has come for so long: neither the earlier ones nor the rest of the first come any more.
        in.next = in.parts.begin()->first;
        if (!in.parts.begin()->second.whole()) {
            in.bytes -= in.parts.begin()->second.bytes;
            in.parts.erase(in.parts.begin());
            ++in.next;
        }
        flush(stream, in, now);
    }
}

std::vector<ReceivedMessages::Arrived> ReceivedMessages::take_arrived() { return std::exchange(arrived_, {}); }

} // namespace kith::mesh
