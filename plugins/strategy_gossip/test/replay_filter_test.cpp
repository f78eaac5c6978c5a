// SPDX-License-Identifier: MIT
#include "replay_filter.hpp"

#include <boost/test/unit_test.hpp>

#include <ostream>
#include <random>
#include <set>

using namespace gossip;
using Verdict = ReplayFilter::Verdict;

namespace gossip {
std::ostream &operator<<(std::ostream &out, Verdict verdict) {
    return out << (verdict == Verdict::fresh ? "fresh" : verdict == Verdict::seen ? "seen" : "late");
}
} // namespace gossip

namespace {

constexpr std::int64_t wall = 1'700'000'000'000, hour = 3'600'000, day = 24 * hour;

struct ReplaysFixture {
    ReplayFilter replays{100};
    std::int64_t now = 1'000; // monotonic

    Verdict check(std::uint64_t counter, std::int64_t time = wall, std::string_view sender = "a@h") {
        return replays.check(sender, counter, time, wall, now);
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(replay_filter, ReplaysFixture)

BOOST_AUTO_TEST_CASE(a_repeated_packet_is_refused) {
    for (std::uint64_t counter = 5; counter < 500; ++counter) {
        BOOST_TEST(check(counter) == Verdict::fresh);
        BOOST_TEST(check(counter) == Verdict::seen);
        BOOST_TEST(check(5) == Verdict::seen);
    }
}

BOOST_AUTO_TEST_CASE(a_reordered_packet_is_accepted_within_63_of_the_highest_counter) {
    BOOST_TEST(check(1'000) == Verdict::fresh);
    for (std::uint64_t back = 1; back < 64; ++back) {
        BOOST_TEST(check(1'000 - back) == Verdict::fresh);
        BOOST_TEST(check(1'000 - back) == Verdict::seen);
    }
    BOOST_TEST(check(1'000 - 64) == Verdict::seen);
    BOOST_TEST(check(1'063) == Verdict::fresh);
    BOOST_TEST(check(1'000) == Verdict::seen);
    BOOST_TEST(check(1'001) == Verdict::fresh);
    BOOST_TEST(check(1'063 + 64) == Verdict::fresh);
    BOOST_TEST(check(1'063) == Verdict::seen);
}

BOOST_AUTO_TEST_CASE(no_packet_is_accepted_twice_in_any_order) {
    std::mt19937_64 random(1);
    std::set<std::uint64_t> taken;
    for (std::uint64_t i = 0; i < 20'000; ++i) {
        const std::uint64_t counter = 1'000 + i / 4 + random() % 100;
        if (check(counter) == Verdict::fresh) BOOST_REQUIRE(taken.insert(counter).second);
    }
    BOOST_TEST(taken.size() > 4'000u);
}

BOOST_AUTO_TEST_CASE(the_smallest_and_the_largest_counter) {
    BOOST_TEST(check(0) == Verdict::fresh);
    BOOST_TEST(check(0) == Verdict::seen);
    BOOST_TEST(check(UINT64_MAX) == Verdict::fresh);
    BOOST_TEST(check(UINT64_MAX) == Verdict::seen);
    BOOST_TEST(check(UINT64_MAX - 63) == Verdict::fresh);
    BOOST_TEST(check(0) == Verdict::seen);
}

BOOST_AUTO_TEST_CASE(each_sender_has_its_own_counter) {
    BOOST_TEST(check(1'000, wall, "a@h") == Verdict::fresh);
    BOOST_TEST(check(1, wall, "b@h") == Verdict::fresh);
    BOOST_TEST(check(1, wall, "a@h") == Verdict::seen);
}

BOOST_AUTO_TEST_CASE(an_unknown_sender_is_refused_when_its_clock_differs_by_more_than_the_window) {
    BOOST_TEST(check(1, wall - ReplayFilter::window, "a@h") == Verdict::fresh);
    BOOST_TEST(check(1, wall + ReplayFilter::window, "b@h") == Verdict::fresh);
    BOOST_TEST(check(1, wall - ReplayFilter::window - 1, "c@h") == Verdict::late);
    BOOST_TEST(check(1, wall + ReplayFilter::window + 1, "d@h") == Verdict::late);
    BOOST_TEST(check(1, INT64_MIN, "e@h") == Verdict::late);
    BOOST_TEST(check(1, INT64_MAX, "f@h") == Verdict::late);
    BOOST_TEST(replays.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_known_sender_is_accepted_with_any_clock) {
    BOOST_TEST(check(1) == Verdict::fresh);
    BOOST_TEST(check(2, wall + day) == Verdict::fresh);
    BOOST_TEST(check(3, wall - day) == Verdict::fresh);
    BOOST_TEST(check(4, 0) == Verdict::fresh);
    BOOST_TEST(check(2, wall + day) == Verdict::seen);
}

BOOST_AUTO_TEST_CASE(a_sender_with_a_reset_counter_is_accepted_after_two_windows) {
    BOOST_TEST(check(1'000'000) == Verdict::fresh);
    now += 2 * ReplayFilter::window;
    BOOST_TEST(check(1) == Verdict::seen);
    now += 1;
    BOOST_TEST(check(1, wall - hour) == Verdict::seen); // recorded
    BOOST_TEST(check(1) == Verdict::fresh);
    BOOST_TEST(check(1) == Verdict::seen);
    BOOST_TEST(check(2) == Verdict::fresh);
}

BOOST_AUTO_TEST_CASE(refused_packets_do_not_delay_the_acceptance_of_a_reset_counter) {
    BOOST_TEST(check(1'000'000) == Verdict::fresh);
    for (int i = 0; i < 700; ++i) {
        now += 1'000;
        if (check(1) == Verdict::fresh) {
            BOOST_TEST(i == 600);
            return;
        }
    }
    BOOST_ERROR("it was never taken back");
}

BOOST_AUTO_TEST_CASE(the_senders_heard_last_are_kept_at_the_limit) {
    for (int i = 0; i < 1'000; ++i) {
        now += 10;
        BOOST_TEST(check(1, wall, "n" + std::to_string(i) + "@h") == Verdict::fresh);
        BOOST_TEST(replays.size() <= 100u);
    }
    BOOST_TEST(check(1, wall, "n999@h") == Verdict::seen);
    BOOST_TEST(check(1, wall, "n960@h") == Verdict::seen);
}

BOOST_AUTO_TEST_CASE(packets_older_than_a_goodbye_are_refused) {
    BOOST_TEST(check(1) == Verdict::fresh);
    BOOST_TEST(check(5) == Verdict::fresh);
    BOOST_TEST(replays.last_word("a@h", 5));
    BOOST_TEST(check(4) == Verdict::seen); // was under way when it left
    BOOST_TEST(check(6) == Verdict::fresh);
    BOOST_TEST(check(9) == Verdict::fresh);
    BOOST_TEST(check(8) == Verdict::fresh);
    BOOST_TEST(!replays.last_word("a@h", 8)); // a goodbye that came late, after the next start
    BOOST_TEST(check(7) == Verdict::fresh);
    BOOST_TEST(!replays.last_word("nobody@h", 1));
}

BOOST_AUTO_TEST_SUITE_END()
