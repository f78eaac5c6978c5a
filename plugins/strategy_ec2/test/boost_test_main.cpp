// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE strategy_ec2
#include <boost/test/unit_test.hpp>
