// SPDX-License-Identifier: MIT
//
// A tenant of a simulated machine, which can let time pass.
#pragma once

#include "test_tenant.hpp"

#include <kith/testkit/sim_net.hpp>
#include <kith/testkit/simulated_machine.hpp>

#include <stdexcept>

namespace kith::testkit {

using test::Completion;

class MachineTenant : public test::TestTenant {
  public:
    explicit MachineTenant(SimulatedMachine &on, std::string name = "test")
        : TestTenant(on, std::move(name)), machine(on), net(on.net()) {}

    /// Let time pass until that operation completes, and say how.
    const Completion &await(std::uint64_t op) {
        const Completion *found = nullptr;
        net.run_until([&] { return (found = of(op)) != nullptr; }, std::chrono::hours(1));
        if (found == nullptr) throw std::runtime_error("the operation did not complete within an hour");
        return *found;
    }
    /// Read until so many bytes have come, or a failure.
    std::string read_all(std::uint64_t stream, std::size_t count) {
        std::string out;
        while (out.size() < count) {
            const Completion now = await(read(stream));
            if (now.status != KITH_OK) break;
            out += now.data;
        }
        return out;
    }
    std::uint64_t connected(std::string_view name, std::uint32_t port) { return await(connect(name, port)).id; }

    SimulatedMachine &machine;
    SimNet &net;
};

} // namespace kith::testkit
