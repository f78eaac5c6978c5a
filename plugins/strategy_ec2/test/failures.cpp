// SPDX-License-Identifier: MIT
//
// Each failed query keeps the peers and reports the reason and a remedy.
#include "fixture.hpp"

#include <kith/testkit/fail_each.hpp>

using namespace ec2::test;

BOOST_FIXTURE_TEST_SUITE(failures, Fixture)

BOOST_AUTO_TEST_CASE(each_refusal_of_ec2_has_its_own_reason) {
    start();
    next();
    const auto error_of = [&](const char *code, std::uint32_t status, std::int32_t means, std::string_view part) {
        ec2.refuse(code, status);
        harness.refresh();
        stays(means, part);
    };
    error_of("RequestLimitExceeded", 503, KITH_UNAVAILABLE, "increase polling_interval");
    error_of("UnauthorizedOperation", 403, KITH_UNAUTHORIZED, "ec2:DescribeInstances");
    error_of("AuthFailure", 401, KITH_UNAUTHORIZED, "role web of this instance");
    error_of("InvalidParameterValue", 400, KITH_PROTOCOL, "InvalidParameterValue");
    error_of("InternalError", 500, KITH_UNAVAILABLE, "EC2 reports an internal failure");
    ec2.instead.reset();
    harness.refresh();
    sees("app@10.0.0.1 app@10.0.0.2");
}

BOOST_AUTO_TEST_CASE(each_malformed_answer_has_its_own_reason) {
    start();
    next();
    const auto bad = [&](const HttpReply &reply, std::int32_t status, std::string_view part) {
        ec2.refuse(reply);
        harness.refresh();
        stays(status, part);
    };
    const std::string two = page(ec2.instances);
    bad(HttpReply(200), KITH_PROTOCOL, "not XML");
    bad(HttpReply(200, "{}"), KITH_PROTOCOL, "not XML");
    bad(HttpReply(200, "<html></html>"), KITH_PROTOCOL, "expected DescribeInstancesResponse");
    bad(HttpReply(200, two.substr(0, 300)), KITH_PROTOCOL, "it is not XML, or truncated");
    bad(HttpReply(302).field("Location", "https://elsewhere"), KITH_PROTOCOL, "redirects are not followed");
    bad(HttpReply(403, "<html>"), KITH_UNAUTHORIZED, "the server answered 403");
    bad(HttpReply(204), KITH_PROTOCOL, "the server answered 204");
    bad(HttpReply().length(two.size()).send(two.substr(0, 300)).cut(), KITH_RESET, "ended early");
    bad(HttpReply().send(two.substr(0, 300)).wait(10ms).reset(), KITH_RESET, "ended early");
    bad(HttpReply().cut(), KITH_RESET, "before it answered");
    bad(HttpReply().garbage(), KITH_PROTOCOL, "not HTTP");
    bad(HttpReply().stall(), KITH_TIMED_OUT, "within 30 s");
    bad(HttpReply().send("<a>").endless(" ", 1s), KITH_TIMED_OUT, "not done within 30 s");
    bad(HttpReply().length(200'000'000).send("<a>"), KITH_LIMIT, "16777216 bytes");
    bad(HttpReply().send("<a>").endless(std::string(1'000'000, ' '), 10ms), KITH_LIMIT, "16777216 bytes");
    ec2.instead.reset();
    harness.refresh();
    sees("app@10.0.0.1 app@10.0.0.2");
}

BOOST_AUTO_TEST_CASE(a_request_on_a_closed_connection_is_repeated) {
    start();
    next();
    ec2.refuse(HttpReply().cut(), 1);
    harness.refresh();
    sees("app@10.0.0.1 app@10.0.0.2");
}

BOOST_AUTO_TEST_CASE(an_unreachable_api_keeps_the_peers) {
    start();
    next();
    ec2.server.hang_up();
    net.partition(here, ec2.machine);
    harness.refresh();
    stays(KITH_TIMED_OUT, "ec2.eu-west-1.amazonaws.com");
    net.heal(here, ec2.machine);
    net.name("ec2.eu-west-1.amazonaws.com", {});
    stays(KITH_UNRESOLVED, "ec2.eu-west-1.amazonaws.com does not resolve");
    net.name("ec2.eu-west-1.amazonaws.com", {"203.0.113.1"});
    sees("app@10.0.0.1 app@10.0.0.2");
    ec2.server.hang_up();
    ec2.server.certificate({nullptr, {"elsewhere.example"}});
    harness.refresh();
    stays(KITH_UNAUTHORIZED, "certificate");
}

BOOST_AUTO_TEST_CASE(failures_increase_the_delay_and_retry_after_is_obeyed) {
    ec2.refuse(HttpReply(503, refusal("RequestLimitExceeded")));
    start();
    harness.run_for(10min);
    BOOST_TEST(ec2.server.asked().size() > 15u);
    BOOST_TEST(ec2.server.asked().size() < 40u);
    ec2.refuse(HttpReply(503, refusal("RequestLimitExceeded")).field("Retry-After", "300"));
    next();
    const auto before = ec2.server.asked().size();
    harness.run_for(140s);
    BOOST_TEST(ec2.server.asked().size() == before);
}

BOOST_AUTO_TEST_CASE(a_wrong_clock_is_reported_with_its_difference) {
    start();
    next();
    here.jump_wall(1h);
    ec2.refuse("RequestExpired");
    ec2.date = "Thu, 01 Jan 2026 00:00:05 GMT";
    harness.refresh();
    stays(KITH_UNAUTHORIZED, "s ahead of that of AWS: synchronize it");
}

// ---- credentials ----

BOOST_AUTO_TEST_CASE(credentials_are_renewed_before_they_expire) {
    start();
    next();
    harness.run_until([&] { return net.now() > 5h + 50min; }, 6h);
    BOOST_TEST(imds.asked("security-credentials/web") == 1u);
    imds.report("iam/security-credentials/web", role("KEY2", "2026-01-01T12:00:00Z"));
    ec2.keys.emplace_back("KEY2");
    harness.run_for(7min);
    BOOST_TEST(imds.asked("security-credentials/web") == 2u);
    BOOST_TEST(ec2.server.asked().back().field("Authorization").find("KEY2") != std::string::npos);
    harness.run_for(1h);
    BOOST_TEST(std::ranges::none_of(harness.observations(), [](const Observation &one) { return one.kind == Kind::failed; }));
}

BOOST_AUTO_TEST_CASE(credentials_that_cannot_be_renewed_are_used_until_they_expire) {
    start();
    next();
    imds.report("iam/security-credentials/web", HttpReply(500));
    harness.run_until([&] { return net.now() > 5h + 59min; }, 6h);
    BOOST_TEST(std::ranges::none_of(harness.observations(), [](const Observation &one) { return one.kind == Kind::failed; }));
    BOOST_TEST(harness.logged("used until they expire"));
    BOOST_TEST(imds.asked("security-credentials/web") < 8u);
    harness.run_for(2min);
    stays(KITH_UNAVAILABLE, "iam/security-credentials/web: the server answered 500");
}

BOOST_AUTO_TEST_CASE(a_missing_or_invalid_role_is_reported) {
    imds.report("iam/security-credentials/", HttpReply(404));
    start();
    fails(KITH_NOT_FOUND, "this instance has no role");
    imds.report("iam/security-credentials/", "../../evil");
    fails(KITH_PROTOCOL, "expected the name of a role");
    imds.report("iam/security-credentials/", "web\nother");
    imds.report("iam/security-credentials/web",
                R"({"Code": "AssumeRoleUnauthorizedAccess", "Message": "EC2 cannot assume the role web."})");
    fails(KITH_UNAUTHORIZED, "credentials of role web of this instance: AssumeRoleUnauthorizedAccess");
    imds.report("iam/security-credentials/web", role("KEY1", "2026-01-01T06:00:00Z"));
    sees("app@10.0.0.1 app@10.0.0.2");
}

// ---- the metadata service ----

BOOST_AUTO_TEST_CASE(an_expired_metadata_session_is_replaced) {
    start();
    next();
    imds.tokens += 7; // it was restarted
    harness.run_for(6h);
    BOOST_TEST(imds.asked("/latest/api/token") == 2u);
    BOOST_TEST(std::ranges::none_of(harness.observations(), [](const Observation &one) {
        return one.kind == Kind::failed && one.text.find("401") != std::string::npos;
    }));
}

BOOST_AUTO_TEST_CASE(failures_of_the_metadata_session_have_their_own_reasons) {
    imds.token_reply = HttpReply().stall();
    start();
    fails(KITH_TIMED_OUT, "the hop limit is too low");
    imds.token_reply = HttpReply(200, "of-somebody-else");
    fails(KITH_UNAUTHORIZED, "401: the service refused a session token");
    imds.token_reply = HttpReply(403);
    fails(KITH_UNAUTHORIZED, "the metadata service of this instance is disabled");
    imds.token_reply = HttpReply(404);
    fails(KITH_NOT_FOUND, "no session token");
    imds.token_reply = HttpReply(200, "a b\r\n");
    fails(KITH_PROTOCOL, "the response is not a session token");
    imds.token_reply.reset();
    sees("app@10.0.0.1 app@10.0.0.2");
}

BOOST_AUTO_TEST_CASE(a_missing_metadata_service_is_reported_with_the_options_to_set) {
    imds.server.stop_listening();
    start();
    fails(KITH_REFUSED, "no metadata service at http://169.254.169.254: kith does not run on EC2, or may not access the "
                        "service; configure `region` and "
                        "`ec2_tagvalue` and AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY in the environment");
    net.partition(here, imds.machine);
    fails(KITH_TIMED_OUT, "no metadata service");
}

BOOST_AUTO_TEST_CASE(an_invalid_region_or_instance_id_is_refused) {
    imds.report("placement/region", "evil.example/?");
    start();
    fails(KITH_PROTOCOL, "placement/region");
    imds.report("placement/region", "eu-west-1");
    imds.report("instance-id", "");
    harness.refresh();
}

// ---- the local instance ----

BOOST_AUTO_TEST_CASE(a_list_without_this_instance_is_requested_again) {
    start();
    next();
    ec2.turned = [&](std::size_t) { ec2.instances = {{"i-0", "10.0.0.1"}, {"i-1", "10.0.0.2"}}; };
    ec2.refuse(HttpReply(200, page({})), 1);
    harness.refresh();
    sees("app@10.0.0.1 app@10.0.0.2"); // the second list contains it
    const auto self = page({{"i-0", "10.0.0.1"}});
    ec2.server.route(
        "/", [&](const HttpAsked &asked) { return HttpReply(200, said(asked, "InstanceId.1").empty() ? page({}) : self); });
    harness.refresh();
    stays(KITH_UNAVAILABLE, "lacks i-0, which is running and has the tag");
}

BOOST_AUTO_TEST_CASE(a_missing_tag_of_this_instance_is_reported) {
    ec2.refuse(HttpReply(
        200, "<DescribeInstancesResponse><reservationSet><item><instancesSet><item><instanceId>i-0</instanceId></item>"
             "</instancesSet></item></reservationSet></DescribeInstancesResponse>"));
    start();
    fails(KITH_NOT_FOUND, "i-0, has no tag cluster; add the tag, or configure `ec2_tagvalue`");
    ec2.refuse("InvalidInstanceID.NotFound");
    fails(KITH_NOT_FOUND, "not in this region and account");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(hosts_started_together_do_not_query_at_the_same_time) {
    SimNet net;
    Ec2 ec2(net);
    ec2.instances = {{"i-0", "10.0.0.1"}};
    std::vector<std::size_t> by_half_second(120);
    ec2.turned = [&](std::size_t) {
        const auto at = static_cast<std::size_t>((net.now() - 1s) / 500ms);
        if (at < by_half_second.size()) ++by_half_second[at];
    };
    std::vector<std::unique_ptr<kith::testkit::PluginHarness>> rigs;
    for (int i = 0; i < 50; ++i) {
        auto &machine = net.machine("m" + std::to_string(i), {});
        machine.plug("eth0", net.segment(), {std::string_view("10.0.1." + std::to_string(i))});
        machine.env("AWS_ACCESS_KEY_ID", "ENV");
        machine.env("AWS_SECRET_ACCESS_KEY", "secret");
        rigs.push_back(std::make_unique<kith::testkit::PluginHarness>(
            machine, kith_plugin_entry_strategy_ec2, "ec2", options(R"("ec2_tagvalue": "shop", "region": "eu-west-1")")));
        BOOST_REQUIRE(rigs.back()->start() == KITH_OK);
    }
    net.run_for(60s);
    const auto last_ten = std::max_element(by_half_second.end() - 20, by_half_second.end());
    BOOST_TEST_MESSAGE("at most " << *last_ten << " looks in half a second, 5 on average");
    BOOST_TEST(*last_ten < 25u);
}

BOOST_AUTO_TEST_CASE(it_recovers_when_any_one_call_fails) {
    const auto calls = kith::testkit::fail_each([](SimNet &net) {
        auto &here = net.machine("here", {"10.0.0.1"});
        Imds imds(net);
        Ec2 ec2(net);
        ec2.instances = {{"i-0", "10.0.0.1"}, {"i-1", "10.0.0.2"}};
        kith::testkit::PluginHarness harness(here, kith_plugin_entry_strategy_ec2, "ec2", options());
        if (harness.start() != KITH_OK) return;
        harness.run_until([&] { return harness.peers().size() == 2 || harness.failed(); });
        if (!harness.failed() && harness.peers().size() != 2) throw std::runtime_error("it does not recover");
        if (!harness.stop()) throw std::runtime_error("it does not stop");
        if (!harness.violations().empty()) throw std::runtime_error(harness.violations().front());
    });
    BOOST_TEST(calls > 10u);
}
