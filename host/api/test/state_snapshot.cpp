// SPDX-License-Identifier: MIT
//
// The snapshot is of one moment, however long it takes to send it.
#include "api_world.hpp"

#include <host/api/state_snapshot.hpp>

#include <boost/test/unit_test.hpp>

namespace kith::app::test {

namespace {

struct States : ApiWorld {
    core::LiveTopology &topology = fixture.topology({}, "t", {"one", "two"});
    States() {
        fixture.attach();
        std::vector<core::test::PeerSpec> peers;
        for (int i = 0; i < 2'000; ++i)
            peers.push_back({"key" + std::to_string(i), "peer" + std::to_string(i), {{"zone", "z\"" + std::to_string(i % 3)}}});
        fixture.see(topology, peers, 0);
        fixture.see(topology, {{"k", "peer7"}}, 1);
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(state_snapshot)

BOOST_AUTO_TEST_CASE(changes_during_a_streamed_state_are_not_contained) {
    States world;
    const std::string expected = world.ask("/v1/state").body;
    world.drain = false;
    const ApiAnswer answer = world.ask("/v1/state");
    BOOST_REQUIRE(answer.stream != nullptr);
    std::string body = answer.body;
    BOOST_TEST(answer.stream->fill(body, 4'096));
    BOOST_TEST(body.size() < 16'384U); // a piece is bounded
    world.fixture.see(world.topology, {{"other", "other"}}, 0);
    world.fixture.pass(std::chrono::hours(1));
    int pieces = 0;
    while (answer.stream->fill(body, body.size() + 4'096)) ++pieces;
    BOOST_TEST(pieces > 50);
    BOOST_TEST(body == expected);
    BOOST_TEST(boost::json::parse(body).at("peers").as_array().size() == 2'000U);
}

BOOST_AUTO_TEST_CASE(a_peer_is_the_same_in_the_state_and_in_a_page) {
    States world;
    BOOST_TEST(world.topology.carry_out({core::Order::Kind::hold, "peer7", core::one_second, 0}, world.fixture.now).status ==
               KITH_OK);
    const auto state = world.json("/v1/state");
    const auto page = world.json("/v1/peers?name=peer7");
    BOOST_TEST(page.at("peers").at(0) == state.at("peers").at(7));
    BOOST_TEST(text(page.at("peers").at(0).at("sources")) == R"(["one","two"])");
}

BOOST_AUTO_TEST_CASE(the_number_of_open_snapshots_is_limited) {
    States world;
    world.drain = false;
    std::vector<ApiAnswer> open;
    for (long i = 0; i < most_state_snapshots; ++i) open.push_back(world.ask("/v1/state"));
    BOOST_TEST(world.error("/v1/state") == "429 too_many_bytes");
    open.pop_back();
    BOOST_TEST(world.ask("/v1/state").status == 200U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::app::test
