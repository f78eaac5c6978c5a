// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE strategy_k8s
#include <boost/test/unit_test.hpp>
