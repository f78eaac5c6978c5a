// SPDX-License-Identifier: MIT
#include "received_messages.hpp"

#include <algorithm>
#include <utility>

namespace kith::mesh {

namespace {

constexpr std::size_t most_incoming = std::size_t{32} << 20; // bytes kept of one stream
constexpr std::size_t most_parts = 65536; // messages of one stream that wait, as many as its sender may have without a receipt
constexpr std::size_t most_arrived = std::size_t{1} << 20; // bytes that are handed up together
constexpr std::uint64_t first_numbers = 16; // a stream to all that begins with one of these is waited for from its beginning
constexpr int most_looked_at = 8;           // streams, for one to forget

/// How long the rest of a message, or earlier ones, are waited for.
Time patience_of(bool to_all) { return std::chrono::seconds(to_all ? 2 : 10); }

} // namespace

// ---- streams ----

ReceivedMessages::Node *ReceivedMessages::stream_of(const MessageHeader &header, NodeId origin, Time now) {
    Stream stream(origin, header.to_all, std::string(header.channel));
    auto at = incoming_.find(stream);
    Order &all = all_[header.to_all ? 1 : 0];
    if (at == incoming_.end()) {
        if (!make_room(origin, header.to_all, now)) return nullptr;
        at = incoming_.try_emplace(std::move(stream)).first;
        Order &own = sources_[{origin, header.to_all}];
        at->second.own = &own;
        at->second.among_own = own.insert(own.end(), &*at);
        at->second.among_all = all.insert(all.end(), &*at);
    }
    Incoming &in = at->second;
    in.own->splice(in.own->end(), *in.own, in.among_own);
    all.splice(all.end(), all, in.among_all);
    in.used = now;
    if (in.run != header.run) {
        while (!in.parts.empty()) drop_first(in);
        in.run = header.run;
        in.next = 1;
        const bool is_younger = header.number >= header.oldest && header.number - header.oldest >= first_numbers;
        if (header.to_all && is_younger) in.next = header.number; // this member is younger than the stream
    }
    in.next = std::max(in.next, header.oldest);
    while (!in.parts.empty() && in.parts.begin()->first < in.next) drop_first(in);
    return &*at;
}

bool ReceivedMessages::make_room(NodeId origin, bool to_all, Time now) {
    const auto own = sources_.find({origin, to_all});
    if (own != sources_.end() && own->second.size() >= (to_all ? most_to_all_of_one : most_of_one))
        return forget_one(own->second, now);
    const Order &all = all_[to_all ? 1 : 0];
    return all.size() < most_streams || forget_one(all, now);
}

bool ReceivedMessages::forget_one(const Order &of, Time now) {
    int looked = 0;
    for (auto at = of.begin(); at != of.end() && looked < most_looked_at; ++at, ++looked) {
        const auto &[stream, in] = **at;
        if (!in.parts.empty() || (std::get<1>(stream) && in.used + kept_for > now)) continue;
        forget(**at);
        return true;
    }
    return false;
}

void ReceivedMessages::forget(Node &node) {
    const auto &[origin, to_all, channel] = node.first;
    Incoming &in = node.second;
    while (!in.parts.empty()) drop_first(in);
    all_[to_all ? 1 : 0].erase(in.among_all);
    in.own->erase(in.among_own);
    if (in.own->empty()) sources_.erase({origin, to_all});
    incoming_.erase(incoming_.find(node.first));
}

void ReceivedMessages::drop_first(Incoming &in) {
    const Incoming::Partial &first = in.parts.begin()->second;
    in.bytes -= first.bytes;
    waiting_ -= first.bytes + first.pieces.size() * of_piece;
    in.parts.erase(in.parts.begin());
    if (in.parts.empty()) blocked_.erase(in.among_blocked);
}

// ---- messages ----

ReceivedMessages::Arrived &ReceivedMessages::arrived_from(const Stream &stream, std::size_t bytes) {
    const auto &[origin, to_all, channel] = stream;
    const bool goes_on = !arrived_.empty() && arrived_.back().from == origin && arrived_.back().to_all == to_all &&
                         arrived_.back().bytes.size() + bytes <= most_arrived && arrived_.back().channel == channel;
    if (!goes_on) arrived_.push_back({origin, channel, to_all, {}, {}});
    return arrived_.back();
}

bool ReceivedMessages::take_batch(const Batch &batch, NodeId origin, Time now) {
    Node *const node = stream_of(batch.header, origin, now);
    if (node == nullptr) return false;
    Incoming &in = node->second;
    if (!in.parts.empty() || in.next != batch.header.number) return false;
    Arrived &to = arrived_from(node->first, batch.bytes.size());
    const std::size_t before = to.bytes.size(), first = to.texts.size();
    to.bytes.append(batch.bytes); // with the lengths: one copy is cheaper than one of each
    to.texts.insert(to.texts.end(), batch.places.begin(), batch.places.end());
    for (std::size_t i = first; i < to.texts.size() && before != 0; ++i) to.texts[i].at += before;
    in.next += batch.places.size();
    return true;
}

ReceivedMessages::Kept ReceivedMessages::take_piece(const MessageHeader &header, NodeId origin, std::string_view text,
                                                    Time now) {
    Node *const node = stream_of(header, origin, now);
    if (node == nullptr) return {Kept::What::no_room};
    Incoming &in = node->second;
    if (header.number < in.next) return {Kept::What::known, header.number, !header.to_all && header.at == 0 ? 1U : 0U};
    const bool is_next = header.number == in.next;
    const bool full = in.parts.size() >= most_parts && !in.parts.contains(header.number) && !is_next;
    const bool waits = !is_next || text.size() != header.total;
    if (full || in.bytes + text.size() > most_incoming || (waits && waiting_ + text.size() + of_piece > most_waiting))
        return {Kept::What::no_room};
    // A later message does not make the wait for an earlier one longer: on a channel that is never quiet it would not end.
    const bool goes_on = in.parts.empty() || header.number <= in.parts.begin()->first;
    if (in.parts.empty()) in.among_blocked = blocked_.insert(blocked_.end(), node);
    Incoming::Partial &part = in.parts[header.number];
    part.total = header.total;
    if (!part.pieces.emplace(header.at, text).second) return {Kept::What::known};
    part.bytes += text.size();
    in.bytes += text.size();
    waiting_ += text.size() + of_piece;
    const std::uint64_t first = in.next;
    flush(*node, goes_on, now);
    return {Kept::What::is_new, first, header.to_all ? 0 : in.next - first};
}

/// goes_on: something has come for the message that is waited for, or for the first of those that wait.
void ReceivedMessages::flush(Node &node, bool goes_on, Time now) {
    auto &[stream, in] = node;
    const std::uint64_t before = in.next;
    while (!in.parts.empty() && in.parts.begin()->first == in.next && in.parts.begin()->second.whole()) {
        Incoming::Partial &part = in.parts.begin()->second;
        Arrived &to = arrived_from(stream, part.bytes);
        if (part.pieces.size() > 1) to.bytes.reserve(to.bytes.size() + part.bytes);
        to.texts.push_back({to.bytes.size(), part.bytes});
        for (const auto &[place, piece_text] : part.pieces) to.bytes += piece_text;
        drop_first(in);
        ++in.next;
    }
    if (in.parts.empty()) return;
    if (goes_on || in.next != before) in.blocked_since = now;
    due_ = std::min(due_, in.blocked_since + patience_of(std::get<1>(stream)));
}

// ---- time ----

void ReceivedMessages::gone(NodeId id) {
    for (const bool to_all : {false, true}) {
        const auto own = sources_.find({id, to_all});
        if (own == sources_.end()) continue;
        for (std::size_t left = own->second.size(); left != 0; --left) forget(*own->second.front());
    }
}

void ReceivedMessages::advance(Time now) {
    for (Order &each : all_) {
        while (!each.empty() && each.front()->second.used + forgotten_after <= now && each.front()->second.parts.empty())
            forget(*each.front());
    }
    if (now < due_) return;
    due_ = Time::max();
    for (auto next = blocked_.begin(); next != blocked_.end();) {
        Node &node = **next++;
        auto &[stream, in] = node;
        if (const Time until = in.blocked_since + patience_of(std::get<1>(stream)); until > now) {
            due_ = std::min(due_, until);
            continue;
        }
        // Nothing has come for so long: neither the earlier ones nor the rest of the first come any more.
        in.next = in.parts.begin()->first;
        if (!in.parts.begin()->second.whole()) {
            drop_first(in);
            ++in.next;
        }
        flush(node, true, now);
    }
}

std::vector<ReceivedMessages::Arrived> ReceivedMessages::take_arrived() { return std::exchange(arrived_, {}); }

} // namespace kith::mesh
