// SPDX-License-Identifier: MIT
#include "../../reattach_delay.hpp"

#include <boost/test/unit_test.hpp>

namespace kith::erlang::test {

using namespace std::chrono_literals;
using Outcome = AttachOutcome;

BOOST_AUTO_TEST_SUITE(reattach_delay)

BOOST_AUTO_TEST_CASE(failures_double_the_delay_up_to_three_seconds_and_an_attachment_resets_it) {
    ReattachDelay it;
    for (const auto wanted : {250ms, 500ms, 1000ms, 2000ms, 3000ms, 3000ms})
        BOOST_TEST((it.next(Outcome::failed, 0s).mean == wanted));
    BOOST_TEST((it.next(Outcome::attached, 0s).mean == 250ms));
}

BOOST_AUTO_TEST_CASE(a_node_that_refuses_is_tried_less_than_twice_a_minute) {
    ReattachDelay it;
    const auto delay = it.next(Outcome::refused, 0s);
    BOOST_TEST(static_cast<double>(delay.mean.count()) * (1 - delay.jitter) > 30e9);
    BOOST_TEST((it.next(Outcome::failed, 0s).mean < 3s));
}

BOOST_AUTO_TEST_CASE(a_node_that_hangs_up_three_times_in_a_row_refuses) {
    ReattachDelay it;
    BOOST_TEST((it.next(Outcome::hung_up, 0s).mean < 3s));
    BOOST_TEST((it.next(Outcome::hung_up, 0s).mean < 3s));
    BOOST_TEST((it.next(Outcome::hung_up, 0s).mean == ReattachDelay::when_refused));
    BOOST_TEST((it.next(Outcome::failed, 0s).mean <= 3s));
    BOOST_TEST((it.next(Outcome::hung_up, 0s).mean <= 3s));
}

BOOST_AUTO_TEST_CASE(a_node_that_was_never_listed_for_half_a_minute_seems_not_to_listen) {
    ReattachDelay it;
    BOOST_TEST((it.next(Outcome::unlisted, 5s).mean < 3s));
    BOOST_TEST((it.next(Outcome::unlisted, 34s).mean <= 3s));
    BOOST_TEST(!it.seems_not_to_listen());
    BOOST_TEST((it.next(Outcome::unlisted, 35s).mean == ReattachDelay::when_refused));
    BOOST_TEST(it.seems_not_to_listen());
    // Its EPMD went away: nothing is known of the node any more.
    BOOST_TEST((it.next(Outcome::failed, 70s).mean <= 3s));
    BOOST_TEST(!it.seems_not_to_listen());
    BOOST_TEST((it.next(Outcome::unlisted, 71s).mean <= 3s));
}

BOOST_AUTO_TEST_CASE(a_node_that_was_attached_is_looked_for_every_three_seconds) {
    ReattachDelay it;
    it.next(Outcome::attached, 0s);
    BOOST_TEST((it.next(Outcome::unlisted, 1s).mean <= 3s));
    BOOST_TEST((it.next(Outcome::unlisted, 600s).mean <= 3s));
    BOOST_TEST(!it.seems_not_to_listen());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::erlang::test
