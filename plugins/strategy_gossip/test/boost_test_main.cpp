// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE gossip_parts
#include <boost/test/unit_test.hpp>
