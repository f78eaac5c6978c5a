// SPDX-License-Identifier: MIT
#include <core/config/diagnostics.hpp>

#include <boost/test/unit_test.hpp>

using namespace kith::core;

BOOST_AUTO_TEST_SUITE(diagnostics)

BOOST_AUTO_TEST_CASE(diagnostics_as_text) {
    Diagnostics diagnostics;
    diagnostics.errors.push_back({"f", 1, 2, "a.b", "no"});
    diagnostics.warnings.push_back({"f", 0, 0, "", "hm"});
    BOOST_TEST(to_text(diagnostics) == "f:1:2: error: a.b: no\nf: warning: hm\n");
}

BOOST_AUTO_TEST_SUITE_END()
