// SPDX-License-Identifier: MIT
#include "observer.hpp"

#include <boost/test/unit_test.hpp>

using namespace kith::mesh;
using namespace std::chrono_literals;

namespace {

constexpr Time longest_step = 600ms;

struct ObserverFixture {
    ObserverFixture() { observer.advance(100s); }
    std::size_t due(std::size_t links, Time now) { return observer.take_due(links, now).size(); }
    Observer observer{longest_step};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(observer_tests, ObserverFixture)

BOOST_AUTO_TEST_CASE(time_in_which_the_own_loop_stood_still_does_not_count) {
    BOOST_TEST((observer.advance(100s + 500ms) == 0s));
    BOOST_TEST((observer.awake() == 500ms));
    BOOST_TEST((observer.advance(110s) == 9500ms - longest_step));
    BOOST_TEST((observer.awake() == 500ms + longest_step));
    BOOST_TEST((observer.advance(109s) == 0s)); // a clock that goes back
    BOOST_TEST((observer.awake() == 500ms + longest_step));
}

BOOST_AUTO_TEST_CASE(one_failed_link_of_many_is_accused_at_once) {
    observer.suspect(3, "silent", false, 100s);
    BOOST_TEST(due(15, 100s) == 1u);
    BOOST_TEST(!observer.abstains(100s));
    BOOST_TEST(due(15, 100s) == 0u);
}

BOOST_AUTO_TEST_CASE(half_of_the_links_at_once_make_it_abstain) {
    for (NodeId id = 0; id < 7; ++id) observer.suspect(id, "silent", false, 100s);
    BOOST_TEST(due(9, 100s) == 7u); // 7 of 16
    for (NodeId id = 0; id < 8; ++id) observer.suspect(id, "silent", false, 100s);
    BOOST_TEST(due(8, 100s) == 0u);
    BOOST_TEST(observer.abstains(100s));
    BOOST_TEST(observer.failed() == 8u);
    BOOST_TEST(observer.of() == 16u);
    observer.suspect(20, "refused", true, 101s); // the network answers
    BOOST_TEST(due(8, 101s) == 1u);
    observer.trust(0);
    BOOST_TEST(due(9, 102s) == 0u);
    BOOST_TEST(due(9, 103s) == 7u); // half of the links still fail after that time: the others are cut off
}

BOOST_AUTO_TEST_CASE(those_that_were_accused_shortly_before_count_among_the_failed) {
    observer.suspect(1, "silent", false, 97s); // too long ago
    observer.suspect(2, "silent", false, 100s);
    observer.suspect(3, "silent", false, 100s);
    observer.suspect(4, "refused", true, 100s);
    BOOST_TEST(due(12, 100s) == 4u);
    observer.trust(3);
    for (NodeId id = 5; id < 10; ++id) observer.suspect(id, "silent", false, 101500ms);
    BOOST_TEST(due(6, 101500ms) == 0u); // 6 of 12
    BOOST_TEST(observer.abstains(101500ms));
    BOOST_TEST((observer.take_accused() == std::vector<NodeId>{2}));
    BOOST_TEST(observer.take_accused().empty());
    BOOST_TEST(due(6, 104500ms) == 5u); // they still fail
}

BOOST_AUTO_TEST_CASE(without_a_link_nobody_is_accused_and_it_is_isolated) {
    BOOST_TEST(!observer.isolated(0, 100s)); // it had none yet
    BOOST_TEST(!observer.isolated(2, 100s));
    observer.suspect(1, "silent", false, 101s);
    observer.suspect(2, "silent", false, 101s);
    BOOST_TEST(!observer.isolated(0, 101s));
    BOOST_TEST(due(0, 101s) == 0u);
    BOOST_TEST(observer.isolated(0, 102s));
    BOOST_TEST(due(0, 200s) == 0u);
    BOOST_TEST(!observer.isolated(1, 201s));
    BOOST_TEST(due(1, 201s) == 0u); // what failed meanwhile does not count
}

BOOST_AUTO_TEST_SUITE_END()
