// SPDX-License-Identifier: MIT
#include <host/api/bearer_token.hpp>

#include <boost/test/unit_test.hpp>

namespace kith::app::test {

BOOST_AUTO_TEST_SUITE(bearer_token)

BOOST_AUTO_TEST_CASE(a_token_gives_its_right) {
    ApiAccess access;
    access.read_token = "token-of-readers";
    access.control_token = std::string(bearer_token_limit, 'c');
    const auto right = [&](const std::string &authorization) { return right_of_authorization(authorization, access); };
    BOOST_TEST((right("Bearer token-of-readers") == Right::read));
    BOOST_TEST((right("bEARER token-of-readers") == Right::read));
    BOOST_TEST((right("Bearer " + access.control_token) == Right::control));
    for (const std::string &wrong :
         {std::string(), std::string("Bearer"), std::string("Bearer "), std::string("token-of-readers"),
          std::string("Basic token-of-readers"), std::string("Bearer token-of-reader"), std::string("Bearer token-of-readers "),
          std::string("Bearer  token-of-readers"), std::string("Bearer Token-of-readers"),
          std::string("Bearer token-of-readert"), "Bearer token-of-readers" + std::string(1, '\0'),
          "Bearer " + access.control_token + 'c', "Bearer " + access.control_token.substr(1)})
        BOOST_TEST((right(wrong) == Right::none), wrong);
}

BOOST_AUTO_TEST_CASE(a_token_that_is_not_set_matches_nothing) {
    const ApiAccess none;
    for (const std::string &given : {std::string("Bearer "), std::string("Bearer  "), "Bearer " + std::string(1, '\0')})
        BOOST_TEST((right_of_authorization(given, none) == Right::none));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::app::test
