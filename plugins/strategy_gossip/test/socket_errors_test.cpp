// SPDX-License-Identifier: MIT
#include "socket_errors.hpp"

#include <kith/plugin.h>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(socket_errors)

BOOST_AUTO_TEST_CASE(a_socket_fault_ranks_above_a_group_fault_and_that_above_a_send_fault) {
    gossip::SocketErrors errors;
    BOOST_TEST((errors.worst() == nullptr));
    BOOST_TEST(errors.set_unsent({KITH_IO, "no route"}));
    BOOST_TEST(!errors.set_unsent({KITH_IO, "no route"})); // as before
    BOOST_TEST(errors.worst()->text == "no route");
    errors.set_group({KITH_LIMIT, "no group"});
    BOOST_TEST(errors.worst()->text == "no group");
    errors.set_socket({KITH_EXISTS, "no socket"});
    BOOST_TEST(errors.worst()->text == "no socket");
    errors.set_socket(gossip::SocketErrors::none());
    errors.set_group(gossip::SocketErrors::none());
    errors.sent();
    BOOST_TEST((errors.worst() == nullptr));
}

BOOST_AUTO_TEST_SUITE_END()
