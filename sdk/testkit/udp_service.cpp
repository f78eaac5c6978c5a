// SPDX-License-Identifier: MIT
//
// The service kith.udp/1 of a simulated machine, over the sockets of udp_stack.
#include "simulated_machine_body.hpp"

#include <kith/hosting/status.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace kith::testkit {

namespace {

bool complete(const kith_udp_plugin *table) noexcept {
    return table != nullptr && table->bound && table->membership && table->received && table->sent;
}

std::string place(const SocketName &name) {
    const std::string address = name.address.text(), port = std::to_string(name.port);
    return name.address.family == 6 ? "[" + address + "]:" + port : address + ":" + port;
}

// Texts for datagrams that are more specific than status_sentence.
std::string_view reason(std::string_view what, std::int32_t status) noexcept {
    if (what == "udp.bind" && status == KITH_IO) return "this machine has no such address";
    if (what == "udp.send" && status == KITH_DENIED) return "a broadcast needs KITH_UDP_BROADCAST, or a firewall forbids it";
    if (what == "udp.send" && status == KITH_UNREACHABLE) return "no route leads there, or the interface is down";
    if (what == "udp.send" && status == KITH_LIMIT) return "it is too long for the way there";
    if (what == "udp.join" && status == KITH_NOT_FOUND) return "there is no such interface";
    if (what == "udp.join" && status == KITH_UNREACHABLE) return "the interface is down, or no route leads to the group";
    if (what == "udp.join" && status == KITH_LIMIT) return "the system allows no more groups";
    return status_sentence(status);
}

std::string text_of(std::string_view what, std::string_view subject, std::int32_t status) {
    if (status >= 0) return {};
    std::string out(what);
    return out.append(1, ' ').append(subject).append(": ").append(reason(what, status));
}

SocketName name_of(const kith_address &raw) noexcept {
    SocketName out;
    std::ranges::copy(raw.bytes, out.address.bytes.begin());
    if (raw.family == KITH_ADDRESS_IPV4) std::fill(out.address.bytes.begin() + 4, out.address.bytes.end(), std::uint8_t{0});
    out.address.family = raw.family;
    out.port = raw.port;
    return out;
}

std::int32_t socket_of(TenantResources &resources, std::uint64_t id, Socket *&out) {
    out = resources.body->socket(resources, id);
    if (out == nullptr) return resources.refuse(KITH_STALE, "a socket that is open is expected");
    return out->udp == nullptr ? resources.refuse(KITH_INVALID, "a socket of kith.udp/1 is expected") : KITH_OK;
}

// ---- completions ----

void bound(TenantResources &resources, Op &op) {
    SimulatedMachine::Body &on = *resources.body;
    std::uint64_t id = 0;
    std::string address;
    kith_endpoint local{};
    std::uint32_t buffer = 0;
    if (op.status == KITH_OK && on.full()) op.status = KITH_LIMIT;
    if (op.status == KITH_OK) {
        Socket &socket = on.make_socket(resources);
        socket.udp = op.udp;
        op.udp->token = id = socket.id;
        address = op.udp->local.address.text();
        local = {str(address), op.udp->local.port, 0};
        buffer = op.udp->buffer;
    } else if (op.udp != nullptr) {
        on.net.udp().close(*op.udp);
    }
    on.trace("udp.bound", op.id, op.status, address);
    const std::string text = text_of("udp.bind", "to " + op.name, op.status);
    const Entered entered(*resources.tenant, "udp.bound");
    resources.udp->bound(resources.tenant->self(), op.user, op.id, op.status, str(text), id,
                         op.status == KITH_OK ? &local : nullptr, buffer);
}

void received(TenantResources &resources, Op &op) {
    SimulatedMachine::Body &on = *resources.body;
    UdpStack &stack = on.net.udp();
    Socket *socket = on.socket(resources, op.socket);
    UdpStack::Batch batch;
    std::uint64_t lost = 0;
    std::string text;
    if (socket != nullptr) {
        if (op.status == KITH_OK) batch = stack.take(*socket->udp, static_cast<std::uint32_t>(op.number));
        lost = socket->udp->lost;
    }
    if (op.status < 0)
        text = text_of("udp.receive", socket == nullptr ? "by a closed socket" : "on " + place(socket->udp->local), op.status);
    const std::string_view burst(reinterpret_cast<const char *>(&batch.serial), sizeof batch.serial);
    on.trace("udp.received", op.id, op.status == KITH_OK ? batch.count : op.status, burst);
    {
        const Entered entered(*resources.tenant, "udp.received");
        resources.udp->received(resources.tenant->self(), op.user, op.id, op.status, str(text), batch.first, batch.count,
                                sizeof(kith_datagram), lost);
    }
    stack.release();
}

void sent(TenantResources &resources, Op &op) {
    SimulatedMachine::Body &on = *resources.body;
    // The failure of an attempted datagram is reported before the end of the waiting ones.
    const std::int32_t status = op.failed != KITH_OK ? op.failed : op.status;
    on.trace("udp.sent", op.id, status != KITH_OK ? status : op.sent);
    const std::string text = text_of("udp.send", op.name.empty() ? "by a closed socket" : "to " + op.name, status);
    const Entered entered(*resources.tenant, "udp.sent");
    resources.udp->sent(resources.tenant->self(), op.user, op.id, status, str(text), op.sent);
}

// ---- calls ----

std::int32_t bind(const kith_host *host, const kith_udp_socket *given, std::uint64_t user, std::uint64_t *id) noexcept {
    TenantResources &resources = SimulatedMachine::Body::seat_of(host);
    SimulatedMachine::Body &on = *resources.body;
    if (const std::int32_t status = on.called(resources, "udp.bind"); status != KITH_OK) return status;
    resources.udp = resources.side<kith_udp_plugin>(KITH_UDP);
    if (!complete(resources.udp)) return resources.refuse(KITH_INVALID, "the plugin has no complete kith_udp_plugin");
    if (given == nullptr) return resources.refuse(KITH_INVALID, "a kith_udp_socket is expected");
    kith_udp_socket wanted{}; // members that an older plugin does not know are zero (A2)
    std::memcpy(&wanted, given, std::min<std::size_t>(given->struct_size, sizeof wanted));
    const auto address = Address::parse(view(wanted.address));
    if (!address)
        return resources.refuse(KITH_INVALID, "`" + std::string(view(wanted.address)) + "`: a numeric address is expected");
    if (wanted.port > 65535)
        return resources.refuse(KITH_INVALID, "port " + std::to_string(wanted.port) + ": expected at most 65535");
    if (wanted.hops > 255) return resources.refuse(KITH_INVALID, std::to_string(wanted.hops) + " hops: expected at most 255");
    if (wanted.max_size > KITH_UDP_MAX_SIZE)
        return resources.refuse(KITH_INVALID, "a max_size of " + std::to_string(wanted.max_size) + ": expected at most " +
                                                  std::to_string(KITH_UDP_MAX_SIZE));
    const SocketName local{*address, static_cast<std::uint16_t>(wanted.port)};
    if (const auto why = resources.why_not_bind(TenantResources::Transport::udp, local); !why.empty())
        return resources.refuse(KITH_DENIED, why);
    UdpStack::Wanted as{{*address, static_cast<std::uint16_t>(wanted.port)},
                        wanted.flags,
                        wanted.hops,
                        wanted.max_size,
                        wanted.receive_buffer,
                        std::string(view(wanted.interface))};
    if (as.max_size == 0) as.max_size = KITH_UDP_MAX_SIZE;
    as.buffer = as.buffer == 0 ? on.usual_buffer : std::min(as.buffer, on.most_buffer);
    Op &op = on.begin(resources, "udp.bind", bound, user, id);
    op.name = place(as.local);
    on.ready(op, on.net.udp().bind(on.machine, as, on, 0, op.udp));
    return KITH_OK;
}

std::int32_t join(const kith_host *host, std::uint64_t id, kith_str group, kith_str interface) noexcept {
    TenantResources &resources = SimulatedMachine::Body::seat_of(host);
    SimulatedMachine::Body &on = *resources.body;
    if (const std::int32_t status = on.called(resources, "udp.join"); status != KITH_OK) return status;
    Socket *socket = nullptr;
    if (const std::int32_t status = socket_of(resources, id, socket); status != KITH_OK) return status;
    const auto address = Address::parse(view(group));
    const std::string text(view(group));
    on.trace("udp.join", id, 0, text);
    const std::int32_t status = address ? on.net.udp().join(*socket->udp, *address, text, view(interface)) : KITH_INVALID;
    switch (status) {
    case KITH_INVALID:
        return resources.refuse(status, "`" + text + "`: the numeric address of a group of the socket's family is expected");
    case KITH_EXISTS: return resources.refuse(status, text + " was asked for already");
    case KITH_LIMIT:
        return resources.refuse(status, "a socket joins at most " + std::to_string(KITH_UDP_MAX_GROUPS) + " groups");
    default: return status;
    }
}

// Never fails by fail_call: nobody could do anything about it.
std::int32_t leave(const kith_host *host, std::uint64_t id, kith_str group, kith_str interface) noexcept {
    TenantResources &resources = SimulatedMachine::Body::seat_of(host);
    if (resources.monitor != nullptr) resources.monitor->on_call("udp.leave", true);
    Socket *socket = nullptr;
    if (const std::int32_t status = socket_of(resources, id, socket); status != KITH_OK) return status;
    resources.body->trace("udp.leave", id, 0, view(group));
    if (resources.body->net.udp().leave(*socket->udp, view(group), view(interface)) == KITH_OK) return KITH_OK;
    return resources.refuse(KITH_NOT_FOUND, std::string(view(group)) + " was not asked for");
}

std::int32_t receive(const kith_host *host, std::uint64_t id, std::uint32_t max, std::uint64_t timeout, std::uint64_t user,
                     std::uint64_t *out) noexcept {
    TenantResources &resources = SimulatedMachine::Body::seat_of(host);
    SimulatedMachine::Body &on = *resources.body;
    if (const std::int32_t status = on.called(resources, "udp.receive"); status != KITH_OK) return status;
    Socket *socket = nullptr;
    if (const std::int32_t status = socket_of(resources, id, socket); status != KITH_OK) return status;
    if (max == 0 || max > KITH_UDP_MAX_BATCH)
        return resources.refuse(KITH_INVALID,
                                std::to_string(max) + " datagrams: expected 1 to " + std::to_string(KITH_UDP_MAX_BATCH));
    if (socket->reader != none) return resources.refuse(KITH_BUSY, "a receive by this socket is outstanding");
    Op &op = on.begin(resources, "udp.receive", received, user, out);
    op.socket = id;
    op.number = max;
    socket->reader = SimulatedMachine::Body::slot_of(op.id);
    on.time_out(op, timeout);
    on.pump_datagrams(*socket);
    return KITH_OK;
}

// The format of Op::data for a waiting send: this struct, then the bytes.
struct Waiting {
    SocketName to;
    std::uint32_t scope;
    std::uint32_t size;
};

std::int32_t send(const kith_host *host, std::uint64_t id, const kith_datagram *datagrams, std::uint32_t count,
                  std::uint32_t stride, std::uint64_t timeout, std::uint64_t user, std::uint64_t *out) noexcept {
    TenantResources &resources = SimulatedMachine::Body::seat_of(host);
    SimulatedMachine::Body &on = *resources.body;
    if (const std::int32_t status = on.called(resources, "udp.send"); status != KITH_OK) return status;
    Socket *socket = nullptr;
    if (const std::int32_t status = socket_of(resources, id, socket); status != KITH_OK) return status;
    if (count == 0 || count > KITH_UDP_MAX_BATCH)
        return resources.refuse(KITH_INVALID,
                                std::to_string(count) + " datagrams: expected 1 to " + std::to_string(KITH_UDP_MAX_BATCH));
    if (datagrams == nullptr || stride < sizeof(kith_datagram))
        return resources.refuse(KITH_INVALID, "an array of kith_datagram, and its stride, are expected");
    const auto at = [&](std::uint32_t i) -> const kith_datagram & {
        return *reinterpret_cast<const kith_datagram *>(reinterpret_cast<const char *>(datagrams) + std::size_t{i} * stride);
    };
    for (std::uint32_t i = 0; i < count; ++i) {
        const kith_datagram &each = at(i);
        const std::string which = "datagram " + std::to_string(i) + ": ";
        if (each.size > KITH_UDP_MAX_SIZE)
            return resources.refuse(KITH_INVALID, which + "expected at most " + std::to_string(KITH_UDP_MAX_SIZE) + " bytes");
        if (each.size != 0 && each.data == nullptr) return resources.refuse(KITH_INVALID, which + "it has a size and no data");
        if (each.remote.family != socket->udp->local.address.family)
            return resources.refuse(KITH_INVALID, which + "an address of the socket's family is expected");
        if (each.remote.port == 0) return resources.refuse(KITH_INVALID, which + "port 0: expected 1 to 65535");
        if (TenantRights *const rights = resources.tenant->rights())
            if (const auto why = rights->why_not_reach(TenantRights::Transport::udp, each.remote); !why.empty())
                return resources.refuse(KITH_DENIED, why);
    }
    if (socket->writer != none) return resources.refuse(KITH_BUSY, "a send by this socket is outstanding");
    Op &op = on.begin(resources, "udp.send", sent, user, out);
    op.socket = id;
    op.fallible = false; // it is asked for below, before anything is sent
    for (std::uint32_t i = 0; i < count; ++i) {
        const kith_datagram &each = at(i);
        const Waiting head{name_of(each.remote), each.remote.scope, each.size};
        op.data.append(reinterpret_cast<const char *>(&head), sizeof head);
        if (each.size != 0) op.data.append(static_cast<const char *>(each.data), each.size);
    }
    socket->writer = SimulatedMachine::Body::slot_of(op.id);
    if (const std::int32_t status = on.net.fault_of("udp.send"); status != KITH_OK) {
        op.name = place(name_of(at(0).remote));
        on.ready(op, status);
        return KITH_OK;
    }
    on.time_out(op, timeout);
    on.pump_datagrams(*socket);
    return KITH_OK;
}

// Never fails by fail_call: nobody could do anything about it.
std::int32_t close(const kith_host *host, std::uint64_t id) noexcept {
    TenantResources &resources = SimulatedMachine::Body::seat_of(host);
    if (resources.monitor != nullptr) resources.monitor->on_call("udp.close", true);
    Socket *socket = nullptr;
    if (const std::int32_t status = socket_of(resources, id, socket); status != KITH_OK) return status;
    resources.body->trace("udp.close", id);
    resources.body->close(*socket);
    return KITH_OK;
}

constexpr kith_udp_host udp_table = {bind, join, leave, receive, send, close};

} // namespace

const kith_udp_host *udp_service() noexcept { return &udp_table; }

void SimulatedMachine::Body::on_datagrams(UdpSocket &, std::uint64_t token) {
    const auto slot = slot_of(token);
    if (slot < sockets.size() && sockets[slot].id == token) pump_datagrams(sockets[slot]);
}

void SimulatedMachine::Body::on_membership(UdpSocket &, std::uint64_t token, std::string_view group, std::string_view interface,
                                           std::int32_t status) {
    const auto slot = slot_of(token);
    if (slot >= sockets.size() || sockets[slot].id != token || sockets[slot].resources->silent) return;
    TenantResources &resources = *sockets[slot].resources;
    trace("udp.membership", token, status, group);
    const std::string where = interface.empty() ? "by the routes" : "on " + std::string(interface);
    const std::string text = text_of("udp.join", std::string(group) + ' ' + where, status);
    const Entered entered(*resources.tenant, "udp.membership");
    resources.udp->membership(resources.tenant->self(), token, str(group), str(interface), status, str(text));
}

// Completes the operations that can complete now.
void SimulatedMachine::Body::pump_datagrams(Socket &socket) {
    if (socket.reader != none && socket.udp->waiting()) ready(ops[socket.reader], KITH_OK);
    if (socket.writer == none || ops[socket.writer].ready) return;
    Op &op = ops[socket.writer];
    while (op.number < op.data.size()) {
        Waiting head;
        std::memcpy(&head, op.data.data() + op.number, sizeof head);
        const std::string_view bytes = std::string_view(op.data).substr(op.number + sizeof head, head.size);
        const std::int32_t status = net.udp().send(*socket.udp, head.to, head.scope, bytes);
        if (op.failed == KITH_OK) op.name = status == KITH_OK ? std::string() : place(head.to);
        if (status == KITH_BUSY) return;
        trace("udp.datagram", op.id, status, bytes);
        op.sent += status == KITH_OK ? 1 : 0;
        if (op.failed == KITH_OK) op.failed = status;
        op.number += sizeof head + head.size;
    }
    ready(op, KITH_OK);
}

} // namespace kith::testkit
