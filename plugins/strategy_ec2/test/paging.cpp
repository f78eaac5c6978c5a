// SPDX-License-Identifier: MIT
//
// Lists of several pages, and changes between the pages.
#include "fixture.hpp"

using namespace ec2::test;

namespace {

struct Many : Fixture {
    Many() : Fixture(options(R"("ec2_tagvalue": "shop", "polling_interval": 60000)")) {
        ec2.instances.clear();
        for (int i = 0; i < 250; ++i) ec2.instances.push_back({"i-" + std::to_string(i), "10.0.1." + std::to_string(i)});
    }
    void sees_all() {
        const Observation &seen = next();
        BOOST_TEST((seen.kind == Kind::replace), seen.text);
        BOOST_TEST(harness.peers().size() == 250u);
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(paging, Many)

BOOST_AUTO_TEST_CASE(all_pages_are_reported_as_one_set) {
    start();
    sees_all();
    BOOST_TEST(ec2.server.asked().size() == 3u);
    BOOST_TEST(harness.observations().size() == 1u);
}

BOOST_AUTO_TEST_CASE(credentials_that_expire_between_two_pages_are_renewed) {
    imds.report("iam/security-credentials/web", role("KEY1", "2026-01-01T06:00:00Z"));
    ec2.turned = [&](std::size_t from) {
        if (from != 100) return;
        ec2.keys = {"KEY2"};
        imds.report("iam/security-credentials/web", role("KEY2", "2026-01-01T12:00:00Z"));
    };
    start();
    sees_all();
    BOOST_TEST(ec2.server.asked().size() == 4u); // only the refused page is requested again
    BOOST_TEST(said(ec2.server.asked()[2], "NextToken") == "200");
    BOOST_TEST(said(ec2.server.asked()[3], "NextToken") == "200");
}

BOOST_AUTO_TEST_CASE(credentials_that_expire_without_new_ones_are_reported) {
    start();
    sees_all();
    ec2.turned = [&](std::size_t) { ec2.keys.clear(); };
    harness.refresh();
    fails(KITH_UNAUTHORIZED, "the credentials have expired; credentials: role web of this instance");
    BOOST_TEST(harness.peers().size() == 250u);
}

BOOST_AUTO_TEST_CASE(a_throttled_page_is_requested_again) {
    ec2.turned = [&](std::size_t from) {
        if (from == 0) ec2.refuse("RequestLimitExceeded", 503, 2);
    };
    start();
    sees_all();
    BOOST_TEST(ec2.server.asked().size() == 5u); // pages that were read are not requested again
    BOOST_TEST((net.now() > 2s));
    ec2.turned = [&](std::size_t) { ec2.refuse("RequestLimitExceeded", 503); };
    harness.refresh();
    fails(KITH_UNAVAILABLE, "RequestLimitExceeded");
    BOOST_TEST(harness.peers().size() == 250u);
}

BOOST_AUTO_TEST_CASE(a_failed_page_keeps_the_peers) {
    start();
    sees_all();
    for (const HttpReply &reply :
         {HttpReply().send("<DescribeInstances").cut(), HttpReply().stall(), HttpReply(200, "<html>"), HttpReply(500)}) {
        ec2.turned = [&](std::size_t) { ec2.refuse(reply, 4); };
        harness.refresh();
        BOOST_TEST((next(3min).kind == Kind::failed));
        BOOST_TEST(harness.peers().size() == 250u);
        ec2.instead.reset();
    }
}

BOOST_AUTO_TEST_CASE(a_repeated_next_token_is_refused) {
    ec2.refuse(HttpReply(200, page({{"i-1", "10.0.0.1"}}, "again")));
    start();
    fails(KITH_PROTOCOL, "the same NextToken twice");
}

BOOST_AUTO_TEST_CASE(alternating_next_tokens_are_refused) {
    start();
    sees_all();
    int asked = 0; // empty pages whose tokens are a, b, a, b, ...
    ec2.server.route("/", [&](const HttpAsked &) { return HttpReply(200, page({}, asked++ % 2 == 0 ? "a" : "b")); });
    harness.refresh();
    fails(KITH_PROTOCOL, "the same NextToken twice");
    BOOST_TEST(harness.peers().size() == 250u);
    BOOST_TEST(asked == 3);
}

BOOST_AUTO_TEST_SUITE_END()
