// SPDX-License-Identifier: MIT
//
// A listener and pairs of streams over it, in each world.
#pragma once

#include "real_and_simulated_worlds.hpp"

#include <cstdint>
#include <string_view>

namespace kith::test {

template <class Fixture>
struct TcpFixture : Fixture {
    TestTenant server{this->world(), "server"};
    TestTenant client{this->world(), "client"};
    Completion listening = this->await(server, server.listen("127.0.0.1", 0));

    struct Pair {
        std::uint64_t ours;
        std::uint64_t theirs;
    };
    Pair pair() {
        const auto connect = client.connect("127.0.0.1", listening.port);
        const auto accept = server.accept(listening.id);
        return {this->await(client, connect).id, this->await(server, accept).id};
    }
    std::int32_t connect_fails(std::string_view name, std::uint32_t port, std::uint64_t timeout = 0) {
        const Completion done = this->await(client, client.connect(name, port, timeout));
        BOOST_TEST_MESSAGE(done.text);
        return done.status;
    }
};

} // namespace kith::test
