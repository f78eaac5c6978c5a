// SPDX-License-Identifier: MIT
//
// How many links a mesh makes when its members start one after the other, and how long members wait for others that never start.
#include "simulated_mesh.hpp"

#include <boost/test/unit_test.hpp>

using namespace kith::mesh;
using namespace kith::mesh::test;

namespace {

std::vector<std::size_t> first(std::size_t count) {
    std::vector<std::size_t> out(count);
    for (std::size_t i = 0; i < count; ++i) out[i] = i;
    return out;
}

/// The links of all members on the rings.
std::size_t links_of(std::size_t count, SimulatedMesh &mesh) {
    NameTable names(8);
    for (std::size_t i = 0; i < count; ++i) names.intern(mesh.host(i).name);
    const Rings rings(names, 16);
    std::size_t ends = 0;
    for (NodeId i = 0; i < count; ++i) {
        std::vector<NodeId> near;
        rings.neighbours(
            i, count, [](NodeId) { return true; }, near);
        ends += near.size();
    }
    return ends / 2;
}

} // namespace

BOOST_AUTO_TEST_SUITE(start)

BOOST_AUTO_TEST_CASE(who_start_within_a_second_make_hardly_more_links_than_their_rings_have) {
    for (const std::uint64_t seed : {1, 2, 3, 4, 5}) {
        SimulatedMesh mesh(64, seed);
        for (std::size_t i = 0; i < mesh.size(); ++i) {
            mesh.start(i, first(mesh.size()));
            mesh.run_for(Time(static_cast<std::int64_t>(mesh.draw(30'000'000))));
        }
        BOOST_TEST(mesh.run_until([&] { return mesh.converged(); }, 2s), mesh.describe());
        mesh.run_for(2s); // who knows everybody has possibly not all links yet
        const std::size_t links = links_of(mesh.size(), mesh);
        BOOST_TEST(mesh.connections >= links);
        BOOST_TEST(mesh.connections <= links + links / 10, mesh.connections << " connections for " << links << " links");
    }
}

BOOST_AUTO_TEST_CASE(who_start_among_many_that_never_do_find_each_other) {
    SimulatedMesh mesh(200, 7);
    for (const std::size_t i : {0, 50, 100, 150}) mesh.start(i, first(mesh.size()));
    const Time since = mesh.now();
    BOOST_TEST(mesh.run_until([&] { return mesh.converged(); }, 10s), mesh.describe());
    BOOST_TEST_MESSAGE("4 of 200 have found each other after " << (mesh.now() - since) / 1ms << " ms");
    mesh.start(199, first(mesh.size()));
    BOOST_TEST(mesh.run_until([&] { return mesh.converged(); }, 4s), mesh.describe());
}

BOOST_AUTO_TEST_SUITE_END()
