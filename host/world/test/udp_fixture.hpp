// SPDX-License-Identifier: MIT
//
// What tests of kith.udp/1 share.
#pragma once

#include "real_and_simulated_worlds.hpp"

#include <kith/address.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace kith::test {

inline constexpr std::string_view group = "233.252.1.32"; // MCAST-TEST-NET, RFC 5771
inline constexpr std::string_view loopback = "127.0.0.1";

inline kith_udp_socket options(std::string_view address, std::uint32_t port = 0, std::uint32_t flags = 0) {
    kith_udp_socket out{};
    out.struct_size = sizeof out;
    out.flags = flags;
    out.address = str(address);
    out.port = port;
    return out;
}

inline kith_datagram to(std::string_view address, std::uint32_t port, std::string_view data) {
    const auto where = kith::address::parse(address, static_cast<std::uint16_t>(port));
    return {.data = data.data(), .size = static_cast<std::uint32_t>(data.size()), .flags = 0, .remote = where.value().raw()};
}

// What was sent at once may overtake each other.
inline std::vector<std::string> sorted(std::vector<std::string> all) {
    std::sort(all.begin(), all.end());
    return all;
}

// Two tenants, each with a socket, on one machine.
template <class Fixture>
struct UdpFixture : Fixture {
    TestTenant a{this->world(), "a"};
    TestTenant b{this->world(), "b"};

    Completion bound(TestTenant &tenant, const kith_udp_socket &socket) {
        Completion done = this->await(tenant, tenant.bind(socket));
        BOOST_REQUIRE_MESSAGE(done.status == KITH_OK, done.text);
        return done;
    }
    Completion bound(TestTenant &tenant, std::string_view address = loopback) { return bound(tenant, options(address)); }
    std::int32_t bind_fails(const kith_udp_socket &socket) {
        const Completion done = this->await(a, a.bind(socket));
        BOOST_TEST_MESSAGE(done.text);
        return done.status;
    }
    Completion sent(TestTenant &tenant, std::uint64_t socket, const std::vector<kith_datagram> &all) {
        Completion done = this->await(tenant, tenant.send(socket, all));
        if (done.status != KITH_OK) BOOST_TEST_MESSAGE(done.text);
        return done;
    }
    // All that come until there are so many.
    std::vector<std::string> received(TestTenant &tenant, std::uint64_t socket, std::size_t count) {
        std::vector<std::string> out;
        while (out.size() < count) {
            const Completion done = this->await(tenant, tenant.receive(socket));
            BOOST_REQUIRE_MESSAGE(done.status == KITH_OK, done.text);
            for (const Datagram &one : done.datagrams) out.push_back(one.data);
        }
        return out;
    }
    bool nothing_comes(TestTenant &tenant, std::uint64_t socket) {
        return this->await(tenant, tenant.receive(socket, 1, 30 * ms)).status == KITH_TIMED_OUT;
    }
    // What was told last of that wish, once something new was told.
    Told membership(TestTenant &tenant) {
        const std::size_t before = tenant.told.size();
        BOOST_REQUIRE(this->until([&] { return tenant.told.size() > before; }));
        return tenant.told.back();
    }
    bool refused(TestTenant &tenant, std::uint64_t op, std::int32_t status) {
        BOOST_TEST_MESSAGE(tenant.error);
        return op == 0 && tenant.refused == status && !tenant.error.empty();
    }
};

} // namespace kith::test
