// SPDX-License-Identifier: MIT
//
// What a source is known to hear and to have looked for, alone.
#include <core/cluster/membership/source_liveness.hpp>

#include <boost/test/unit_test.hpp>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(source_liveness)

namespace {

constexpr Time s = one_second;

} // namespace

BOOST_AUTO_TEST_CASE(a_source_that_polls_counts_its_observations) {
    SourceLiveness source{20 * s};
    BOOST_CHECK(!source.looked());
    BOOST_CHECK_EQUAL(source.observations(0), 0U);
    source.observed(1 * s, true);
    source.observed(2 * s, true);
    source.observed(3 * s, false); // it reported nothing that absence could be counted by
    BOOST_CHECK(source.looked());
    BOOST_CHECK_EQUAL(source.observations(1000 * s), 2U);
    BOOST_CHECK_EQUAL(source.counted_at(2), 0U);
    BOOST_CHECK_EQUAL(source.counted_at(3), never);
    BOOST_CHECK_EQUAL(source.fresh_at(1000 * s), 3 * s);
}

BOOST_AUTO_TEST_CASE(a_watch_in_sync_counts_by_time) {
    SourceLiveness source{20 * s};
    source.watching(true, 100 * s);
    BOOST_CHECK(source.looked());
    BOOST_CHECK_EQUAL(source.observations(100 * s), 0U);
    BOOST_CHECK_EQUAL(source.observations(159 * s), 2U);
    BOOST_CHECK_EQUAL(source.counted_at(3), 160 * s);
    BOOST_CHECK_EQUAL(source.fresh_at(159 * s), 159 * s);
    source.failed(159 * s);
    BOOST_CHECK(source.stale());
    BOOST_CHECK_EQUAL(source.observations(1000 * s), 2U);
    BOOST_CHECK_EQUAL(source.counted_at(3), never);
    BOOST_CHECK_EQUAL(source.fresh_at(1000 * s), 159 * s);
    source.watching(true, 200 * s);
    BOOST_CHECK(!source.stale());
    BOOST_CHECK_EQUAL(source.observations(220 * s), 3U);
}

BOOST_AUTO_TEST_CASE(a_new_interval_applies_from_now_on) {
    SourceLiveness source{20 * s};
    source.watching(true, 0);
    source.set_interval(5 * s, 40 * s);
    BOOST_CHECK_EQUAL(source.observations(50 * s), 4U);
}

BOOST_AUTO_TEST_CASE(the_hearing_clock_stops_in_silence) {
    SourceLiveness source{20 * s};
    source.observed(100 * s, false);
    BOOST_CHECK_EQUAL(source.silent_at(), never); // without leases nothing is expected
    BOOST_CHECK_EQUAL(source.lease(15 * s, 100 * s), 15 * s);
    BOOST_CHECK_EQUAL(source.silent_at(), 115 * s);
    source.heard(110 * s);
    BOOST_CHECK_EQUAL(source.hearing(), 10 * s);
    BOOST_CHECK_EQUAL(source.silent_at(), 125 * s);
    source.fell_silent(125 * s);
    BOOST_CHECK(source.stale());
    BOOST_CHECK_EQUAL(source.silence(), 15 * s);
    source.heard(3725 * s); // an hour that was not heard
    BOOST_CHECK(!source.stale());
    BOOST_CHECK_EQUAL(source.silence(), 0U);
    BOOST_CHECK_EQUAL(source.hearing(), 10 * s);
}

BOOST_AUTO_TEST_CASE(silence_is_measured_by_the_shortest_lease) {
    SourceLiveness source{20 * s};
    source.observed(0, false);
    source.lease(60 * s, 0);
    source.lease(10 * s, 0);
    source.lease(60 * s, 0);
    BOOST_CHECK_EQUAL(source.silent_at(), 10 * s);
}

BOOST_AUTO_TEST_CASE(a_failure_cancels_the_full_report_and_silence_suspends_it) {
    SourceLiveness source{20 * s};
    source.observed(0, false);
    source.lease(15 * s, 0);
    BOOST_CHECK_EQUAL(source.full_report_at(), never);
    source.expect_full_report(60 * s);
    source.expect_full_report(90 * s); // it runs already
    BOOST_CHECK_EQUAL(source.full_report_at(), 60 * s);
    source.fell_silent(15 * s);
    BOOST_CHECK_EQUAL(source.full_report_at(), never);
    source.heard(20 * s);
    BOOST_CHECK_EQUAL(source.full_report_at(), 60 * s);
    source.failed(25 * s);
    source.heard(26 * s);
    BOOST_CHECK_EQUAL(source.full_report_at(), never);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
