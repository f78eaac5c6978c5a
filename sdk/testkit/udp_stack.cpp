// SPDX-License-Identifier: MIT
//
// Sockets, groups and sending. Delivery is in udp_delivery.cpp.
#include "udp_stack.hpp"

#include "simulated_machine_body.hpp"
#include "slot_reuse.hpp"

#include <algorithm>
#include <utility>

namespace kith::testkit {

namespace {

constexpr std::uint64_t one_second = 1'000'000'000;

} // namespace

UdpStack::~UdpStack() = default;

UdpStack::Host &UdpStack::host(const SimulatedMachine &machine) {
    if (hosts_.size() <= machine.index()) hosts_.resize(machine.index() + 1);
    return hosts_[machine.index()];
}

// ---- sockets ----

std::int32_t UdpStack::bind(SimulatedMachine &machine, const Wanted &wanted, UdpOwner &owner, std::uint64_t token,
                            UdpSocket *&out) {
    const Address &address = wanted.local.address;
    if (!address.any() && !address.loopback() && machine.interface_of(address) == nullptr) return KITH_IO;
    Host &at = host(machine);
    const bool shared = (wanted.flags & KITH_UDP_SHARED) != 0;
    const auto taken = [&](std::uint16_t port, bool may_share) {
        return std::ranges::any_of(at.sockets, [&](const auto &each) {
            const Address &theirs = each->local.address;
            return each->local.port == port && theirs.family == address.family &&
                   (theirs.any() || address.any() || theirs == address) && !(may_share && (each->flags & KITH_UDP_SHARED) != 0);
        });
    };
    std::uint16_t port = wanted.local.port;
    if (port == 0) {
        do port = at.port = at.port == 65535 ? 49152 : static_cast<std::uint16_t>(at.port + 1);
        while (taken(port, false));
    } else if (taken(port, shared)) {
        return KITH_EXISTS;
    }
    auto socket = std::make_unique<UdpSocket>();
    socket->machine = &machine;
    socket->local = {address, port};
    socket->flags = wanted.flags;
    socket->hops = wanted.hops;
    socket->max_size = wanted.max_size;
    socket->buffer = wanted.buffer;
    socket->interface = wanted.interface;
    socket->owner = &owner;
    socket->token = token;
    out = at.sockets.emplace_back(std::move(socket)).get();
    ++version_;
    return KITH_OK;
}

void UdpStack::drop(UdpSocket &socket) noexcept {
    for (; socket.waiting(); ++socket.first) unuse(*socket.queue[socket.first].burst);
    socket.queue.clear();
    socket.first = socket.held = 0;
    ++version_;
}

void UdpStack::close(UdpSocket &socket) noexcept {
    drop(socket);
    std::erase_if(host(*socket.machine).sockets, [&](const auto &each) { return each.get() == &socket; });
}

void UdpStack::vanish(SimulatedMachine &machine) noexcept {
    for (const auto &socket : host(machine).sockets) {
        socket->dead = true; // received datagrams may still be taken
        socket->groups.clear();
        socket->local.port = 0; // the port is free again
    }
    ++version_;
}

void UdpStack::changed(SimulatedMachine &machine) {
    ++version_;
    for (const auto &socket : host(machine).sockets) {
        for (auto &group : socket->groups) look(*socket, group);
        if (!socket->dead) socket->owner->on_datagrams(*socket, socket->token);
    }
}

// ---- groups ----

std::int32_t UdpStack::join(UdpSocket &socket, const Address &group, std::string_view text, std::string_view interface) {
    if (!group.group() || group.family != socket.local.address.family) return KITH_INVALID;
    for (const auto &each : socket.groups) {
        if (each.address == group && each.interface == interface) return KITH_EXISTS;
    }
    if (socket.groups.size() >= KITH_UDP_MAX_GROUPS) return KITH_LIMIT;
    if (socket.dead) return KITH_OK;
    UdpSocket::Group &made = socket.groups.emplace_back();
    made.serial = net_.next_serial();
    made.address = group;
    made.text = text;
    made.interface = interface;
    look(socket, made);
    return KITH_OK;
}

std::int32_t UdpStack::leave(UdpSocket &socket, std::string_view group, std::string_view interface) noexcept {
    const auto count =
        std::erase_if(socket.groups, [&](const auto &each) { return each.text == group && each.interface == interface; });
    ++version_;
    return count != 0 || socket.dead ? KITH_OK : KITH_NOT_FOUND;
}

NetworkInterface *UdpStack::found(const SimulatedMachine &machine, std::string_view name, const Address &group,
                                  std::int32_t &status) const {
    const auto address = Address::parse(name);
    status = name.empty() ? KITH_UNREACHABLE : KITH_NOT_FOUND;
    for (const auto &each : machine.interfaces()) {
        if (!each->there()) continue;
        if (name.empty()) {
            if (!machine.routed() || each->segment() == nullptr || !each->usable() || each->address(group.family) == nullptr)
                continue;
        } else if (each->name() != name && !(address && each->has(*address))) {
            continue;
        }
        status = each->usable() ? KITH_OK : KITH_UNREACHABLE;
        return each->usable() ? each.get() : nullptr;
    }
    return nullptr;
}

// Determines the present state of a membership, and reports it later if it has changed.
void UdpStack::look(UdpSocket &socket, UdpSocket::Group &group) {
    NetworkInterface *on = found(*socket.machine, group.interface, group.address, group.status);
    const auto joined =
        std::ranges::count_if(socket.groups, [&](const auto &each) { return &each != &group && each.on != nullptr; });
    if (on != nullptr && static_cast<std::size_t>(joined) >= socket.machine->body().group_limit) {
        group.status = KITH_LIMIT;
        on = nullptr;
    }
    if (std::exchange(group.on, on) != on) ++version_;
    if (group.reported && group.status == group.last_reported) return;
    net_.schedule(net_.now_ns(), *this, membership, socket.machine->index(), group.serial);
}

void UdpStack::report_membership(SimulatedMachine &machine, std::uint64_t serial) {
    for (const auto &socket : host(machine).sockets) {
        const auto group = std::ranges::find(socket->groups, serial, &UdpSocket::Group::serial);
        if (group == socket->groups.end()) continue;
        if (group->reported && group->status == group->last_reported) return;
        if (group->status == KITH_OK) group->status = net_.fault_of("udp.join");
        if (group->status != KITH_OK && std::exchange(group->on, nullptr) != nullptr) {
            ++version_; // made to fail by the test; checked again
            net_.schedule(net_.now_ns() + one_second, *this, look_again, machine.index(), serial);
        }
        group->reported = true;
        group->last_reported = group->status;
        const UdpSocket::Group now = *group; // the callback may leave the group
        return socket->owner->on_membership(*socket, socket->token, now.text, now.interface, now.status);
    }
}

void UdpStack::on_event(std::uint32_t what, std::uint32_t slot, std::uint64_t id) {
    if (what == arrive) return arrived(bursts_[slot]);
    SimulatedMachine &machine = *net_.machine_at(slot);
    if (what == membership) return report_membership(machine, id);
    for (const auto &socket : host(machine).sockets) {
        const auto group = std::ranges::find(socket->groups, id, &UdpSocket::Group::serial);
        if (group != socket->groups.end()) return look(*socket, *group);
    }
}

// ---- sending ----

std::uint64_t UdpStack::local_delay() { return net_.random().between(20'000, 50'000); }

// The interface for sending; null when there is none.
NetworkInterface *UdpStack::way_out(const UdpSocket &socket, const SocketName &to, std::uint32_t scope) const {
    const SimulatedMachine &machine = *socket.machine;
    const bool unnamed = !to.address.group() && !to.address.limited_broadcast();
    const NetworkInterface *ours = unnamed ? machine.interface_of(to.address) : nullptr;
    if (ours != nullptr ? ours->usable() : to.address.loopback()) return machine.interfaces().front().get();
    std::int32_t status = KITH_OK;
    if (scope != 0) {
        NetworkInterface *by = scope <= machine.interfaces().size() ? machine.interfaces()[scope - 1].get() : nullptr;
        return by != nullptr && by->usable() ? by : nullptr;
    }
    if (!unnamed) {
        const Address &local = socket.local.address;
        const std::string name = socket.interface.empty() && !local.any() ? local.text() : socket.interface;
        return found(machine, name, to.address, status);
    }
    const SimulatedMachine *other = net_.at(to.address);
    const NetworkInterface *theirs = other == nullptr ? nullptr : other->interface_of(to.address);
    NetworkInterface *best = nullptr;
    for (const auto &each : machine.interfaces()) {
        if (each->segment() == nullptr || !each->usable() || each->address(to.address.family) == nullptr) continue;
        if (each->has_broadcast(to.address) || (theirs != nullptr && theirs->segment() == each->segment())) return each.get();
        if (best == nullptr && machine.routed()) best = each.get();
    }
    return best;
}

struct UdpStack::Sent {
    std::uint32_t machine; // who; none: nobody
    SocketName from, to;
    std::string_view bytes;
    bool no_loop;
};

std::int32_t UdpStack::send(UdpSocket &socket, const SocketName &to, std::uint32_t scope, std::string_view bytes) {
    if (socket.dead) return KITH_OK;
    SimulatedMachine &machine = *socket.machine;
    NetworkInterface *by = way_out(socket, to, scope);
    const bool group = to.address.group();
    const bool to_everyone = to.address.limited_broadcast() || (by != nullptr && by->has_broadcast(to.address));
    if (to_everyone && (socket.flags & KITH_UDP_BROADCAST) == 0) return KITH_DENIED;
    if (by == nullptr) return KITH_UNREACHABLE;
    const bool to_itself = !group && !to_everyone && by->segment() == nullptr;
    const Address *source = &socket.local.address;
    if (source->any()) source = to_itself ? &to.address : by->address(to.address.family);
    if (source == nullptr) return KITH_UNREACHABLE;
    if (!source->loopback() && machine.interface_of(*source) == nullptr)
        return KITH_UNREACHABLE; // the machine no longer has this source address
    const Sent sent{machine.index(), {*source, socket.local.port}, to, bytes, group && (socket.flags & KITH_UDP_NO_LOOP) != 0};
    if (to_itself) {
        to_machine(machine, nullptr, sent, local_delay(), true);
        return KITH_OK;
    }
    if (by->segment() != nullptr) {
        if (by->sends() == Sends::later) return KITH_BUSY;
        if (by->sends() == Sends::denied) return KITH_DENIED;
        if (bytes.size() > by->segment()->longest()) return KITH_LIMIT;
    }
    if (group || to_everyone) {
        to_all(machine, *by, sent, group ? socket.hops : 1);
    } else if (by->sends() != Sends::nothing) {
        to_address(*by->segment(), sent);
    }
    return KITH_OK;
}

// To a group or a broadcast address.
void UdpStack::to_all(SimulatedMachine &machine, NetworkInterface &by, const Sent &sent, std::uint32_t hops) {
    NetworkSegment *segment = by.segment();
    const bool group = sent.to.address.group();
    if (segment == nullptr || hops == 0 || by.sends() == Sends::nothing || (group && !segment->multicast())) {
        if (!sent.no_loop) to_machine(machine, &by, sent, local_delay(), true);
        return;
    }
    to_segment(*segment, sent);
    if (hops == 1 || segment->neighbours().empty() || sent.to.address.link_local()) return;
    std::vector<NetworkSegment *> reached{segment};
    for (std::size_t from = 0; from < reached.size(); ++from) {
        for (NetworkSegment *next : reached[from]->neighbours()) {
            if (std::ranges::find(reached, next) != reached.end() || *segment->distance(*next) >= hops) continue;
            reached.push_back(next);
            if (next->multicast()) to_segment(*next, sent);
        }
    }
}

void UdpStack::to_segment(NetworkSegment &segment, const Sent &sent) {
    segment.see({net_.now(), net_.machine_at(sent.machine), sent.from, sent.to, sent.bytes});
    Channel &channel = channels_[{segment.index(), sent.to}];
    channel.segment = &segment;
    channel.name = sent.to;
    Burst &on = burst(channel.open, net_.ticked(net_.now_ns() + segment.draw_delay()), sent.to, nullptr, false);
    on.channel = &channel;
    append(on, sent);
}

void UdpStack::to_address(NetworkSegment &segment, const Sent &sent) {
    segment.see({net_.now(), net_.machine_at(sent.machine), sent.from, sent.to, sent.bytes});
    SimulatedMachine *machine = net_.at(sent.to.address);
    NetworkInterface *theirs = machine == nullptr ? nullptr : machine->interface_of(sent.to.address);
    if (theirs == nullptr || !segment.distance(*theirs->segment())) return; // no machine has this address
    to_machine(*machine, nullptr, sent, theirs->segment()->draw_delay(), false);
}

void UdpStack::to_machine(SimulatedMachine &machine, NetworkInterface *interface, const Sent &sent, std::uint64_t delay,
                          bool fated) {
    Burst &on = burst(host(machine).open, net_.ticked(net_.now_ns() + delay), sent.to, interface, fated);
    on.machine = &machine;
    append(on, sent);
}

// The burst that arrives at that time; created when there is none.
Burst &UdpStack::burst(std::vector<std::uint32_t> &open, std::uint64_t arrives, const SocketName &to,
                       NetworkInterface *interface, bool fated) {
    if (net_.ticking()) {
        for (const auto slot : open) {
            Burst &each = bursts_[slot];
            if (each.arrives == arrives && each.interface == interface && each.fated == fated && each.to == to) return each;
        }
    }
    const std::uint32_t slot = take_slot(bursts_, free_);
    Burst &made = bursts_[slot];
    made.slot = slot;
    made.users = 1; // the reference of the network
    made.serial = net_.next_serial();
    made.arrives = arrives;
    made.interface = interface;
    made.to = to;
    made.fated = fated;
    if (net_.ticking()) open.push_back(slot);
    net_.schedule(arrives, *this, arrive, slot);
    return made;
}

void UdpStack::append(Burst &burst, const Sent &sent) {
    kith_datagram &made = burst.datagrams.emplace_back();
    made = {};
    made.size = static_cast<std::uint32_t>(sent.bytes.size());
    std::ranges::copy(sent.from.address.bytes, made.remote.bytes);
    made.remote.port = sent.from.port;
    made.remote.family = sent.from.address.family;
    burst.origins.push_back({sent.machine, sent.no_loop});
    burst.offsets.push_back(burst.bytes.size());
    burst.bytes += sent.bytes;
    burst.longest = std::max(burst.longest, made.size);
    burst.filtered = burst.filtered || sent.no_loop;
    burst.scoped = burst.scoped || sent.from.address.link_local();
}

void UdpStack::inject(NetworkSegment &segment, const SocketName &from, const SocketName &to, std::string_view bytes) {
    net_.trace(none, "udp.inject", segment.index(), to.port, bytes);
    const Sent sent{none, from, to, bytes, false};
    const bool to_everyone = std::ranges::any_of(segment.interfaces(),
                                                 [&](const NetworkInterface *each) { return each->has_broadcast(to.address); });
    if (to.address.group() || to.address.limited_broadcast() || to_everyone) return to_segment(segment, sent);
    to_address(segment, sent);
}

} // namespace kith::testkit
