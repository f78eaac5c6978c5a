// SPDX-License-Identifier: MIT
#include "../credentials_parser.hpp"

#include <boost/test/unit_test.hpp>

using namespace ec2;

BOOST_AUTO_TEST_SUITE(credentials)

BOOST_AUTO_TEST_CASE(credentials_of_the_metadata_service_are_read) {
    const auto got = parse_credentials(R"({ "Code" : "Success", "LastUpdated" : "2015-08-30T06:00:00Z", "Type" : "AWS-HMAC",
        "AccessKeyId" : "ASIA1", "SecretAccessKey" : "a\/b", "Token" : "t==", "Expiration" : "2015-08-30T12:36:00Z" })");
    BOOST_REQUIRE(got);
    BOOST_TEST(got->id == "ASIA1");
    BOOST_TEST(got->secret == "a/b");
    BOOST_TEST(got->token == "t==");
    BOOST_TEST((got->expires == Moment(1'440'938'160)));
}

BOOST_AUTO_TEST_CASE(credentials_of_a_container_are_read) {
    const auto got = parse_credentials(
        R"({"RoleArn":"arn:x","AccessKeyId":"A","SecretAccessKey":"S","n":[1,{"a":[]},null,"],"],"more":{"x":true,"y":-1.5e3}})");
    BOOST_REQUIRE(got);
    BOOST_TEST(!got->expires);
    BOOST_TEST(got->token.empty());
    BOOST_TEST(parse_credentials("{\"AccessKeyId\":\"A\\u003d\",\"SecretAccessKey\":\"S\"}")->id == "A=");
}

BOOST_AUTO_TEST_CASE(a_failure_object_is_returned_as_an_error) {
    const auto got =
        parse_credentials(R"({"Code": "AssumeRoleUnauthorizedAccess", "Message": "EC2 cannot assume the role web"})");
    BOOST_REQUIRE(!got);
    BOOST_TEST(got.error().status == KITH_UNAUTHORIZED);
    BOOST_TEST(got.error().text == "AssumeRoleUnauthorizedAccess: EC2 cannot assume the role web");
}

BOOST_AUTO_TEST_CASE(malformed_credentials_are_refused) {
    const std::string deep = R"({"a":)" + std::string(10'000, '[');
    for (const std::string &text :
         {std::string(), std::string("{"), std::string("[]"), std::string("{}"), std::string(R"({"AccessKeyId":"A"})"),
          std::string(R"({"AccessKeyId":"A","SecretAccessKey":7})"),
          std::string(R"({"AccessKeyId":"A","SecretAccessKey":"S"} x)"),
          std::string(R"({"AccessKeyId":"A","SecretAccessKey":"S"},)"),
          std::string(R"({"AccessKeyId":"A","SecretAccessKey":"S")"),
          std::string(R"({"AccessKeyId":"A\r\nX: y","SecretAccessKey":"S"})"),
          std::string(R"({"AccessKeyId":"A","SecretAccessKey":"\u1234"})"),
          std::string(R"({"AccessKeyId":"A","SecretAccessKey":"\u00"})"),
          std::string(R"({"AccessKeyId":"A","SecretAccessKey":"\q"})"),
          std::string(R"({"AccessKeyId":"A","SecretAccessKey":"S","Expiration":"soon"})"), deep}) {
        const auto got = parse_credentials(text);
        BOOST_REQUIRE_MESSAGE(!got, text);
        BOOST_TEST(got.error().status == KITH_PROTOCOL);
    }
}

BOOST_AUTO_TEST_SUITE_END()
