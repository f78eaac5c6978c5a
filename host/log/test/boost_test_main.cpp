// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE log
#include <boost/test/unit_test.hpp>
