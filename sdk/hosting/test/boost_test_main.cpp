// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE hosting
#include <boost/test/unit_test.hpp>
