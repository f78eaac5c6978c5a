// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE sink_webhook
#include <boost/test/unit_test.hpp>
