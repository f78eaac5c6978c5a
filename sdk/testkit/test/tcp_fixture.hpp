// SPDX-License-Identifier: MIT
//
// Two machines, and a tenant of one of them that connects.
#pragma once

#include "machine_test_tenant.hpp"

#include <kith/testkit/network_segment.hpp>
#include <kith/testkit/scripted_server.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <string_view>
#include <utility>

namespace kith::testkit {

using namespace std::chrono_literals;

inline constexpr std::uint64_t second = 1'000'000'000;

struct TcpFixture {
    SimNet net{11};
    SimulatedMachine &here = net.machine("here", {"10.0.0.1", "fd00::1"});
    SimulatedMachine &there = net.machine("there.example", {"10.0.0.2"});
    MachineTenant client{here};

    TcpFixture() { net.delay(1ms, 2ms); }

    // A failed connect, and how long it took.
    std::pair<std::int32_t, std::chrono::nanoseconds> fails(std::string_view name, std::uint32_t port,
                                                            std::uint64_t timeout = 0) {
        const auto begin = net.now();
        const Completion done = client.await(client.connect(name, port, timeout));
        BOOST_TEST(done.id == 0u);
        BOOST_TEST(!done.text.empty());
        return {done.status, net.now() - begin};
    }
};

} // namespace kith::testkit
