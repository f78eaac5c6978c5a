// SPDX-License-Identifier: MIT
#include "heartbeat_receiver.hpp"

#include <kith/address.hpp>
#include <kith/peer_host.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace gossip {

namespace {

constexpr std::string_view too_long = "it is longer than any heartbeat";

bool is_oversized(const kith_datagram &datagram) noexcept { return (datagram.flags & KITH_DATAGRAM_TRUNCATED) != 0; }

} // namespace

HeartbeatReceiver::HeartbeatReceiver(const Settings &settings, std::uint64_t seed, const Parts &parts, ReceiverEvents &events)
    : parts_(parts),
      events_(events),
      plain_(settings.secrets.empty()),
      stamped_(parts.envelope.stamped()),
      new_neighbour_limiter_(seed, 2 * settings.interval.count()),
      replay_filter_(2 * settings.max_peers),
      duplicate_names_(settings.expire.count()),
      mark_seed_(parts.neighbours.hash("mark_of")) {}

// Handles the packets in groups, each in two passes.
void HeartbeatReceiver::take(const kith::datagrams &batch, const MediumLiveness &medium) {
    if (plain_) return take_plain(batch, medium);
    const Moment moment{now(), stamped_ ? parts_.clock.wall().count() / 1'000'000 : 0};
    bool sign = false;
    OpenedPacketBatch opened;
    for (const kith_datagram &datagram : batch) {
        if (is_oversized(datagram)) {
            leave_out(Heard::oversized, datagram, too_long);
            continue;
        }
        OpenedPacket &next = opened.next();
        if (!opens(datagram, next.open(parts_.envelope, datagram))) continue;
        next.prepare(parts_.neighbours);
        if (opened.keep()) hear_all(opened.take(), moment, medium, sign);
    }
    hear_all(opened.take(), moment, medium, sign);
}

// As take. The name of a known neighbour was checked when it was added: only the packets of others are opened. The first pass is
// some packets ahead of the second one, and not a whole group, so that memory is always waited for by several of them.
void HeartbeatReceiver::take_plain(const kith::datagrams &batch, const MediumLiveness &medium) {
    NeighbourTable &neighbours = parts_.neighbours;
    const std::int64_t time = now();
    bool sign = false;
    std::array<NeighbourTable::Hash, 32> hashes; // 0: not known before it is opened
    const auto ahead = std::min<std::uint32_t>(hashes.size(), batch.size());
    for (std::uint32_t i = 0; i < batch.size() + ahead; ++i) {
        NeighbourTable::Hash &hash = hashes[i % hashes.size()];
        if (i >= ahead) {
            const kith_datagram &datagram = batch[i - ahead];
            const auto of = hashes[(i - ahead) % hashes.size()];
            const auto known = of == 0 ? NeighbourTable::none : neighbours.find(of);
            if (known == NeighbourTable::none || !neighbours.present(known) || parts_.own.is(of)) {
                take_any(datagram, time, medium, sign);
            } else {
                see_sign(time, sign);
                if (!neighbours.hear(known, ticks(medium.hearing()), mark_of(datagram.remote, mark_seed_)))
                    hear_elsewhere(known, of, datagram.remote, time);
                parts_.tally.add(Heard::known);
            }
        }
        if (i < batch.size()) {
            const kith_datagram &datagram = batch[i];
            const std::string_view name = is_oversized(datagram) ? std::string_view() : unchecked_name(kith::bytes(datagram));
            hash = name.empty() ? 0 : neighbours.hash(name);
            neighbours.prefetch(hash);
        }
    }
}

void HeartbeatReceiver::take_any(const kith_datagram &datagram, std::int64_t time, const MediumLiveness &medium, bool &sign) {
    if (is_oversized(datagram)) return leave_out(Heard::oversized, datagram, too_long);
    const Opened heard = parts_.envelope.open(kith::bytes(datagram));
    if (!opens(datagram, heard)) return;
    see_sign(time, sign);
    hear(heard, parts_.neighbours.hash(heard.name), datagram, time, ticks(medium.hearing()));
}

bool HeartbeatReceiver::opens(const kith_datagram &datagram, const Opened &heard) {
    if (heard.verdict == Opened::Verdict::good) return true;
    leave_out(heard.verdict == Opened::Verdict::foreign ? Heard::foreign : Heard::malformed, datagram, heard.why);
    return false;
}

void HeartbeatReceiver::see_sign(std::int64_t time, bool &sign) {
    if (!std::exchange(sign, true)) events_.on_sign_of_life(time);
}

void HeartbeatReceiver::hear_all(std::span<const OpenedPacket> packets, const Moment &now, const MediumLiveness &medium,
                                 bool &sign) {
    for (const OpenedPacket &one : packets) {
        if (!is_new(one.heard, *one.datagram, now)) continue;
        see_sign(now.time, sign);
        hear(one.heard, one.hash, *one.datagram, now.time, ticks(medium.hearing()));
    }
}

// Handles a packet of an authenticated format.
bool HeartbeatReceiver::is_new(const Opened &heard, const kith_datagram &datagram, const Moment &now) {
    if (!stamped_) return true;
    switch (replay_filter_.check(heard.name, heard.counter, heard.time, now.wall, now.time / 1'000'000)) {
    case ReplayFilter::Verdict::fresh: return true;
    case ReplayFilter::Verdict::seen: leave_out(Heard::replayed, datagram, "it was received before"); return false;
    case ReplayFilter::Verdict::late: break;
    }
    leave_out(Heard::late, datagram,
              "its clock and ours differ by more than 5 minutes, or it was recorded: look at the time service on both");
    return false;
}

void HeartbeatReceiver::hear(const Opened &heard, NeighbourTable::Hash hash, const kith_datagram &datagram, std::int64_t time,
                             Hearing hearing) {
    NeighbourTable &neighbours = parts_.neighbours;
    const Mark from = mark_of(datagram.remote, mark_seed_);
    if (parts_.own.is(hash)) {
        if (!parts_.own.heard_at(from) && parts_.own.must_check(from)) events_.on_own_name(datagram.remote, from);
        return parts_.tally.add(Heard::own);
    }
    const auto known = neighbours.find(hash);
    const bool present = known != NeighbourTable::none && neighbours.present(known);
    if (heard.kind == Kind::goodbye) return hear_goodbye(heard, known, present);
    if (present) {
        if (!neighbours.hear(known, hearing, from)) hear_elsewhere(known, hash, datagram.remote, time);
        return parts_.tally.add(Heard::known);
    }
    if (parts_.reports.refused(time)) return leave_out(Heard::waiting, datagram, "the topology has refused more peers");
    if (known != NeighbourTable::none) {
        neighbours.hear(known, hearing, from);
    } else if (!add(heard.name, datagram, time, hearing, from)) {
        return;
    }
    parts_.tally.add(Heard::fresh);
    parts_.reports.add({.key = std::string(heard.name),
                        .name = std::string(heard.name),
                        .attributes = {{"host", std::string(heard.name.substr(heard.name.find('@') + 1))},
                                       {"address", kith::address(datagram.remote).host()}}});
    events_.on_newcomer(time);
}

void HeartbeatReceiver::hear_goodbye(const Opened &heard, NeighbourTable::Index known, bool present) {
    parts_.tally.add(Heard::known);
    if (!replay_filter_.last_word(heard.name, heard.counter) || !present) return;
    parts_.neighbours.leave(known);
    parts_.reports.add_silent(heard.name);
}

// Adds an unknown name as a neighbour, if the limiter allows it.
bool HeartbeatReceiver::add(std::string_view name, const kith_datagram &datagram, std::int64_t time, Hearing hearing,
                            Mark from) {
    if (!new_neighbour_limiter_.admit(name, time)) {
        leave_out(Heard::waiting, datagram, "more new names than 20 a second");
    } else if (const auto fault = kith::fault_of_name(name); fault != kith::host_fault::none) {
        leave_out(Heard::malformed, datagram, kith::text_of(fault));
    } else if (!parts_.neighbours.add(name, hearing, from)) {
        leave_out(Heard::waiting, datagram, "max_peers are known already");
    } else {
        return true;
    }
    return false;
}

void HeartbeatReceiver::hear_elsewhere(NeighbourTable::Index known, NeighbourTable::Hash hash, const kith_address &from,
                                       std::int64_t time) {
    const auto other = duplicate_names_.changed(hash, from, time);
    if (!other) return;
    parts_.neighbours.set_twice(known);
    parts_.log.warning(
        "one node's name is announced from two addresses: two machines have it, possibly clones of one image, or one "
        "machine has two addresses",
        {{"node", parts_.neighbours.name(known)}, {"address", other->host()}, {"other", kith::address(from).host()}});
}

void HeartbeatReceiver::leave_out(Heard what, const kith_datagram &datagram, std::string_view why) {
    parts_.tally.add(what);
    ++left_out_;
    why_ = why;
    const auto packets = packet_errors_.add(what, now());
    if (packets == 0) return;
    parts_.log.warning(
        "dropped invalid datagrams",
        {{"from", kith::address(datagram.remote).text()}, {"reason", why}, {"packets", std::to_string(packets)}});
}

} // namespace gossip
