// SPDX-License-Identifier: MIT
#include "new_neighbour_limiter.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace gossip;

namespace {

constexpr std::int64_t second = 1'000'000'000, memory = 10 * second;

std::string made_up(std::uint64_t number) { return "spoofed" + std::to_string(number) + "@10.0.0.1"; }

} // namespace

BOOST_AUTO_TEST_SUITE(new_neighbour_limiter)

BOOST_AUTO_TEST_CASE(ten_new_names_are_accepted_at_once) {
    NewNeighbourLimiter gate(1, memory);
    for (unsigned i = 0; i < 10; ++i) BOOST_TEST(gate.admit(made_up(i), second));
}

BOOST_AUTO_TEST_CASE(repeated_names_are_accepted_at_twenty_a_second) {
    NewNeighbourLimiter gate(1, memory);
    std::uint64_t admitted = 0, number = 0;
    for (std::int64_t now = second; now < 61 * second;
         now += second / 1'000) { // the same 1,000 names a second, again and again
        admitted += gate.admit(made_up(number++ % 1'000), now) ? 1 : 0;
    }
    BOOST_TEST(admitted <= 60u * 20u + 20u);
    BOOST_TEST(admitted >= 60u * 20u - 20u);
}

BOOST_AUTO_TEST_CASE(names_sent_only_once_are_accepted_at_ten_a_second) {
    NewNeighbourLimiter gate(1, memory);
    std::uint64_t admitted = 0;
    for (std::uint64_t i = 0; i < 100'000; ++i)
        admitted += gate.admit(made_up(i), second + static_cast<std::int64_t>(i) * 100'000) ? 1 : 0;
    BOOST_TEST(admitted <= 10u * 10u + 10u + 10u);
}

BOOST_AUTO_TEST_CASE(a_repeated_name_is_accepted_during_a_flood_of_names_sent_once) {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        NewNeighbourLimiter gate(seed, memory);
        std::int64_t now = second;
        std::uint64_t number = 0;
        const auto flood = [&](std::int64_t span) { // 20,000 a second
            for (const std::int64_t end = now + span; now < end; now += second / 20'000)
                (void)gate.admit(made_up(number++), now);
        };
        flood(5 * second);
        unsigned heartbeats = 1;
        while (!gate.admit("real@10.0.0.7", now)) {
            ++heartbeats;
            BOOST_REQUIRE(heartbeats < 5u);
            flood(5 * second);
        }
        BOOST_TEST(heartbeats <= 3u);
    }
}

BOOST_AUTO_TEST_CASE(a_thousand_repeated_names_are_accepted_within_75_seconds) {
    NewNeighbourLimiter gate(1, memory);
    std::vector<bool> in(1'000);
    std::int64_t now = second;
    std::size_t count = 0;
    for (; count < in.size() && now < 200 * second; now += 5 * second / 1'000) { // each sends every five seconds
        const auto who = static_cast<std::size_t>(now / (5 * second / 1'000)) % in.size();
        if (!in[who] && gate.admit(made_up(who), now)) in[who] = true, ++count;
    }
    BOOST_TEST(count == in.size());
    BOOST_TEST(now / second <= 75);
}

BOOST_AUTO_TEST_CASE(new_names_are_accepted_at_once_after_a_flood) {
    NewNeighbourLimiter gate(1, memory);
    std::int64_t now = second;
    for (std::uint64_t i = 0; i < 100'000; ++i, now += 10'000) (void)gate.admit(made_up(i), now);
    now += second;
    for (unsigned i = 0; i < 9; ++i) BOOST_TEST(gate.admit("real" + std::to_string(i) + "@h", now));
    now += 1'000 * second;
    for (unsigned i = 0; i < 10; ++i) BOOST_TEST(gate.admit("late" + std::to_string(i) + "@h", now));
}

BOOST_AUTO_TEST_SUITE_END()
