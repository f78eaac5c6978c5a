// SPDX-License-Identifier: MIT
#include "messages.hpp"

#include <algorithm>
#include <utility>

namespace kith::mesh {

// ---- sending ----

FlowId Messages::flow_of(const MessageHeader &header) {
    return std::hash<std::string_view>()(header.channel) * 31 + std::hash<std::string_view>()(header.origin);
}

/// Of a message of this member.
MessageHeader Messages::header_to(std::string_view to, std::string_view channel) const {
    MessageHeader out;
    out.hops = most_hops;
    out.origin = membership_.names().name(membership_.self());
    out.run = membership_.run();
    out.to = to;
    out.channel = channel;
    return out;
}

void Messages::cut(MessageHeader header, FlowId flow, std::string_view text, std::span<Link *const> over, const Ways &ways) {
    header.total = static_cast<std::uint32_t>(text.size());
    do {
        const std::string_view now = text.substr(0, largest_piece);
        text.remove_prefix(now.size());
        const std::string body = encode_piece(header, now);
        for (Link *each : over) each->messages.push(flow, header.number, FrameKind::message, body);
        header.at += static_cast<std::uint32_t>(now.size());
    } while (!text.empty());
    for (Link *each : over) ways.wrote(*each);
}

/// Nobody: no such member is up.
NodeId Messages::receiver(std::string_view to, SentMessages::Stream *known, const Ways &ways) const {
    const bool outdated = known == nullptr || known->version != ways.version;
    const NodeId id = outdated ? membership_.find(to).value_or(nobody) : known->to;
    if (known != nullptr) known->to = id;
    return id != membership_.self() && membership_.state(id) == State::up ? id : nobody;
}

Messages::Sent Messages::send(std::string_view to, std::string_view channel, std::string_view text, std::uint64_t ticket,
                              const Ways &ways, Time now) {
    if (text.size() > largest || channel.size() > longest_channel) return Sent::too_large;
    SentMessages::Stream *stream = sent_.find(to, channel);
    const NodeId id = receiver(to, stream, ways);
    if (id == nobody) return Sent::unknown_member;
    if (sent_.full()) return Sent::unanswered;
    if (stream == nullptr) stream = &sent_.open(to, id, channel, flow_of(header_to(to, channel)), now);
    if (std::exchange(stream->version, ways.version) != ways.version) stream->direct = ways.link(stream->to);
    Link *over = stream->direct != nullptr ? stream->direct : way_to(stream->to, ways);
    if (over == nullptr) return Sent::unknown_member;
    const auto header = [&] {
        MessageHeader out = header_to(to, channel);
        out.number = stream->last + 1;
        out.oldest = stream->oldest();
        return out;
    };
    if (over->takes_batches && text.size() <= largest_piece) {
        if (!over->messages.add(stream->flow, stream->id, stream->last + 1, text, [&] { return encode_batch(header()); }))
            return Sent::full;
        ways.wrote(*over);
    } else {
        if (over->messages.full(stream->flow, 0)) return Sent::full;
        cut(header(), stream->flow, text, {&over, 1}, ways);
    }
    sent_.add(*stream, ticket, now);
    return Sent::begun;
}

Messages::Sent Messages::broadcast(std::string_view channel, std::string_view text, const Ways &ways, Time now) {
    if (text.size() > largest || channel.size() > longest_channel) return Sent::too_large;
    MessageHeader header = header_to({}, channel);
    header.hops = UINT8_MAX;
    header.to_all = true;
    const FlowId flow = flow_of(header);
    std::vector<Link *> over;
    for (const NodeId each : ways.neighbours) {
        if (Link *link = ways.link(each)) over.push_back(link);
    }
    if (std::ranges::any_of(over, [flow](const Link *each) { return each->messages.full(flow, 0); })) return Sent::full;
    const auto numbers = broadcasts_.next(channel, now);
    if (!numbers) return Sent::too_many_channels;
    header.number = numbers->number;
    header.oldest = numbers->oldest;
    cut(header, flow, text, over, ways);
    return Sent::begun;
}

// ---- ways ----

/// The neighbour over which each member is reached with the fewest hops: the rings are a pure function, so everybody knows all links.
void Messages::compute_ways() {
    const NameTable &names = membership_.names();
    const NodeId self = membership_.self();
    ways_.assign(names.size(), nobody);
    std::vector<NodeId> now{self}, next, near;
    const auto present = [this, self](NodeId id) { return id == self || membership_.present(id); };
    while (!now.empty()) {
        next.clear();
        for (const NodeId from : now) {
            near.clear();
            membership_.rings().neighbours(from, membership_.present_count(), present, near);
            for (const NodeId to : near) {
                if (to == self || ways_[to] != nobody) continue;
                ways_[to] = from == self ? to : ways_[from];
                next.push_back(to);
            }
        }
        now.swap(next);
    }
    ways_known_ = true;
}

Link *Messages::way_to(NodeId to, const Ways &ways) {
    if (Link *direct = ways.link(to)) return direct;
    if (!ways_known_ || ways_.size() < membership_.names().size()) compute_ways();
    if (ways_[to] != nobody) {
        if (Link *first = ways.link(ways_[to])) return first;
    }
    return ways.neighbours.empty() ? nullptr : ways.link(ways.neighbours[to % ways.neighbours.size()]);
}

// ---- receiving ----

/// Nothing: its messages concern nobody here.
std::optional<NodeId> Messages::known_origin(const MessageHeader &header) const {
    const auto origin = membership_.names().find(header.origin);
    if (!origin || *origin == membership_.self()) return std::nullopt;
    if (membership_.run(*origin) != header.run) return std::nullopt; // of a run that has ended
    return origin;
}

bool Messages::take(NodeId from, std::string_view body, const Ways &ways, Time now) {
    MessageHeader header;
    std::string_view text;
    if (!decode_piece(body, header, text)) return false;
    const auto origin = known_origin(header);
    if (!origin) return true;
    const FlowId flow = flow_of(header);
    const std::uint64_t rest_of = header.at != 0 ? header.number : 0;
    if (header.to_all || header.to == membership_.names().name(membership_.self())) {
        if (!keep(header, *origin, text, ways, now) || !header.to_all) return true;
        for (const NodeId each : ways.neighbours) {
            Link *link = each == from || each == *origin ? nullptr : ways.link(each);
            if (link == nullptr || link->messages.full(flow, rest_of)) continue;
            link->messages.push(flow, header.number, FrameKind::message, std::string(body));
            ways.wrote(*link);
        }
        return true;
    }
    if (Link *next = way_on(header, *origin, rest_of, 1, ways)) {
        --header.hops;
        next->messages.push(flow, header.number, FrameKind::message, encode_piece(header, text));
        ways.wrote(*next);
    }
    return true;
}

bool Messages::take_batch(std::string_view body, const Ways &ways, Time now) {
    Batch batch;
    if (!decode_batch(body, batch)) return false;
    MessageHeader &header = batch.header;
    const auto origin = known_origin(header);
    if (!origin) return true;
    const std::uint64_t first = header.number;
    if (header.to != membership_.names().name(membership_.self())) {
        Link *next = way_on(header, *origin, 0, batch.places.size(), ways);
        if (next == nullptr) return true;
        --header.hops;
        const FlowId flow = flow_of(header);
        if (next->takes_batches) {
            std::string passed(body);
            passed[0] = static_cast<char>(header.hops);
            next->messages.push(flow, first + batch.places.size() - 1, FrameKind::messages, std::move(passed));
            ways.wrote(*next);
            return true;
        }
        for (std::size_t i = 0; i < batch.places.size(); ++i, ++header.number)
            cut(header, flow, batch.text(batch.places[i]), {&next, 1}, ways);
        return true;
    }
    if (received_.take_batch(batch, *origin, now)) {
        receipt(*origin, header, first, batch.places.size(), {}, ways);
        return true;
    }
    for (std::size_t i = 0; i < batch.places.size(); ++i, ++header.number) {
        header.total = static_cast<std::uint32_t>(batch.places[i].size);
        keep(header, *origin, batch.text(batch.places[i]), ways, now);
    }
    return true;
}

bool Messages::keep(const MessageHeader &header, NodeId origin, std::string_view text, const Ways &ways, Time now) {
    const auto kept = received_.take_piece(header, origin, text, now);
    if (kept.count != 0) receipt(origin, header, kept.first, kept.count, {}, ways);
    if (kept.what == ReceivedMessages::Kept::What::no_room && !header.to_all)
        receipt(origin, header, header.number, 1, "the receiver has too many messages that wait", ways);
    return kept.what == ReceivedMessages::Kept::What::is_new;
}

Link *Messages::way_on(const MessageHeader &header, NodeId origin, std::uint64_t rest_of, std::size_t count, const Ways &ways) {
    const std::string &here = membership_.names().name(membership_.self());
    const auto to = membership_.names().find(header.to);
    Link *next = to && header.hops > 0 ? way_to(*to, ways) : nullptr;
    if (next == nullptr) {
        receipt(origin, header, header.number, count, "no way to it was found at " + here, ways);
        return nullptr;
    }
    if (!next->messages.full(flow_of(header), rest_of)) return next;
    receipt(origin, header, header.number, count, "the queue of " + here + ", which is on the way, is full", ways);
    return nullptr;
}

// ---- receipts ----

void Messages::receipt(NodeId origin, const MessageHeader &of, std::uint64_t first, std::uint64_t count, std::string_view why,
                       const Ways &ways) {
    Link *next = way_to(origin, ways);
    if (next == nullptr) return;
    Receipt out{.hops = most_hops,
                .origin = membership_.names().name(origin),
                .run = of.run,
                .to = of.to,
                .channel = of.channel,
                .number = first,
                .count = 0,
                .why = why};
    for (; count != 0; count -= out.count, out.number += out.count) {
        out.count = static_cast<std::uint16_t>(std::min<std::uint64_t>(count, most_in_batch));
        put(*next, out, ways);
    }
}

void Messages::put(Link &link, const Receipt &receipt, const Ways &ways) {
    if (link.takes_batches) {
        link.control(FrameKind::receipts, encode_receipts(receipt));
    } else {
        Receipt one = receipt;
        for (; one.number < receipt.number + receipt.count; ++one.number) link.control(FrameKind::receipt, encode_receipt(one));
    }
    ways.wrote(link);
}

bool Messages::take_receipt(std::string_view body, const Ways &ways) {
    Receipt receipt;
    if (!decode_receipt(body, receipt)) return false;
    take(receipt, ways);
    return true;
}

bool Messages::take_receipts(std::string_view body, const Ways &ways) {
    Receipt receipt;
    if (!decode_receipts(body, receipt)) return false;
    take(receipt, ways);
    return true;
}

void Messages::take(const Receipt &receipt, const Ways &ways) {
    const auto to = membership_.names().find(receipt.origin);
    if (!to) return;
    if (*to == membership_.self()) {
        if (receipt.run == membership_.run())
            sent_.ended(receipt.to, receipt.channel, receipt.number, receipt.count, receipt.why);
        return;
    }
    Link *next = receipt.hops > 0 ? way_to(*to, ways) : nullptr;
    if (next == nullptr) return;
    Receipt passed = receipt;
    --passed.hops;
    put(*next, passed, ways);
}

// ---- time ----

void Messages::gone(NodeId id, std::string_view why) {
    sent_.gone(id, why);
    received_.gone(id);
}

void Messages::forget(NodeId id) {
    gone(id, "it was forgotten");
    overlay_changed();
}

void Messages::advance(Time now) {
    sent_.advance(now);
    received_.advance(now);
}

} // namespace kith::mesh
