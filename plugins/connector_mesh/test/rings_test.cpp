// SPDX-License-Identifier: MIT
#include "rings.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <random>
#include <set>

using namespace kith::mesh;

namespace {

std::string name(std::size_t i) {
    return "m" + std::to_string(i) + "@10.0." + std::to_string(i / 250) + '.' + std::to_string(i % 250);
}

std::vector<std::vector<NodeId>> graph(const NameTable &names, const std::vector<bool> &present) {
    const Rings rings(names, 16);
    const auto count = static_cast<std::size_t>(std::ranges::count(present, true));
    std::vector<std::vector<NodeId>> out(names.size());
    for (NodeId id = 0; id < names.size(); ++id) {
        if (present[id])
            rings.neighbours(
                id, count, [&](NodeId each) { return present[each]; }, out[id]);
    }
    return out;
}

/// The members that are reached from one, and the number of hops to the farthest.
std::pair<std::size_t, unsigned> reached(const std::vector<std::vector<NodeId>> &links, NodeId from,
                                         const std::vector<bool> &present) {
    std::vector<bool> seen(links.size());
    std::vector<NodeId> now{from};
    seen[from] = true;
    std::size_t count = 1;
    unsigned hops = 0;
    for (std::vector<NodeId> next; !now.empty(); now = std::exchange(next, {})) {
        for (const NodeId each : now) {
            for (const NodeId to : links[each]) {
                if (seen[to] || !present[to]) continue;
                seen[to] = true;
                ++count;
                next.push_back(to);
            }
        }
        if (!next.empty()) ++hops;
    }
    return {count, hops};
}

std::size_t members() {
    const char *given = std::getenv("KITH_MEMBERS");
    return given != nullptr ? std::strtoul(given, nullptr, 10) : 1000;
}

} // namespace

BOOST_AUTO_TEST_SUITE(rings)

BOOST_AUTO_TEST_CASE(the_place_on_a_ring_is_fixed) { // others compute it too: README.md
    BOOST_TEST(ring_hash(0, "a@10.0.0.1") == 0x4f946d2820a616d7u);
    BOOST_TEST(ring_hash(7, "a@10.0.0.1") == 0x3656a20a7b9e62bfu);
}

BOOST_AUTO_TEST_CASE(below_18_members_all_are_neighbours) {
    for (std::size_t count : {1, 2, 17, 18}) {
        NameTable names(8);
        for (std::size_t i = 0; i < count; ++i) names.intern(name(i));
        const auto links = graph(names, std::vector<bool>(count, true));
        for (const auto &each : links) BOOST_TEST((each.size() == count - 1) == (count < 18 || each.size() == 17));
    }
}

BOOST_AUTO_TEST_CASE(neighbours_depend_on_nothing_but_the_names_that_are_present) {
    NameTable up(8), down(8);
    for (std::size_t i = 0; i < 60; ++i) up.intern(name(i));
    for (std::size_t i = 0; i < 30; ++i) down.intern("other" + std::to_string(i)); // known, and not present
    for (std::size_t i = 60; i-- > 0;) down.intern(name(i));
    std::vector<bool> all(60, true), some(90, true);
    std::fill_n(some.begin(), 30, false);
    const auto one = graph(up, all), other = graph(down, some);
    for (std::size_t i = 0; i < 60; ++i) {
        std::set<std::string> a, b;
        for (const NodeId id : one[*up.find(name(i))]) a.insert(up.name(id));
        for (const NodeId id : other[*down.find(name(i))]) b.insert(down.name(id));
        BOOST_TEST(a == b);
    }
}

BOOST_AUTO_TEST_CASE(a_neighbour_has_the_other_as_its_neighbour) {
    NameTable names(8);
    for (std::size_t i = 0; i < 200; ++i) names.intern(name(i));
    const auto links = graph(names, std::vector<bool>(200, true));
    for (NodeId id = 0; id < 200; ++id) {
        for (const NodeId other : links[id]) BOOST_TEST((std::ranges::find(links[other], id) != links[other].end()));
    }
}

BOOST_AUTO_TEST_CASE(only_members_near_on_a_ring_may_accuse) {
    NameTable names(8);
    for (std::size_t i = 0; i < 500; ++i) names.intern(name(i));
    const Rings rings(names, 16);
    const auto everybody = [](NodeId) { return true; };
    std::vector<NodeId> observers, near;
    rings.neighbours(7, 500, everybody, observers);
    rings.neighbours(7, 500, everybody, near, 2);
    std::size_t entitled = 0;
    for (NodeId id = 0; id < 500; ++id) entitled += rings.entitled(id, 7, 500, everybody) ? 1U : 0U;
    BOOST_TEST(entitled == near.size());
    BOOST_TEST(near.size() <= 32u);
    for (const NodeId id : observers) BOOST_TEST(rings.entitled(id, 7, 500, everybody));
    BOOST_TEST(!rings.entitled(7, 7, 500, everybody));
}

BOOST_AUTO_TEST_CASE(the_nearest_reach_everybody) {
    for (const std::size_t count : {2, 3, 17, 64, 1000}) {
        NameTable names(8);
        for (std::size_t i = 0; i < count; ++i) names.intern(name(i));
        const Rings rings(names, 16);
        std::vector<std::vector<NodeId>> links(count);
        for (NodeId id = 0; id < count; ++id) {
            rings.nearest(
                id, [](NodeId) { return true; }, links[id]);
            BOOST_TEST(links[id].size() <= 4u);
        }
        const auto [reach, hops] = reached(links, 0, std::vector<bool>(count, true));
        BOOST_TEST(reach == count);
        BOOST_TEST(hops <= 9u);
    }
}

// KITH_MEMBERS=10000 in the third list.
BOOST_AUTO_TEST_CASE(the_graph_has_the_degree_the_diameter_and_the_strength_that_it_promises) {
    const std::size_t count = members();
    NameTable names(8);
    for (std::size_t i = 0; i < count; ++i) names.intern(name(i));
    const std::vector<bool> all(count, true);
    const auto links = graph(names, all);
    std::size_t sum = 0;
    for (const auto &each : links) {
        BOOST_TEST(each.size() <= 16u);
        sum += each.size();
    }
    BOOST_TEST_MESSAGE("mean degree " << static_cast<double>(sum) / static_cast<double>(count));
    for (NodeId from = 0; from < count; from += static_cast<NodeId>(count / 40 + 1)) {
        const auto [reach, hops] = reached(links, from, all);
        BOOST_TEST(reach == count);
        BOOST_TEST(hops <= 6u);
    }
    for (unsigned seed = 1; seed <= 10; ++seed) {
        std::mt19937 random(seed);
        std::vector<bool> left(count, true);
        std::size_t lost = 0;
        while (lost < count / 5) {
            const std::size_t i = random() % count;
            lost += left[i] ? 1U : 0U;
            left[i] = false;
        }
        const auto from = static_cast<NodeId>(std::ranges::find(left, true) - left.begin());
        BOOST_TEST(reached(links, from, left).first == count - lost, "seed " << seed); // before anybody has made a new link
    }
}

BOOST_AUTO_TEST_SUITE_END()
