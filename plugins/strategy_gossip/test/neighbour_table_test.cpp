// SPDX-License-Identifier: MIT
#include "neighbour_table.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <random>

using namespace gossip;

namespace {

std::string name_of(unsigned number) { return "n" + std::to_string(number) + "@10.0.0." + std::to_string(number % 250); }

std::vector<std::string> sorted(std::vector<std::string> list) {
    std::sort(list.begin(), list.end());
    return list;
}

} // namespace

BOOST_AUTO_TEST_SUITE(neighbours)

BOOST_AUTO_TEST_CASE(an_added_neighbour_is_found_and_present) {
    NeighbourTable all(1, 10'000);
    for (unsigned i = 0; i < 5'000; ++i) {
        BOOST_TEST(all.find(name_of(i)) == NeighbourTable::none);
        BOOST_REQUIRE(all.add(name_of(i), i));
    }
    for (unsigned i = 0; i < 5'000; ++i) {
        const auto at = all.find(name_of(i));
        BOOST_REQUIRE(at != NeighbourTable::none);
        BOOST_TEST(all.name(at) == name_of(i));
        BOOST_TEST(all.present(at));
    }
    BOOST_TEST(all.size() == 5'000u);
    BOOST_TEST(all.present_count() == 5'000u);
    BOOST_TEST(all.find("") == NeighbourTable::none);
}

BOOST_AUTO_TEST_CASE(a_silent_neighbour_is_absent_until_it_is_heard_again) {
    NeighbourTable all(1, 10);
    all.add("a@h", 100);
    all.add("b@h", 100);
    all.hear(all.find("b@h"), 200);
    std::vector<std::string> gone;
    all.expire(150, gone);
    BOOST_TEST(gone == std::vector<std::string>{"a@h"}, boost::test_tools::per_element());
    BOOST_TEST(all.names() == std::vector<std::string>{"b@h"}, boost::test_tools::per_element());
    gone.clear();
    all.expire(150, gone); // told once
    BOOST_TEST(gone.empty());
    BOOST_TEST(!all.present(all.find("a@h")));
    all.hear(all.find("a@h"), 300);
    BOOST_TEST(all.present(all.find("a@h")));
    BOOST_TEST(all.present_count() == 2u);
}

BOOST_AUTO_TEST_CASE(a_neighbour_that_returned_can_expire_again) {
    NeighbourTable all(1, 10);
    all.add("a@h", 100);
    std::vector<std::string> gone;
    all.expire(150, gone);
    all.hear(all.find("a@h"), 300);
    all.expire(300, gone);
    BOOST_TEST(all.present("a@h"));
    all.expire(301, gone);
    BOOST_TEST(gone.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_lease_expires_only_after_its_last_moment) {
    NeighbourTable all(1, 10);
    all.add("a@h", 100);
    std::vector<std::string> gone;
    all.expire(100, gone);
    BOOST_TEST(gone.empty());
    all.expire(101, gone);
    BOOST_TEST(gone.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_neighbour_that_sends_a_goodbye_is_absent_at_once) {
    NeighbourTable all(1, 10);
    all.add("a@h", 100);
    all.leave(all.find("a@h"));
    all.leave(all.find("a@h"));
    BOOST_TEST(all.present_count() == 0u);
    std::vector<std::string> gone;
    all.expire(1'000, gone);
    BOOST_TEST(gone.empty());
}

BOOST_AUTO_TEST_CASE(a_present_neighbour_heard_from_another_address_is_detected) {
    NeighbourTable all(1, 10);
    all.add("a@h", 100, 0x20);
    const auto at = all.find("a@h");
    BOOST_TEST(all.hear(at, 101, 0x20));
    BOOST_TEST(!all.hear(at, 102, 0x40));
    BOOST_TEST(all.hear(at, 103, 0x40)); // it has moved
    all.set_twice(at);
    BOOST_TEST(all.hear(at, 104, 0x20)); // known
    BOOST_TEST(all.hear(at, 105, 0x40));
    std::vector<std::string> gone;
    all.expire(105, gone);
    BOOST_TEST(gone.empty()); // the marks are no part of the time
    all.leave(at);
    BOOST_TEST(all.hear(at, 106, 0x60)); // nothing is known of where an absent one is now
    BOOST_TEST(!all.hear(at, 107, 0x20));
}

BOOST_AUTO_TEST_CASE(a_full_table_replaces_absent_neighbours_and_keeps_present_ones) {
    NeighbourTable all(1, 3);
    for (unsigned i = 0; i < 3; ++i) BOOST_TEST(all.add(name_of(i), 100));
    BOOST_TEST(!all.add(name_of(3), 100));
    all.leave(all.find(name_of(1)));
    BOOST_TEST(all.add(name_of(3), 100));
    BOOST_TEST(all.find(name_of(1)) == NeighbourTable::none);
    for (const unsigned i : {0U, 2U, 3U}) BOOST_TEST(all.find(name_of(i)) != NeighbourTable::none);
    BOOST_TEST(!all.add(name_of(4), 100));
    BOOST_TEST(all.size() == 3u);
}

BOOST_AUTO_TEST_CASE(random_operations_agree_with_a_plain_map) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        std::mt19937_64 random(seed);
        NeighbourTable all(seed, 40);
        std::map<std::string, Hearing> present; // name, heard
        Hearing now = 0;
        for (int step = 0; step < 20'000; ++step) {
            const std::string name = name_of(static_cast<unsigned>(random() % 120));
            const auto at = all.find(name);
            now += static_cast<Hearing>(random() % 3);
            switch (random() % 8) {
            case 0:
                if (at != NeighbourTable::none) all.leave(at);
                present.erase(name);
                break;
            case 1: {
                std::vector<std::string> gone, expected;
                for (const auto &[who, heard] : present)
                    if (heard < now - 100) expected.push_back(who);
                for (const auto &who : expected) present.erase(who);
                all.expire(now - 100, gone);
                BOOST_REQUIRE(sorted(gone) == expected);
                break;
            }
            default:
                if (at != NeighbourTable::none) {
                    all.hear(at, now);
                    present[name] = now;
                } else if (all.add(name, now)) {
                    present[name] = now;
                } else {
                    BOOST_REQUIRE(present.size() == 40u);
                }
            }
            BOOST_REQUIRE(all.present_count() == present.size());
            BOOST_REQUIRE(all.size() <= 40u);
        }
        std::vector<std::string> expected;
        for (const auto &[who, heard] : present) {
            expected.push_back(who);
            const auto at = all.find(who);
            BOOST_REQUIRE(at != NeighbourTable::none);
            BOOST_REQUIRE(all.name(at) == who);
        }
        BOOST_TEST(sorted(all.names()) == expected, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_SUITE_END()
