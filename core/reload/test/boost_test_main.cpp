// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE reload
#include <boost/test/unit_test.hpp>
