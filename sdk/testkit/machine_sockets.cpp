// SPDX-License-Identifier: MIT
//
// The common part of the streams, listeners and sockets of a machine: their ids, and closing them.
#include "simulated_machine_body.hpp"

namespace kith::testkit {

Socket *SimulatedMachine::Body::socket(const TenantResources &resources, std::uint64_t id) noexcept {
    const auto slot = slot_of(id);
    if (!is_socket(id) || slot >= sockets.size() || sockets[slot].id != id || sockets[slot].resources != &resources)
        return nullptr;
    return &sockets[slot];
}

Socket &SimulatedMachine::Body::make_socket(TenantResources &resources) {
    const std::uint32_t slot = take_slot(sockets, free_sockets);
    sockets[slot] = Socket{.id = make_id(slot, true), .resources = &resources};
    return sockets[slot];
}

void SimulatedMachine::Body::close(Socket &socket) noexcept {
    for (const auto slot : {socket.reader, socket.writer, socket.accepter, socket.securer}) {
        if (slot == none) continue;
        ready(ops[slot], KITH_CANCELLED);
        ops[slot].status = KITH_CANCELLED; // also when it was complete but not reported yet
    }
    if (socket.stream != nullptr) net.tcp().close(*socket.stream);
    if (socket.listener != nullptr) net.tcp().close(*socket.listener);
    if (socket.udp != nullptr) net.udp().close(*socket.udp);
    free_sockets.push_back(slot_of(socket.id));
    socket = Socket{};
}

} // namespace kith::testkit
