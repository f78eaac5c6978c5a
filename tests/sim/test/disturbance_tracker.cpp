// SPDX-License-Identifier: MIT
#include <tests/sim/disturbance_tracker.hpp>

#include <boost/test/unit_test.hpp>

using namespace kith::sim;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(undisturbed_pairs)

BOOST_AUTO_TEST_CASE(undisturbed_after_a_minute_without_faults) {
    DisturbanceTracker undisturbed_pairs(3);
    BOOST_TEST(!undisturbed_pairs.undisturbed(0, 1, 59s)); // the start of the simulation is a disturbance too
    BOOST_TEST(undisturbed_pairs.undisturbed(0, 1, 60s));
    undisturbed_pairs.set_faulty(0, true, 100s);
    BOOST_TEST(!undisturbed_pairs.undisturbed(0, 1, 1h));
    BOOST_TEST(!undisturbed_pairs.undisturbed(1, 0, 1h));
    BOOST_TEST(undisturbed_pairs.undisturbed(1, 2, 1h));
    undisturbed_pairs.set_faulty(0, true, 1h); // a second, overlapping fault
    undisturbed_pairs.set_faulty(0, false, 2h);
    BOOST_TEST(!undisturbed_pairs.undisturbed(0, 1, 3h));
    undisturbed_pairs.set_faulty(0, false, 3h);
    BOOST_TEST(!undisturbed_pairs.undisturbed(0, 1, 3h + 59s));
    BOOST_TEST(undisturbed_pairs.undisturbed(0, 1, 3h + 60s));
    undisturbed_pairs.mark_disturbed(1, 4h);
    BOOST_TEST(!undisturbed_pairs.undisturbed(0, 1, 4h + 59s));
    BOOST_TEST(undisturbed_pairs.undisturbed(0, 1, 4h + 60s));
}

BOOST_AUTO_TEST_CASE(islands_and_network_faults_disturb_all_pairs) {
    DisturbanceTracker undisturbed_pairs(3);
    IndexSet first;
    first.add(0);
    undisturbed_pairs.islands({first}, 1h);
    BOOST_TEST(!undisturbed_pairs.undisturbed(0, 1, 2h));
    BOOST_TEST(undisturbed_pairs.undisturbed(1, 2, 2h));
    undisturbed_pairs.islands({}, 2h);
    BOOST_TEST(!undisturbed_pairs.undisturbed(0, 1, 2h + 59s));
    BOOST_TEST(undisturbed_pairs.undisturbed(0, 1, 2h + 60s));
    undisturbed_pairs.set_network_faulty(true, 3h);
    BOOST_TEST(!undisturbed_pairs.undisturbed(1, 2, 4h));
    undisturbed_pairs.set_network_faulty(false, 4h);
    BOOST_TEST(undisturbed_pairs.undisturbed(1, 2, 4h + 60s));
}

BOOST_AUTO_TEST_SUITE_END()
