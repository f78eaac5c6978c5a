// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE world
#include <boost/test/unit_test.hpp>
