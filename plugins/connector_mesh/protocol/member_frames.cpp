// SPDX-License-Identifier: MIT
//
// Member: what comes in on a link, by kind of frame.
#include "member.hpp"

#include <algorithm>

namespace kith::mesh {

using namespace std::chrono_literals;

void Member::received(LinkId id, std::string_view bytes, Time now) {
    Link *link = find(id);
    if (link == nullptr) return;
    now_ = now;
    link->heard = observer_.awake(now);
    if (link->phase == Link::Phase::up) hear(now);
    link->in.append(bytes);
    while (link != nullptr) {
        const auto frame = link->in.next();
        if (!frame) break;
        take(*link, *frame, now);
        link = find(id);
    }
    if (link != nullptr && link->in.broken()) broken(*link, "it sent a frame of an impossible length", now);
    settle(now);
}

void Member::broken(Link &link, std::string_view what, Time now) {
    ++counters_.refused;
    end_link(link.id, what, true, false, now);
}

void Member::take(Link &link, const FrameReader::Frame &frame, Time now) {
    const bool up = link.phase == Link::Phase::up;
    switch (frame.kind) {
    case FrameKind::hello: return take_hello(link, frame.body, now);
    case FrameKind::welcome: return take_welcome(link, frame.body, now);
    case FrameKind::refuse: return take_refusal(link, frame.body, now);
    default: break;
    }
    // The other side sends hello and welcome before any data, so this side is up when data comes.
    if (!up) return broken(link, "it sent data before its hello and welcome", now);
    switch (frame.kind) {
    case FrameKind::heartbeat: return take_heartbeat(link, frame.body, now);
    case FrameKind::kept: return take_kept(link, now);
    case FrameKind::verdict: return take_verdict(link, frame.body, now);
    case FrameKind::surplus:
        link.surplus_there = frame.body == std::string_view("\x01", 1);
        link.surplus_since = now;
        return;
    case FrameKind::facts: return take_facts(link, frame.body, now);
    case FrameKind::documents: return take_documents(link, frame.body, now);
    case FrameKind::digest: return take_digest(link, frame.body, now);
    case FrameKind::list: return take_list(link, frame.body, now);
    case FrameKind::message:
        if (!messages_.take(link.peer, frame.body, ways(), now)) broken(link, "it sent a message that is none", now);
        return;
    case FrameKind::messages:
        if (!messages_.take_batch(frame.body, ways(), now)) broken(link, "it sent messages that are none", now);
        return;
    case FrameKind::receipt:
        if (!messages_.take_receipt(frame.body, ways())) broken(link, "it sent a receipt that is none", now);
        return;
    case FrameKind::receipts:
        if (!messages_.take_receipts(frame.body, ways())) broken(link, "it sent receipts that are none", now);
        return;
    case FrameKind::renew: return take_renew(link, now);
    case FrameKind::goodbye: return end_link(link.id, std::string(frame.body.substr(0, longest_reason)), false, false, now);
    default: return; // of a later version
    }
}

void Member::take_heartbeat(Link &link, std::string_view body, Time now) {
    const auto beat = read_heartbeat(body);
    if (!beat) return broken(link, "it sent a heartbeat that is none", now);
    link.last_stamp = beat->stamp;
    link.last_stamp_at = now;
    const Time echo{static_cast<std::int64_t>(beat->echo)};
    if (echo > 0s && beat->held >= 0s && now - echo >= beat->held) {
        link.rtt = now - echo - beat->held;
        link.prompt = link.rtt <= settings_.heartbeat ? link.prompt + 1 : 0;
    }
    const Time next =
        std::clamp<Time>(std::chrono::milliseconds(beat->next), settings_.heartbeat, most_turns * settings_.heartbeat);
    link.silence = settings_.silence + (next - settings_.heartbeat);
    link.peer_asks = next == settings_.heartbeat;
}

void Member::take_verdict(Link &link, std::string_view body, Time now) {
    Reader in(body);
    const std::uint32_t down = in.u32();
    if (!in.good()) return broken(link, "it sent a verdict that is none", now);
    if (down >= membership_.alive()) link.believed_down = true;
}

} // namespace kith::mesh
