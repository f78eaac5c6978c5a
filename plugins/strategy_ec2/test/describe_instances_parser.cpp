// SPDX-License-Identifier: MIT
#include "../describe_instances_parser.hpp"

#include "aws_responses.hpp"

#include <boost/test/unit_test.hpp>

using namespace ec2;

namespace {

kith::result<Page> read(std::string text) { return parse_page(text, "cluster"); }

constexpr const char *interfaces = R"(<networkInterfaceSet>
  <item><networkInterfaceId>eni-2</networkInterfaceId><privateIpAddress>10.0.1.7</privateIpAddress>
    <attachment><deviceIndex>1</deviceIndex><networkCardIndex>0</networkCardIndex><status>attached</status></attachment>
    <ipv6AddressesSet><item><ipv6Address>fd00::1</ipv6Address></item>
      <item><ipv6Address>fd00::2</ipv6Address><isPrimaryIpv6>true</isPrimaryIpv6></item></ipv6AddressesSet></item>
  <item><privateIpAddress>10.0.0.7</privateIpAddress><attachment><deviceIndex>0</deviceIndex><status>attached</status></attachment>
    <association><publicIp>198.51.100.7</publicIp><publicDnsName>ec2-7.example</publicDnsName></association></item>
  <item><privateIpAddress>10.0.2.7</privateIpAddress><attachment><deviceIndex>2</deviceIndex><status>detaching</status></attachment></item>
</networkInterfaceSet>)";

} // namespace

BOOST_AUTO_TEST_SUITE(describe_instances)

BOOST_AUTO_TEST_CASE(a_page_of_instances_is_read) {
    const auto got = read(test::page(
        {{"i-1", "10.0.0.7", "198.51.100.7", "fd00::7", "2015-01-01T00:00:00.000Z", interfaces}, {"i-2", "10.0.0.8"}},
        "more=="));
    BOOST_REQUIRE(got);
    BOOST_TEST(got->next == "more==");
    BOOST_REQUIRE(got->instances.size() == 2u);
    const Instance &one = got->instances[0];
    BOOST_TEST(one.id == "i-1");
    BOOST_TEST(one.state == "running");
    BOOST_TEST(one.zone == "eu-west-1a");
    BOOST_TEST(one.has.private_ip == "10.0.0.7");
    BOOST_TEST(one.has.public_ip == "198.51.100.7");
    BOOST_TEST(one.has.private_dns == "ip-10.0.0.7.internal");
    BOOST_TEST(one.has.ipv6 == "fd00::7");
    BOOST_REQUIRE(one.tags.size() == 1u);
    BOOST_TEST(one.tags[0].value == "shop");
    BOOST_REQUIRE(one.interfaces.size() == 2u); // not the one that is being detached
    BOOST_TEST(one.interfaces[0].has.private_ip == "10.0.0.7");
    BOOST_TEST(one.interfaces[0].has.public_dns == "ec2-7.example");
    BOOST_TEST(one.interfaces[1].index == 1u);
    BOOST_TEST(one.interfaces[1].has.ipv6 == "fd00::2");
}

BOOST_AUTO_TEST_CASE(a_page_without_instances_is_read) {
    const auto got = read(test::page({}));
    BOOST_REQUIRE(got);
    BOOST_TEST(got->instances.empty());
    BOOST_TEST(got->next.empty());
    BOOST_TEST(read("<DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>").has_value());
}

BOOST_AUTO_TEST_CASE(truncated_and_malformed_answers_are_refused) {
    const std::string good = test::page({{"i-1", "10.0.0.7"}});
    for (std::size_t size = 0; size < good.size(); ++size) {
        const auto got = read(good.substr(0, size));
        BOOST_REQUIRE_MESSAGE(!got, size);
        BOOST_TEST(got.error().status == KITH_PROTOCOL);
    }
    constexpr const char *nameless =
        "<DescribeInstancesResponse><reservationSet><item><instancesSet><item/></instancesSet></item></reservationSet>"
        "</DescribeInstancesResponse>";
    for (const char *text : {nameless, "<html></html>", "{}", "<DescribeInstancesResponse/>",
                             "<a><DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse></a>",
                             "<DescribeInstancesResponse><reservationSet><item/></reservationSet></DescribeInstancesResponse>"})
        BOOST_TEST(!read(text), text);
    std::string deep;
    for (int i = 0; i < 200'000; ++i) deep += "<a>";
    BOOST_TEST(!read(deep));
}

BOOST_AUTO_TEST_CASE(error_responses_are_read) {
    const auto of = [](std::string text) { return parse_error_response(text); };
    BOOST_TEST(of(test::refusal("RequestExpired", "Request has expired.")).code == "RequestExpired");
    BOOST_TEST(of(test::refusal("RequestExpired", "Request has expired.")).message == "Request has expired.");
    BOOST_TEST(of("<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>").code == "Throttling");
    for (const char *text : {"", "<html>", "{\"Code\": \"x\"}", "<Response/>"}) BOOST_TEST(of(text).code.empty());
}

BOOST_AUTO_TEST_SUITE_END()
