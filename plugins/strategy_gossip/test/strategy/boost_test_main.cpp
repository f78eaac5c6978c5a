// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE strategy_gossip
#include <boost/test/unit_test.hpp>
