// SPDX-License-Identifier: MIT
//
// The delivery of datagrams: the receivers of a burst, the network faults, and the queues of sockets.
#include "udp_stack.hpp"

#include "simulated_machine_body.hpp"

#include <algorithm>

namespace kith::testkit {

namespace {

constexpr std::size_t overhead = 256; // bytes that a kernel uses for a datagram in addition to its data
constexpr std::uint32_t enough = 16;  // number of datagrams that justify a separate call

bool link_local(const kith_address &address) noexcept {
    return address.family == KITH_ADDRESS_IPV6 && address.bytes[0] == 0xfe && (address.bytes[1] & 0xc0) == 0x80;
}

} // namespace

// Everything is there; nothing moves any more.
void UdpStack::seal(Burst &burst) {
    burst.offsets.push_back(burst.bytes.size());
    for (std::size_t i = 0; i < burst.datagrams.size(); ++i) burst.datagrams[i].data = burst.bytes.data() + burst.offsets[i];
}

void UdpStack::arrived(Burst &burst) {
    auto &open = burst.channel != nullptr ? burst.channel->open : host(*burst.machine).open;
    std::erase(open, burst.slot);
    seal(burst);
    if (burst.channel != nullptr) {
        to_listeners(burst);
    } else {
        to_sockets(burst);
    }
    unuse(burst);
}

// Of a group, or a broadcast address.
void UdpStack::to_listeners(Burst &burst) {
    if (burst.channel->version != version_) listen(*burst.channel);
    const NetworkInterface *last = nullptr;
    for (const auto &[socket, interface] : burst.channel->listeners) {
        if (interface != last) draw_fates(burst, *interface);
        last = interface;
        deliver(*socket, burst, interface->number());
    }
}

void UdpStack::to_sockets(Burst &burst) {
    SimulatedMachine &machine = *burst.machine;
    if (burst.interface != nullptr) { // a copy that the machine loops back to itself, or a straggler
        if (!burst.interface->usable() || burst.interface->hears() == Hears::nothing) return;
        fates_good_ = true;
        for (const auto &socket : host(machine).sockets) {
            if (listens(*socket, *burst.interface, burst.to)) deliver(*socket, burst, burst.interface->number());
        }
        return;
    }
    NetworkInterface *by =
        burst.to.address.loopback() ? machine.interfaces().front().get() : machine.interface_of(burst.to.address);
    UdpSocket *socket = by == nullptr || !by->usable() ? nullptr : addressee(machine, burst.to);
    if (socket == nullptr) return;
    draw_fates(burst, *by);
    deliver(*socket, burst, by->number());
}

bool UdpStack::listens(const UdpSocket &socket, const NetworkInterface &interface, const SocketName &to) noexcept {
    if (socket.local.port != to.port || !socket.local.address.any() || socket.local.address.family != to.address.family)
        return false;
    if (!to.address.group()) return to.address.limited_broadcast() || interface.has_broadcast(to.address);
    return std::ranges::any_of(socket.groups,
                               [&](const auto &each) { return each.on == &interface && each.address == to.address; });
}

void UdpStack::listen(Channel &channel) {
    channel.version = version_;
    channel.listeners.clear();
    for (NetworkInterface *interface : channel.segment->interfaces()) {
        if (!interface->usable()) continue;
        for (const auto &socket : host(interface->machine()).sockets) {
            if (listens(*socket, *interface, channel.name)) channel.listeners.push_back({socket.get(), interface});
        }
    }
}

// The socket that is bound to exactly this address; the last one when there are several.
UdpSocket *UdpStack::addressee(const SimulatedMachine &machine, const SocketName &to) {
    UdpSocket *best = nullptr;
    for (const auto &each : host(machine).sockets) {
        const Address &local = each->local.address;
        if (each->local.port != to.port || local.family != to.address.family) continue;
        if (local == to.address || (local.any() && (best == nullptr || best->local.address.any()))) best = each.get();
    }
    return best;
}

// ---- network faults ----

// The part of a burst that an interface receives: all of it, or as in fates_.
void UdpStack::draw_fates(const Burst &burst, NetworkInterface &interface) {
    fates_good_ = burst.fated || (!burst.filtered && interface.hears() == Hears::everything && interface.loss() == 0 &&
                                  interface.segment()->perfect() && !net_.broken_links());
    if (fates_good_) return;
    fates_.clear();
    const auto keep = [&](std::uint32_t i) {
        if (!fates_.empty() && fates_.back().at + fates_.back().count == i) {
            ++fates_.back().count;
        } else {
            fates_.push_back({nullptr, i, 1, 0});
        }
    };
    NetworkSegment &segment = *interface.segment();
    const std::uint32_t machine = interface.machine().index();
    for (std::uint32_t i = 0; i < burst.datagrams.size(); ++i) {
        const Burst::Origin &origin = burst.origins[i];
        if (origin.machine == machine) { // the machine's own, which no wire has seen
            if (!origin.no_loop && interface.hears() != Hears::nothing) keep(i);
            continue;
        }
        if (!heard(burst, i, interface)) continue;
        if (const std::uint64_t late = segment.straggles(); late != 0) {
            straggle(burst, i, interface, late);
            continue;
        }
        keep(i);
        if (segment.duplicates()) fates_.push_back({nullptr, i, 1, 0});
    }
}

bool UdpStack::heard(const Burst &burst, std::uint32_t at, NetworkInterface &interface) {
    if (interface.hears() == Hears::itself || interface.hears() == Hears::nothing) return false;
    if (interface.hears() == Hears::no_groups && burst.channel != nullptr) return false;
    const std::uint32_t from = burst.origins[at].machine;
    if (from != none && net_.broken_links() && !net_.passes(from, interface.machine().index())) return false;
    return !interface.segment()->loses() && !net_.chance(interface.loss());
}

// Delays one datagram for this machine.
void UdpStack::straggle(const Burst &burst, std::uint32_t at, NetworkInterface &interface, std::uint64_t late) {
    SimulatedMachine &machine = interface.machine();
    Burst &made = this->burst(host(machine).open, net_.ticked(net_.now_ns() + late), burst.to,
                              burst.channel != nullptr ? &interface : nullptr, true);
    made.machine = &machine;
    made.datagrams.push_back(burst.datagrams[at]);
    made.origins.push_back(burst.origins[at]);
    made.offsets.push_back(made.bytes.size());
    made.bytes.append(burst.bytes, burst.offsets[at], burst.datagrams[at].size);
    made.longest = std::max(made.longest, burst.datagrams[at].size);
    made.scoped = made.scoped || burst.scoped;
}

// ---- queues ----

void UdpStack::deliver(UdpSocket &socket, Burst &burst, std::uint32_t number) {
    const std::uint32_t scope = burst.scoped ? number : 0;
    const auto before = socket.queue.size();
    if (fates_good_) {
        put(socket, {&burst, 0, static_cast<std::uint32_t>(burst.datagrams.size()), scope});
    } else {
        for (const Piece &fate : fates_) put(socket, {&burst, fate.at, fate.count, scope});
    }
    if (socket.queue.size() != before) socket.owner->on_datagrams(socket, socket.token);
}

void UdpStack::put(UdpSocket &socket, const Piece &piece) {
    Burst &burst = *piece.burst;
    const auto cost = [&](std::uint32_t from, std::uint32_t count) {
        return burst.offsets[from + count] - burst.offsets[from] + count * overhead;
    };
    std::uint32_t fit = piece.count;
    std::size_t costs = cost(piece.at, piece.count);
    if (socket.held + costs > socket.buffer) { // as in Linux: one more datagram is accepted while the buffer is not full
        costs = 0;
        for (fit = 0; fit < piece.count && socket.held + costs < socket.buffer; ++fit) costs += cost(piece.at + fit, 1);
        socket.lost += piece.count - fit;
        if (fit == 0) return;
    }
    socket.held += costs;
    socket.queue.push_back({&burst, piece.at, fit, piece.scope});
    ++burst.users;
}

UdpStack::Batch UdpStack::take(UdpSocket &socket, std::uint32_t max) {
    Batch out;
    if (!socket.waiting()) return out;
    gathered_.clear();
    out.serial = socket.queue[socket.first].burst->serial;
    const auto whole = [&](const Piece &piece) { return piece.scope == 0 && piece.burst->longest <= socket.max_size; };
    while (socket.waiting() && out.count < max) {
        Piece &piece = socket.queue[socket.first];
        Burst &burst = *piece.burst;
        const std::uint32_t count = std::min(piece.count, max - out.count);
        const bool alone = socket.first + 1 == socket.queue.size() || count >= enough;
        if (out.count != 0 && alone && count >= enough && whole(piece)) break; // left for the next call
        if (out.count == 0 && alone && whole(piece)) {
            out.first = &burst.datagrams[piece.at];
        } else {
            for (std::uint32_t i = piece.at; i < piece.at + count; ++i) {
                kith_datagram &made = gathered_.emplace_back(burst.datagrams[i]);
                if (piece.scope != 0 && link_local(made.remote)) made.remote.scope = piece.scope;
                if (made.size <= socket.max_size) continue;
                made.size = socket.max_size;
                made.flags |= KITH_DATAGRAM_TRUNCATED;
            }
        }
        socket.held -= burst.offsets[piece.at + count] - burst.offsets[piece.at] + count * overhead;
        out.count += count;
        taken_.push_back(&burst);
        piece.at += count;
        piece.count -= count;
        if (piece.count != 0) {
            ++burst.users; // the queue's is still there
        } else {
            ++socket.first;
        }
        if (out.first != nullptr) break;
    }
    if (out.first == nullptr) out.first = gathered_.data();
    if (!socket.waiting()) {
        socket.queue.clear();
        socket.first = 0;
    } else if (socket.first >= 256 && socket.first * 2 >= socket.queue.size()) {
        socket.queue.erase(socket.queue.begin(), socket.queue.begin() + static_cast<std::ptrdiff_t>(socket.first));
        socket.first = 0;
    }
    return out;
}

void UdpStack::release() noexcept {
    for (Burst *burst : taken_) unuse(*burst);
    taken_.clear();
}

void UdpStack::unuse(Burst &burst) noexcept {
    if (--burst.users != 0) return;
    burst.channel = nullptr;
    burst.machine = nullptr;
    burst.interface = nullptr;
    burst.fated = burst.filtered = burst.scoped = false;
    burst.longest = 0;
    burst.datagrams.clear();
    burst.origins.clear();
    burst.offsets.clear();
    burst.bytes.clear();
    free_.push_back(burst.slot);
}

} // namespace kith::testkit
