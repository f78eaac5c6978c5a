// SPDX-License-Identifier: MIT
#include <host/log/repeat_limiter.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace kith::app;
using namespace std::chrono_literals;

namespace {

struct RepeatsFixture {
    bool line(std::string_view message, std::string_view subject = {}, std::string_view who = "who") {
        return limiter.allow(2, who, message, subject, now);
    }
    int lines(int count, std::string_view message, std::string_view subject = {}) {
        int passed = 0;
        for (int i = 0; i < count; ++i) passed += line(message, subject) ? 1 : 0;
        return passed;
    }
    RepeatLimiter limiter;
    RepeatLimiter::Time now = 100s;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(repeat_limiter, RepeatsFixture)

BOOST_AUTO_TEST_CASE(five_repeats_pass_and_the_rest_is_counted_exactly) {
    BOOST_TEST(lines(25, "could not connect", "app@a") == 5);
    BOOST_TEST(limiter.summaries(now).empty()); // the window is not over
    now += 10s - 1ns;
    BOOST_TEST(limiter.summaries(now).empty());
    now += 1ns;
    const auto summaries = limiter.summaries(now);
    BOOST_REQUIRE(summaries.size() == 1u);
    BOOST_TEST(summaries[0].who == "who");
    BOOST_TEST(summaries[0].message == "could not connect");
    BOOST_TEST(summaries[0].subject == "app@a");
    BOOST_TEST(summaries[0].level == 2u);
    BOOST_TEST(summaries[0].suppressed == 20u);
    BOOST_TEST(limiter.summaries(now).empty());
    BOOST_TEST(lines(25, "could not connect", "app@a") == 5); // a new window
}

BOOST_AUTO_TEST_CASE(each_subject_and_each_source_has_its_own_limit) {
    BOOST_TEST(lines(25, "could not connect", "app@a") == 5);
    BOOST_TEST(lines(25, "could not connect", "app@b") == 5);
    BOOST_TEST(lines(25, "could not look") == 5);
    int passed = 0;
    for (int i = 0; i < 25; ++i) passed += line("could not look", {}, "another") ? 1 : 0;
    BOOST_TEST(passed == 5);
    // Keys with equal concatenations are distinct.
    BOOST_TEST(line("b", "c", "a"));
    BOOST_TEST(lines(5, "bc", "") == 5);
}

BOOST_AUTO_TEST_CASE(one_message_about_many_subjects_has_a_limit_of_200) {
    int passed = 0;
    for (int i = 0; i < 1000; ++i) passed += line("peer discovered", "app@" + std::to_string(i)) ? 1 : 0;
    BOOST_TEST(passed == 200);
    now += 10s;
    const auto summaries = limiter.summaries(now);
    BOOST_REQUIRE(summaries.size() == 1u);
    BOOST_TEST(summaries[0].subject.empty());
    BOOST_TEST(summaries[0].suppressed == 800u);
}

BOOST_AUTO_TEST_CASE(passed_and_summarized_lines_add_up_to_all_lines) {
    std::uint64_t passed = 0, suppressed = 0;
    for (int i = 0; i < 20'000; ++i) {
        now += 3ms;
        passed += line("message " + std::to_string(i % 7), i % 3 == 0 ? "" : "subject " + std::to_string(i % 5)) ? 1 : 0;
        if (i % 1000 == 0) {
            for (const auto &sum : limiter.summaries(now)) suppressed += sum.suppressed;
        }
    }
    for (const auto &sum : limiter.remaining()) suppressed += sum.suppressed;
    BOOST_TEST(passed + suppressed == 20'000u);
    BOOST_TEST(passed < 10'000u);
    BOOST_TEST(limiter.remaining().empty());
}

BOOST_AUTO_TEST_CASE(a_message_every_five_seconds_is_never_suppressed) {
    for (int i = 0; i < 100; ++i) {
        BOOST_TEST(line("still not attached"));
        now += 5s;
        BOOST_TEST(limiter.summaries(now).empty());
    }
}

BOOST_AUTO_TEST_CASE(a_summary_requested_late_is_complete) {
    lines(7, "x");
    now += 1h;
    BOOST_TEST(!line("x")); // not reported yet, so it is still counted
    BOOST_TEST(limiter.summaries(now).front().suppressed == 3u);
    BOOST_TEST(line("x"));
}

BOOST_AUTO_TEST_CASE(a_flood_of_subjects_uses_bounded_memory) {
    for (int i = 0; i < 100'000; ++i) line("m" + std::to_string(i % 300), "s" + std::to_string(i));
    const auto summaries = limiter.remaining();
    BOOST_TEST(summaries.size() <= RepeatLimiter::max_kinds + 300);
}

BOOST_AUTO_TEST_CASE(a_flood_of_messages_uses_bounded_memory) {
    std::uint64_t passed = 0, suppressed = 0;
    for (int i = 0; i < 100'000; ++i) passed += line("m" + std::to_string(i)) ? 1 : 0;
    BOOST_TEST(passed == 2 * RepeatLimiter::max_kinds + RepeatLimiter::message_burst);
    for (const auto &sum : limiter.remaining()) {
        BOOST_TEST(sum.message == "lines of many kinds");
        suppressed += sum.suppressed;
    }
    BOOST_TEST(passed + suppressed == 100'000u);
}

BOOST_AUTO_TEST_SUITE_END()
