// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE erlang_terms
#include <boost/test/unit_test.hpp>
