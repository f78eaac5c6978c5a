// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE exec_command
#include <boost/test/unit_test.hpp>
