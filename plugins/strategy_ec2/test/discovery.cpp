// SPDX-License-Identifier: MIT
//
// Discovery with each source of its settings: region, tag, credentials, addresses.
#include "fixture.hpp"

using namespace ec2::test;

BOOST_FIXTURE_TEST_SUITE(discovery, Fixture)

BOOST_AUTO_TEST_CASE(instances_with_the_tag_value_of_this_instance_are_peers) {
    start();
    sees("app@10.0.0.1 app@10.0.0.2");
    BOOST_TEST((net.now() < 1100ms)); // the first query is immediate
    BOOST_TEST(harness.peers()[1].key == "i-1");
    BOOST_TEST(harness.peers()[1].attribute("tag") == "shop");
    BOOST_REQUIRE(ec2.server.asked().size() == 2u);
    BOOST_TEST(said(ec2.server.asked()[0], "InstanceId.1") == "i-0");
    const HttpAsked &list = ec2.server.asked()[1];
    BOOST_TEST(said(list, "Filter.1.Name") == "tag%3Acluster");
    BOOST_TEST(said(list, "Filter.1.Value.1") == "shop");
    BOOST_TEST(said(list, "Filter.2.Value.1") == "running");
    BOOST_TEST(list.field("X-Amz-Security-Token") == "token");
    BOOST_TEST(list.field("X-Amz-Date") == "20260101T000000Z");

    ec2.instances.push_back({"i-2", "10.0.0.3"});
    sees("app@10.0.0.1 app@10.0.0.2 app@10.0.0.3");
    ec2.instances.pop_back();
    sees("app@10.0.0.1 app@10.0.0.2");
    BOOST_TEST(ec2.server.asked().size() == 4u); // known values are not requested again
    BOOST_TEST(imds.server.asked().size() == 5u);
    BOOST_TEST(ec2.server.connections() == 1u);
}

BOOST_AUTO_TEST_CASE(it_queries_every_five_seconds_with_jitter_and_on_refresh) {
    start();
    next();
    harness.run_for(1000s);
    BOOST_TEST(ec2.server.asked().size() > 190u);
    BOOST_TEST(ec2.server.asked().size() < 210u);
    const auto before = net.now();
    harness.refresh();
    next();
    BOOST_TEST((net.now() - before < 100ms));
}

BOOST_AUTO_TEST_CASE(a_changed_tag_of_this_instance_is_followed) {
    start();
    next();
    ec2.instances.push_back({"i-2", "10.0.0.3"});
    ec2.instances[0].tag = ec2.instances[2].tag = "blue";
    sees("app@10.0.0.1 app@10.0.0.3", 10s);
    BOOST_TEST(ec2.server.asked().size() == 5u); // the list without the tag, its tag, the other list
    ec2.instances[0].tag = "100% *new*?";
    sees("app@10.0.0.1", 10s);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(configured_values_are_not_requested_from_the_metadata_service) {
    Fixture f(options(R"("ec2_tagvalue": ["shop", "sh*"], "region": "eu-west-1", "app_prefix": "web")"));
    f.environment();
    f.start();
    f.sees("web@10.0.0.1 web@10.0.0.2");
    BOOST_TEST(f.imds.server.asked().empty());
    BOOST_TEST(said(f.ec2.server.asked()[0], "Filter.1.Value.2") == "sh%2A");
    BOOST_TEST(f.ec2.server.asked()[0].field("X-Amz-Security-Token") == "");
    f.ec2.instances.clear();
    f.sees(""); // a valid empty answer: kith may run on another host
}

BOOST_AUTO_TEST_CASE(region_and_session_token_are_read_from_the_environment) {
    Fixture f(options(R"("ec2_tagvalue": "shop")"));
    f.environment();
    f.here.env("AWS_SESSION_TOKEN", "session");
    f.here.env("AWS_DEFAULT_REGION", "eu-west-1");
    f.start();
    f.sees("app@10.0.0.1 app@10.0.0.2");
    BOOST_TEST(f.ec2.server.asked()[0].field("X-Amz-Security-Token") == "session");
}

BOOST_AUTO_TEST_CASE(the_role_of_a_container_is_used) {
    Fixture f(options(R"("ec2_tagvalue": "shop", "region": "eu-west-1")"));
    HttpServer agent(f.net.machine("agent", {"169.254.170.23"}), 80);
    agent.route("/v1/credentials", HttpReply(200, role("KEY1", "2026-01-01T06:00:00Z")));
    f.here.env("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials");
    f.here.env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/var/run/token");
    f.here.file("/var/run/token", "pod\n");
    f.start();
    f.sees("app@10.0.0.1 app@10.0.0.2");
    BOOST_TEST(agent.asked()[0].field("Authorization") == "pod");
    BOOST_TEST(f.imds.server.asked().empty());
}

BOOST_AUTO_TEST_CASE(the_role_of_a_task_is_used) {
    Fixture f(options(R"("ec2_tagvalue": "shop", "region": "eu-west-1")"));
    HttpServer agent(f.net.machine("agent", {"169.254.170.2"}), 80);
    agent.route("/v2/credentials/1", HttpReply(200, role("KEY1", "2026-01-01T06:00:00Z")));
    f.here.env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/1");
    f.start();
    f.sees("app@10.0.0.1 app@10.0.0.2");
    agent.route("/v2/credentials/1", HttpReply(404));
    f.ec2.keys = {"KEY2"};
    f.stays(KITH_NOT_FOUND, "the task or pod has no role");
}

BOOST_AUTO_TEST_CASE(instances_without_the_address_type_are_left_out_and_counted) {
    Fixture f(options(R"("ip_type": "ipv6")"));
    f.ec2.instances = {{"i-0", "10.0.0.1", "", "fd00::1"}, {"i-1", "10.0.0.2"}, {"i-2", "10.0.0.3"}};
    f.start();
    f.sees("app@fd00::1");
    BOOST_TEST(f.left_out("the instance is running but has no address of ip_type ipv6") == 2u);
}

BOOST_AUTO_TEST_CASE(a_running_instance_without_its_former_address_keeps_it) {
    Fixture f;
    f.ec2.instances.push_back({"i-2", "10.0.0.3"});
    f.start();
    f.sees("app@10.0.0.1 app@10.0.0.2 app@10.0.0.3");
    f.ec2.instances[1].private_ip = f.ec2.instances[2].private_ip = "";
    for (int i = 0; i < 5; ++i) f.sees("app@10.0.0.1 app@10.0.0.2 app@10.0.0.3");
    BOOST_TEST(f.left_out("has no address") == 0u);
    BOOST_TEST(f.harness.logged("without their address"));
    f.ec2.instances[1].private_ip = "10.0.0.9"; // it has another address now
    f.ec2.instances.pop_back();                 // it is terminated
    f.sees("app@10.0.0.1 app@10.0.0.9");
    f.ec2.instances.push_back({"i-2", ""}); // it is unknown again
    f.sees("app@10.0.0.1 app@10.0.0.9");
    BOOST_TEST(f.left_out("the instance is running but has no address of ip_type private") == 1u);
}

BOOST_AUTO_TEST_CASE(of_two_instances_with_one_address_the_newer_is_used) {
    Fixture f;
    f.ec2.instances.push_back({"i-2", "10.0.0.2", "", "", "2020-01-01T00:00:00.000Z"});
    f.start();
    f.sees("app@10.0.0.1 app@10.0.0.2");
    BOOST_TEST(f.harness.peers()[1].key == "i-2");
    BOOST_TEST(f.left_out("launched later") == 1u);
}

BOOST_AUTO_TEST_CASE(the_metadata_service_is_queried_over_ipv6) {
    SimNet net;
    auto &here = net.machine("here", {"fd00::1"});
    HttpServer imds(net.machine("imds", {"fd00:ec2::254"}), 80);
    imds.route("/latest/api/token", HttpReply(200, "token-1"));
    here.env("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ipv6");
    kith::testkit::PluginHarness harness(here, kith_plugin_entry_strategy_ec2, "ec2", options());
    BOOST_REQUIRE(harness.start() == KITH_OK);
    BOOST_REQUIRE(harness.await_observation());
    BOOST_TEST(!imds.asked().empty());
    BOOST_TEST(harness.observations().back().text.find("http://[fd00:ec2::254]") != std::string::npos,
               harness.observations().back().text);
    BOOST_TEST(harness.stop());
}

BOOST_AUTO_TEST_CASE(inconsistent_options_are_refused_with_a_reason) {
    const auto error_of = [](const std::string &more, std::string_view part, auto... environment) {
        Fixture f(options(more));
        (f.here.env(environment.first, environment.second), ...);
        BOOST_TEST(f.harness.start() == KITH_INVALID);
        BOOST_TEST(f.harness.error().find(part) != std::string::npos, f.harness.error());
    };
    error_of(R"("ip_to_nodename": "{app}@{ip}")", "there is no {app}");
    error_of(R"("ip_to_nodename": "app@host")", "gives all instances the same name");
    error_of("", "AWS_SECRET_ACCESS_KEY is not", std::pair("AWS_ACCESS_KEY_ID", "x"));
    error_of("", "AWS_ACCESS_KEY_ID is not", std::pair("AWS_SECRET_ACCESS_KEY", "x"));
    error_of("", "line end", std::pair("AWS_ACCESS_KEY_ID", "x"), std::pair("AWS_SECRET_ACCESS_KEY", "y\n"));
    error_of("", "MODE is IPv5; expected IPv4 or IPv6", std::pair("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv5"));
    error_of("", "AWS_REGION", std::pair("AWS_REGION", "eu-west-1.evil.example/"));
    for (const char *url :
         {"http://10.0.0.1/", "http://169.254.170.2.evil.example/", "http://localhost@evil.example/", "ftp://x"})
        error_of("", "AWS_CONTAINER_CREDENTIALS_FULL_URI", std::pair("AWS_CONTAINER_CREDENTIALS_FULL_URI", url));
}
