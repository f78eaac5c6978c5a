// SPDX-License-Identifier: MIT
#include <host/api/target.hpp>

#include <boost/test/unit_test.hpp>

namespace kith::app::test {

BOOST_AUTO_TEST_SUITE(target)

BOOST_AUTO_TEST_CASE(path_and_query_are_split_and_decoded) {
    std::string why;
    const auto target = parse_target("/v1/peers/a%40h%2Fx/why?name=app%40*&state=gone+by&empty=&flag#not", why);
    BOOST_TEST_REQUIRE(target.has_value());
    BOOST_TEST(target->path == (std::vector<std::string>{"v1", "peers", "a@h/x", "why"}), boost::test_tools::per_element());
    BOOST_TEST(*target->find("name") == "app@*");
    BOOST_TEST(*target->find("state") == "gone by");
    BOOST_TEST(*target->find("empty") == "");
    BOOST_TEST(*target->find("flag") == "");
    BOOST_TEST(target->find("nothing") == nullptr);
}

BOOST_AUTO_TEST_CASE(a_trailing_slash_is_an_empty_part) {
    std::string why;
    BOOST_TEST(parse_target("/", why)->path.empty());
    BOOST_TEST(parse_target("/v1/", why)->path.size() == 2U);
    BOOST_TEST(parse_target("//", why)->path.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_malformed_target_is_refused_with_a_reason) {
    const std::string long_one = "/" + std::string(target_limit, 'a');
    std::string parts = "/a";
    for (int i = 0; i < 20; ++i) parts += "/a";
    for (const std::string &bad : {std::string("v1"), std::string("*"), std::string(""), std::string("http://h/v1"),
                                   std::string("/%"), std::string("/%4"), std::string("/%zz"), std::string("/%00"),
                                   std::string("/%ff"), std::string("/a?b=%0a"), std::string("/a?b=1&b=2"), long_one, parts}) {
        std::string why;
        BOOST_TEST(!parse_target(bad, why).has_value(), bad);
        BOOST_TEST(!why.empty());
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::app::test
