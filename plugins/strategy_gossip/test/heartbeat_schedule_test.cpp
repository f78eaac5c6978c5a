// SPDX-License-Identifier: MIT
#include "heartbeat_schedule.hpp"

#include <boost/test/unit_test.hpp>

#include <random>

using namespace gossip;

namespace {

constexpr HeartbeatSchedule::Time millisecond = 1'000'000, second = 1'000 * millisecond, interval = 5 * second;

} // namespace

BOOST_AUTO_TEST_SUITE(schedule)

BOOST_AUTO_TEST_CASE(the_first_heartbeat_is_due_at_once) { BOOST_TEST(HeartbeatSchedule(interval, 7).due() == 7); }

BOOST_AUTO_TEST_CASE(the_delay_is_half_to_one_and_a_half_intervals_and_one_interval_on_average) {
    std::mt19937_64 random(1);
    HeartbeatSchedule schedule(interval, 0);
    HeartbeatSchedule::Time now = 0;
    constexpr int count = 10'000;
    for (int i = 0; i < count; ++i) {
        schedule.sent(now, random());
        const HeartbeatSchedule::Time gap = schedule.due() - now;
        BOOST_REQUIRE(gap >= interval / 2);
        BOOST_REQUIRE(gap <= interval * 3 / 2);
        now = schedule.due();
    }
    BOOST_TEST(now / count >= interval * 98 / 100);
    BOOST_TEST(now / count <= interval * 102 / 100);
}

BOOST_AUTO_TEST_CASE(the_shortest_and_the_longest_interval_keep_the_bounds) {
    for (const HeartbeatSchedule::Time length : {millisecond, 24 * 3600 * second}) {
        for (const std::uint64_t random : {std::uint64_t{0}, UINT64_MAX}) {
            HeartbeatSchedule schedule(length, 0);
            schedule.sent(0, random);
            BOOST_TEST(schedule.due() >= length / 2);
            BOOST_TEST(schedule.due() <= length * 3 / 2);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_new_neighbour_is_answered_within_forty_milliseconds) {
    std::mt19937_64 random(1);
    for (int i = 0; i < 100; ++i) {
        HeartbeatSchedule schedule(interval, 0);
        schedule.sent(0, random());
        schedule.answer(millisecond, random());
        BOOST_TEST(schedule.due() >= millisecond);
        BOOST_TEST(schedule.due() <= 41 * millisecond);
    }
}

BOOST_AUTO_TEST_CASE(one_heartbeat_answers_many_new_neighbours) {
    HeartbeatSchedule schedule(interval, 0);
    schedule.sent(0, 0);
    for (int i = 0; i < 100; ++i) schedule.answer(millisecond, 1);
    const HeartbeatSchedule::Time due = schedule.due();
    BOOST_TEST(due < 50 * millisecond);
    schedule.sent(due, 0);
    BOOST_TEST(schedule.due() == due + interval / 2);
}

BOOST_AUTO_TEST_CASE(a_flood_of_new_names_causes_at_most_ten_answers_a_minute) {
    std::mt19937_64 random(1);
    HeartbeatSchedule schedule(3600 * second, 0);
    schedule.sent(0, random());
    std::vector<HeartbeatSchedule::Time> answers;
    for (HeartbeatSchedule::Time now = 0; now < 600 * second; now += millisecond) {
        if (now >= schedule.due()) {
            answers.push_back(now);
            schedule.sent(now, random());
        }
        schedule.answer(now, random()); // a thousand new names a second
    }
    for (std::size_t i = 1; i < answers.size(); ++i) BOOST_REQUIRE(answers[i] - answers[i - 1] >= 150 * millisecond);
    BOOST_TEST(answers.size() <= 10u * 10u + 10u);
    BOOST_TEST(answers.size() >= 10u * 10u - 2u); // and it does answer
}

BOOST_AUTO_TEST_CASE(a_change_of_the_own_name_is_sent_at_once) {
    HeartbeatSchedule schedule(interval, 0);
    schedule.sent(0, 0);
    schedule.at_once(3 * millisecond);
    BOOST_TEST(schedule.due() == 3 * millisecond);
}

BOOST_AUTO_TEST_SUITE_END()
