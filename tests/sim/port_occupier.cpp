// SPDX-License-Identifier: MIT
#include <tests/sim/port_occupier.hpp>

#include <kith/service/udp.h>

namespace kith::sim {

struct PortOccupier::Body final : Tenant {
    testkit::SimulatedMachine &machine;
    kith_host host{};

    Body(testkit::SimulatedMachine &on, std::uint16_t port) : machine(on) {
        host.struct_size = sizeof host;
        host.instance = {"occupier", 8};
        host.error = [](const kith_host *, kith_str) {};
        machine.open(host, *this);
        const auto *udp = static_cast<const kith_udp_host *>(machine.service(KITH_UDP));
        kith_udp_socket socket{};
        socket.struct_size = sizeof socket;
        socket.address = {"0.0.0.0", 7};
        socket.port = port;
        std::uint64_t op = 0;
        udp->bind(&host, &socket, 0, &op);
    }
    const void *service(std::string_view) noexcept override { return nullptr; }
    void *self() noexcept override { return this; }
    void enter(const char *) noexcept override {}
    void leave() noexcept override {}
    bool may_read(std::string_view) const noexcept override { return false; }
};

PortOccupier::PortOccupier(testkit::SimulatedMachine &machine, std::uint16_t port)
    : body_(std::make_unique<Body>(machine, port)) {}

PortOccupier::~PortOccupier() { body_->machine.close(body_->host); }

} // namespace kith::sim
