// SPDX-License-Identifier: MIT
//
// Times, queries and reasons.
#include "../describe_instances_request.hpp"
#include "../error_explanation.hpp"

#include <boost/test/unit_test.hpp>

using namespace ec2;
using namespace std::chrono_literals;

namespace {

constexpr Moment day{1'440'938'160}; // 2015-08-30T12:36:00Z

kith::http_head head(std::uint32_t code, std::string_view date = "Sun, 30 Aug 2015 12:36:00 GMT") {
    kith::http_head out;
    out.code = code;
    out.fields.push_back({"date", std::string(date)});
    return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(parts)

BOOST_AUTO_TEST_CASE(times_are_written_and_read) {
    BOOST_TEST(signing_time(day) == "20150830T123600Z");
    BOOST_TEST(signing_time(Moment(0)) == "19700101T000000Z");
    BOOST_TEST((parse_time("2015-08-30T12:36:00Z") == day));
    BOOST_TEST((parse_time("2015-08-30T12:36:00.123Z") == day));
    BOOST_TEST((parse_http_date("Sun, 30 Aug 2015 12:36:00 GMT") == day));
    for (const char *bad : {"", "2015-08-30T12:36:00", "2015-08-30 12:36:00Z", "2015-13-30T12:36:00Z", "2015-02-30T12:36:00Z",
                            "2015-08-30T24:00:00Z", "2015-08-30T12:60:00Z", "2015-08-30T12:36:00Z ", "20150830T123600Z"})
        BOOST_TEST(!parse_time(bad), bad);
    for (const char *bad : {"", "Sun, 30 Aug 2015 12:36:00", "Sun, 30 ugS 2015 12:36:00 GMT", "Sun, 30 Foo 2015 12:36:00 GMT",
                            "Sun, 3 Aug 2015 12:36:00 GMT", "30 Aug 2015 12:36:00 GMT"})
        BOOST_TEST(!parse_http_date(bad), bad);
}

BOOST_AUTO_TEST_CASE(queries_are_encoded) {
    const std::vector<std::string> values{"a b", "c&d"};
    BOOST_TEST(
        running_with_tag("Na/me", values, "") ==
        "Action=DescribeInstances&Version=2016-11-15&Filter.1.Name=tag%3ANa%2Fme&Filter.1.Value.1=a%20b&Filter.1.Value.2=c%26d"
        "&Filter.2.Name=instance-state-name&Filter.2.Value.1=running&MaxResults=250");
    BOOST_TEST(running_with_tag("n", values, "x+/=").ends_with("&MaxResults=250&NextToken=x%2B%2F%3D"));
    BOOST_TEST(one_instance("i-1") == "Action=DescribeInstances&Version=2016-11-15&InstanceId.1=i-1");
    BOOST_TEST(escape_filter_value("a*b?c\\d") == "a\\*b\\?c\\\\d");
}

BOOST_AUTO_TEST_CASE(each_error_code_has_its_explanation) {
    using Remedy = Explanation::Remedy;
    const auto of = [](std::uint32_t code, const char *name, Moment now = day, const char *message = "") {
        return explain(head(code), {name, message}, now, "role web of this instance");
    };
    const auto slow = of(503, "RequestLimitExceeded");
    BOOST_TEST((slow.remedy == Remedy::retry));
    BOOST_TEST(slow.why.status == KITH_UNAVAILABLE);
    BOOST_TEST(slow.why.text.find("polling_interval") != std::string::npos);

    const auto forbidden =
        of(403, "UnauthorizedOperation", day + 1h,
           "You are not authorized to perform this operation. Encoded authorization failure message: abcdef");
    BOOST_TEST((forbidden.remedy == Remedy::none));
    BOOST_TEST(forbidden.why.status == KITH_UNAUTHORIZED);
    BOOST_TEST(forbidden.why.text ==
               "the server answered 403 (UnauthorizedOperation): the IAM policy of these credentials must allow the action "
               "ec2:DescribeInstances, on all resources; credentials: role web of this instance; message of EC2: You are not "
               "authorized to perform this operation");

    // The code of both a wrong clock and expired credentials.
    const auto late = of(400, "RequestExpired", day + 1h);
    BOOST_TEST((late.remedy == Remedy::none));
    BOOST_TEST(late.why.text.find("the clock of this machine is 3600 s ahead of that of AWS") != std::string::npos,
               late.why.text);
    BOOST_TEST(of(403, "SignatureDoesNotMatch", day - 1h).why.text.find("3600 s behind") != std::string::npos);
    const auto old = of(400, "RequestExpired", day + 1s);
    BOOST_TEST((old.remedy == Remedy::credentials));
    BOOST_TEST(old.why.text.find("the credentials have expired") != std::string::npos);
    BOOST_TEST((explain(head(400, "?"), {"RequestExpired", ""}, day, "x").remedy == Remedy::credentials));

    BOOST_TEST(of(401, "AuthFailure").why.text.find("the credentials are not valid") != std::string::npos);
    BOOST_TEST(of(400, "Else", day, "What.").why.text == "the server answered 400 (Else); message of EC2: What");
    BOOST_TEST((of(502, "").remedy == Remedy::retry));
    BOOST_TEST(of(301, "").why.text.find("`endpoint`") != std::string::npos);
    BOOST_TEST(of(400, "Else", day, std::string(9'999, 'x').c_str()).why.text.size() < 600u);
}

BOOST_AUTO_TEST_SUITE_END()
