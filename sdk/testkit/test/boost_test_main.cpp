// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE testkit
#include <boost/test/unit_test.hpp>
