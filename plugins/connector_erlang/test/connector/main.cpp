// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE connector_erlang
#include <boost/test/unit_test.hpp>
