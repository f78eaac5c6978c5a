// SPDX-License-Identifier: MIT
#include "node_name_pattern.hpp"

#include <boost/test/unit_test.hpp>

using kith::erlang::matches;

BOOST_AUTO_TEST_SUITE(name_pattern)

BOOST_AUTO_TEST_CASE(the_whole_name_matches) {
    for (const auto &[pattern, name] :
         {std::pair("health*@*", "health-7@10.0.0.7"), std::pair("*", ""), std::pair("a@h", "a@h"), std::pair("c?@h", "c7@h"),
          std::pair("*@h*", "a@b@h@x"), std::pair("**b*", "ab")})
        BOOST_TEST(matches(pattern, name), pattern << ' ' << name);
    for (const auto &[pattern, name] : {std::pair("health*@*", "ahealth@h"), std::pair("a@h", "a@hh"), std::pair("c?@h", "c@h"),
                                        std::pair("", "a"), std::pair("*b", "ba"), std::pair("a[b]", "ab")})
        BOOST_TEST(!matches(pattern, name), pattern << ' ' << name);
}

BOOST_AUTO_TEST_SUITE_END()
