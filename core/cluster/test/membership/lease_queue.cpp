// SPDX-License-Identifier: MIT
//
// Leases alone: which run out, and what is left of them in the queue.
#include <core/cluster/membership/lease_queue.hpp>

#include <boost/test/unit_test.hpp>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(lease_queue)

namespace {

constexpr SourceId one{0}, two{1};
constexpr RecordId a{0}, b{1};

struct Leases : LeaseQueue {
    Leases() {
        add_source();
        add_source();
    }
    // From now on, at this time of the hearing clock.
    void lease(RecordId record, Time hearing, Time ttl, SourceId source = one) { renew(source, record, ttl, hearing + ttl); }
    bool expires(RecordId record, Time hearing, SourceId source = one) {
        return take_expired(source, hearing) == record && take_expired(source, hearing) == RecordId::none;
    }
    bool nothing_expires(Time hearing, SourceId source = one) { return take_expired(source, hearing) == RecordId::none; }
};

} // namespace

BOOST_AUTO_TEST_CASE(a_lease_runs_out_unless_it_is_renewed) {
    Leases leases;
    leases.lease(a, 0, 10);
    leases.lease(b, 0, 10);
    BOOST_CHECK_EQUAL(leases.ttl(a), 10U);
    BOOST_CHECK(leases.nothing_expires(9));
    leases.lease(a, 9, 10);
    BOOST_CHECK(leases.expires(b, 10));
    BOOST_CHECK(leases.nothing_expires(18));
    BOOST_CHECK(leases.expires(a, 19));
    BOOST_CHECK(leases.nothing_expires(1000));
}

BOOST_AUTO_TEST_CASE(a_shorter_lease_applies_at_once) {
    Leases leases;
    leases.lease(a, 0, 100);
    leases.lease(a, 0, 10);
    BOOST_CHECK(leases.expires(a, 10));
    BOOST_CHECK(leases.nothing_expires(1000));
}

BOOST_AUTO_TEST_CASE(a_record_without_a_ttl_has_none) {
    Leases leases;
    leases.renew(one, a, 0, never);
    leases.lease(b, 0, 10);
    leases.renew(one, b, 0, never); // it had one
    BOOST_CHECK_EQUAL(leases.ttl(b), 0U);
    BOOST_CHECK(leases.nothing_expires(1000));
}

BOOST_AUTO_TEST_CASE(leases_run_on_the_clock_of_their_source) {
    Leases leases;
    leases.lease(a, 0, 10, one);
    leases.lease(b, 0, 10, two);
    BOOST_CHECK(leases.expires(b, 10, two));
    BOOST_CHECK(leases.nothing_expires(9, one));
}

BOOST_AUTO_TEST_CASE(the_lease_of_a_missing_record_does_not_expire) {
    Leases leases;
    leases.lease(a, 0, 10);
    leases.end(a);
    BOOST_CHECK(leases.nothing_expires(10));
    leases.lease(a, 20, 10);
    BOOST_CHECK(leases.expires(a, 30));
}

BOOST_AUTO_TEST_CASE(a_reused_record_number_has_no_earlier_lease) {
    Leases leases;
    leases.lease(a, 0, 10);
    leases.forget(a);
    leases.renew(one, a, 0, never);
    BOOST_CHECK(leases.nothing_expires(1000));
    leases.lease(a, 5, 10);
    leases.forget(a);
    leases.lease(a, 7, 10, two);
    BOOST_CHECK(leases.nothing_expires(1000, one));
    BOOST_CHECK(leases.expires(a, 17, two));
}

// The entry of one that is missing is dropped when the queue is trimmed: when it is back, its lease must run out all the same.
BOOST_AUTO_TEST_CASE(a_returned_record_expires_after_the_queue_was_trimmed) {
    Leases leases;
    for (std::uint32_t id = 0; id < 100; ++id) leases.lease(RecordId{id}, 0, 10);
    for (std::uint32_t id = 1; id < 100; ++id) leases.forget(RecordId{id});
    leases.end(a);
    leases.trim(one, 1);
    leases.lease(a, 5, 10);
    BOOST_CHECK(leases.nothing_expires(14));
    BOOST_CHECK(leases.expires(a, 15));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
