// SPDX-License-Identifier: MIT
#include "messages.hpp"

#include <algorithm>
#include <utility>

namespace kith::mesh {

namespace {

constexpr std::size_t most_incoming = std::size_t{32} << 20; // bytes kept of one stream
constexpr std::size_t most_waiting = 65536;
constexpr std::size_t most_streams = 65536;
constexpr std::uint64_t first_numbers = 16; // a stream that begins with one of these is waited for from its beginning
constexpr Time patience_for_earlier = std::chrono::seconds(2);

} // namespace

// ---- the wire ----

std::string Messages::encode(const Header &header, std::string_view text) {
    std::string out;
    out.reserve(96 + header.origin.size() + header.to.size() + header.channel.size() + text.size());
    append_number<1>(out, header.hops);
    append_number<1>(out, header.to_all ? 1 : 0);
    append_text(out, header.origin);
    append_number<8>(out, header.run.start);
    append_number<8>(out, header.run.nonce);
    append_text(out, header.to);
    append_text(out, header.channel);
    append_number<8>(out, header.number);
    append_number<8>(out, header.oldest);
    append_number<4>(out, header.total);
    append_number<4>(out, header.at);
    out.append(text);
    return out;
}

bool Messages::decode(std::string_view body, Header &header, std::string_view &text) {
    Reader in(body);
    header.hops = in.u8();
    header.to_all = in.u8() != 0;
    header.origin = in.text(longest_name);
    header.run.start = in.u64();
    header.run.nonce = in.u64();
    header.to = in.text(longest_name);
    header.channel = in.text(longest_channel);
    header.number = in.u64();
    header.oldest = in.u64();
    header.total = in.u32();
    header.at = in.u32();
    text = in.rest();
    return in.good() && !header.origin.empty() && header.number != 0 && header.total <= largest && header.at <= header.total &&
           text.size() <= header.total - header.at && header.to_all == header.to.empty();
}

// ---- sending ----

FlowId Messages::flow_of(const Header &header) {
    return std::hash<std::string_view>()(header.channel) * 31 + std::hash<std::string_view>()(header.origin);
}

void Messages::cut(Header header, FlowId flow, std::string_view text, std::span<const NodeId> neighbours) {
    header.total = static_cast<std::uint32_t>(text.size());
    do {
        const std::string_view now = text.substr(0, piece);
        text.remove_prefix(now.size());
        const std::string body = encode(header, now);
        for (const NodeId each : neighbours) output_.push_back({each, body, false, flow, header.number});
        header.at += static_cast<std::uint32_t>(now.size());
    } while (!text.empty());
}

Messages::Sent Messages::send(NodeId to, std::string_view channel, std::string_view text, std::uint64_t ticket,
                              const Ways &ways, Time now) {
    if (text.size() > largest || channel.size() > longest_channel) return Sent::too_large;
    if (to == membership_.self() || membership_.state(to) != State::up) return Sent::unknown_member;
    const NodeId next = way_to(to, ways);
    if (next == nobody) return Sent::unknown_member;
    Header header;
    header.hops = most_hops;
    header.origin = membership_.names().name(membership_.self());
    header.run = membership_.run();
    header.to = membership_.names().name(to);
    header.channel = channel;
    const FlowId flow = flow_of(header);
    if (waiting_.size() >= most_waiting || !ways.has_room(next, flow, 0)) return Sent::full;
    header.number = ++last_sent_[{to, false, std::string(channel)}];
    header.oldest = header.number;
    for (const Waiting &each : waiting_) {
        if (each.to != to || each.channel != channel) continue;
        header.oldest = each.number;
        break;
    }
    waiting_.push_back({to, std::string(channel), header.number, ticket, now + patience});
    cut(header, flow, text, {&next, 1});
    return Sent::begun;
}

Messages::Sent Messages::broadcast(std::string_view channel, std::string_view text, const Ways &ways) {
    if (text.size() > largest || channel.size() > longest_channel) return Sent::too_large;
    Header header;
    header.hops = UINT8_MAX;
    header.to_all = true;
    header.origin = membership_.names().name(membership_.self());
    header.run = membership_.run();
    header.channel = channel;
    const FlowId flow = flow_of(header);
    if (!std::ranges::all_of(ways.neighbours, [&](NodeId id) { return ways.has_room(id, flow, 0); })) return Sent::full;
    header.number = ++last_sent_[{nobody, true, std::string(channel)}];
    header.oldest = 1;
    cut(header, flow, text, ways.neighbours);
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

NodeId Messages::way_to(NodeId to, const Ways &ways) {
    if (ways.linked(to)) return to;
    if (!ways_known_ || ways_.size() < membership_.names().size()) compute_ways();
    if (ways_[to] != nobody && ways.linked(ways_[to])) return ways_[to];
    return ways.neighbours.empty() ? nobody : ways.neighbours[to % ways.neighbours.size()];
}

// ---- receiving ----

bool Messages::take(NodeId from, std::string_view body, const Ways &ways, Time now) {
    Header header;
    std::string_view text;
    if (!decode(body, header, text)) return false;
    const auto origin = membership_.names().find(header.origin);
    if (!origin || *origin == membership_.self()) return true;
    if (membership_.run(*origin) != header.run) return true; // of a run that has ended
    const NodeId self = membership_.self();
    const FlowId flow = flow_of(header);
    const std::uint64_t rest_of = header.at != 0 ? header.number : 0;
    if (header.to_all || header.to == membership_.names().name(self)) {
        const Kept kept = keep(header, *origin, text, ways, now);
        if (kept == Kept::no_room && !header.to_all)
            receipt(*origin, header, "the receiver has too many bytes that wait", ways);
        if (kept != Kept::is_new || !header.to_all) return true;
        for (const NodeId each : ways.neighbours) {
            if (each != from && each != *origin && ways.has_room(each, flow, rest_of))
                output_.push_back({each, std::string(body), false, flow, header.number});
        }
        return true;
    }
    const auto to = membership_.names().find(header.to);
    const NodeId next = to && header.hops > 0 ? way_to(*to, ways) : nobody;
    if (next == nobody) {
        receipt(*origin, header, "no way to it was found at " + membership_.names().name(self), ways);
    } else if (!ways.has_room(next, flow, rest_of)) {
        receipt(*origin, header, "the queue of " + membership_.names().name(self) + ", which is on the way, is full", ways);
    } else {
        --header.hops;
        output_.push_back({next, encode(header, text), false, flow, header.number});
    }
    return true;
}

Messages::Kept Messages::keep(const Header &header, NodeId origin, std::string_view text, const Ways &ways, Time now) {
    const Stream stream(origin, header.to_all, std::string(header.channel));
    auto at = incoming_.find(stream);
    if (at == incoming_.end()) {
        if (incoming_.size() >= most_streams) return Kept::no_room;
        at = incoming_.emplace(stream, Incoming()).first;
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
    if (header.number < in.next) {
        if (!header.to_all && header.at == 0) receipt(origin, header, {}, ways);
        return Kept::known;
    }
    if (in.bytes + text.size() > most_incoming) return Kept::no_room;
    Incoming::Partial &part = in.parts[header.number];
    part.total = header.total;
    if (!part.pieces.emplace(header.at, text).second) return Kept::known;
    part.bytes += text.size();
    in.bytes += text.size();
    flush(stream, in, now, &ways);
    return Kept::is_new;
}

void Messages::flush(const Stream &stream, Incoming &in, Time now, const Ways *ways) {
    const auto &[origin, to_all, channel] = stream;
    while (!in.parts.empty() && in.parts.begin()->first == in.next && in.parts.begin()->second.whole()) {
        Incoming::Partial &part = in.parts.begin()->second;
        std::string text;
        text.reserve(part.bytes);
        for (const auto &[place, piece_text] : part.pieces) text += piece_text;
        in.bytes -= part.bytes;
        in.parts.erase(in.parts.begin());
        arrived_.push_back({origin, channel, std::move(text), to_all});
        if (!to_all && ways != nullptr) {
            Header header;
            header.run = in.run;
            header.to = membership_.names().name(membership_.self());
            header.channel = channel;
            header.number = in.next;
            receipt(origin, header, {}, *ways);
        }
        ++in.next;
    }
    in.blocked_since = in.parts.empty() ? Time{-1} : now;
}

void Messages::receipt(NodeId origin, const Header &of, std::string_view why, const Ways &ways) {
    const NodeId next = way_to(origin, ways);
    if (next == nobody) return;
    std::string out;
    append_number<1>(out, most_hops);
    append_text(out, membership_.names().name(origin));
    append_number<8>(out, of.run.start);
    append_number<8>(out, of.run.nonce);
    append_text(out, of.to);
    append_text(out, of.channel);
    append_number<8>(out, of.number);
    append_text(out, why.substr(0, longest_reason));
    output_.push_back({next, std::move(out), true, 0, 0});
}

bool Messages::take_receipt(std::string_view body, const Ways &ways) {
    Reader in(body);
    const std::uint8_t hops = in.u8();
    const auto to = membership_.names().find(in.text(longest_name));
    Run run;
    run.start = in.u64();
    run.nonce = in.u64();
    const auto receiver = membership_.names().find(in.text(longest_name));
    const std::string_view channel = in.text(longest_channel);
    const std::uint64_t number = in.u64();
    const std::string_view why = in.text(longest_reason);
    if (!in.good()) return false;
    if (!to) return true;
    if (*to != membership_.self()) {
        const NodeId next = hops > 0 ? way_to(*to, ways) : nobody;
        if (next == nobody) return true;
        std::string out(body);
        out[0] = static_cast<char>(hops - 1);
        output_.push_back({next, std::move(out), true, 0, 0});
        return true;
    }
    if (run != membership_.run()) return true;
    const auto waits = std::ranges::find_if(
        waiting_, [&](const Waiting &each) { return each.number == number && each.to == receiver && each.channel == channel; });
    if (waits != waiting_.end()) end(waits, why);
    return true;
}

void Messages::end(const std::deque<Waiting>::iterator &which, std::string_view why) {
    done_.push_back({which->ticket, std::string(why)});
    waiting_.erase(which);
}

void Messages::gone(NodeId id, std::string_view why) {
    for (auto at = waiting_.begin(); at != waiting_.end();) {
        if (at->to != id) {
            ++at;
            continue;
        }
        done_.push_back({at->ticket, "the receiver is down: " + std::string(why)});
        at = waiting_.erase(at);
    }
    std::erase_if(incoming_, [id](const auto &each) { return std::get<0>(each.first) == id; });
}

void Messages::advance(Time now) {
    while (!waiting_.empty() && waiting_.front().until <= now)
        end(waiting_.begin(), "no receipt came within " + std::to_string(patience / std::chrono::seconds(1)) +
                                  " s; it has possibly arrived nevertheless");
    for (auto &[stream, in] : incoming_) {
        if (in.blocked_since < Time::zero() || in.blocked_since + (std::get<1>(stream) ? patience_for_earlier : patience) > now)
            continue;
        // Nothing has come for so long: neither the earlier ones nor the rest of the first come any more.
        in.next = in.parts.begin()->first;
        if (!in.parts.begin()->second.whole()) {
            in.bytes -= in.parts.begin()->second.bytes;
            in.parts.erase(in.parts.begin());
            ++in.next;
        }
        flush(stream, in, now, nullptr);
    }
}

Time Messages::deadline() const noexcept {
    Time out = waiting_.empty() ? Time::max() : waiting_.front().until;
    for (const auto &[stream, in] : incoming_) {
        if (in.blocked_since >= Time::zero())
            out = std::min(out, in.blocked_since + (std::get<1>(stream) ? patience_for_earlier : patience));
    }
    return out;
}

std::vector<Messages::Output> Messages::take_output() { return std::exchange(output_, {}); }
std::vector<Messages::Arrived> Messages::take_arrived() { return std::exchange(arrived_, {}); }
std::vector<Messages::Done> Messages::take_done() { return std::exchange(done_, {}); }

} // namespace kith::mesh
