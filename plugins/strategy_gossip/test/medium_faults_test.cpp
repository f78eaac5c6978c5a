// SPDX-License-Identifier: MIT
#include "medium_faults.hpp"

#include <kith/plugin.h>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(medium_faults)

BOOST_AUTO_TEST_CASE(the_socket_explains_most) {
    gossip::MediumFaults faults;
    BOOST_TEST((faults.worst() == nullptr));
    BOOST_TEST(faults.set_unsent({KITH_IO, "no route"}));
    BOOST_TEST(!faults.set_unsent({KITH_IO, "no route"})); // as before
    BOOST_TEST(faults.worst()->text == "no route");
    faults.set_group({KITH_LIMIT, "no group"});
    BOOST_TEST(faults.worst()->text == "no group");
    faults.set_socket({KITH_EXISTS, "no socket"});
    BOOST_TEST(faults.worst()->text == "no socket");
    faults.set_socket(gossip::MediumFaults::none());
    faults.set_group(gossip::MediumFaults::none());
    faults.sent();
    BOOST_TEST((faults.worst() == nullptr));
}

BOOST_AUTO_TEST_SUITE_END()
