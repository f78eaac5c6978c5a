// SPDX-License-Identifier: MIT
//
// A change is reported immediately, and no new request is sent without a change.
#include "fixture.hpp"

using namespace consul::test;

BOOST_FIXTURE_TEST_CASE(the_instances_are_peers_after_the_first_query, Fixture) {
    start();
    BOOST_REQUIRE(until([&] { return in_sync(); }, 1s));
    BOOST_TEST(names() == two);
    BOOST_TEST((harness.observations().front().kind == Kind::replace));
    BOOST_TEST(harness.peers()[0].key == "dc1/n1/web1");
    BOOST_TEST(harness.peers()[0].attribute("tags") == "a,b");
    BOOST_TEST(agent.server.asked()[0].target == "/v1/health/service/web?passing=true");
    BOOST_REQUIRE(until([&] { return requests() == 2; }, 1s));
    BOOST_TEST(agent.server.asked()[1].target == "/v1/health/service/web?passing=true&index=12&wait=60000ms");
}

BOOST_FIXTURE_TEST_CASE(each_change_is_reported_at_once, Fixture) {
    start();
    BOOST_REQUIRE(until([&] { return requests() == 2; }));
    agent.put({.id = "web3", .address = "10.1.0.3"});
    BOOST_TEST(until([&] { return names() == two + " app@10.1.0.3"; }, 50ms));
    BOOST_REQUIRE(until([&] { return requests() == 3; }));
    agent.put({.id = "web3", .address = "10.1.0.3", .status = "critical"});
    BOOST_TEST(until([&] { return names() == two; }, 50ms));
    BOOST_REQUIRE(until([&] { return requests() == 4; }));
    agent.drop("web2");
    BOOST_TEST(until([&] { return names() == "app@10.1.0.1"; }, 50ms));
    BOOST_REQUIRE(until([&] { return requests() == 5; }));
    agent.drop("web1");
    BOOST_TEST(until([&] { return harness.peers().empty(); }, 50ms)); // a valid empty answer
    BOOST_TEST(count(Kind::failed) == 0u);
}

BOOST_FIXTURE_TEST_CASE(an_hour_without_changes_takes_sixty_requests_and_reports_nothing, Fixture) {
    start();
    BOOST_REQUIRE(until([&] { return in_sync(); }));
    const auto told = harness.observations().size();
    const auto before = requests();
    net.run_for(1h);
    BOOST_TEST_MESSAGE(requests() - before << " requests in an hour");
    BOOST_TEST(requests() - before <= 61u);
    BOOST_TEST(harness.observations().size() == told);
}

BOOST_FIXTURE_TEST_CASE(an_index_that_goes_backwards_restarts_the_blocking_query, Fixture) {
    start();
    BOOST_REQUIRE(until([&] { return requests() == 2; }));
    agent.index = 3; // a snapshot was restored
    agent.changed();
    BOOST_REQUIRE(until([&] { return requests() == 4; }));
    BOOST_TEST(agent.server.asked()[2].target.find("index=") == std::string::npos);
    BOOST_TEST(agent.server.asked()[3].target.find("index=4&") != std::string::npos);
    BOOST_TEST(names() == two);
}

BOOST_FIXTURE_TEST_CASE(an_index_of_zero_is_never_sent, Fixture) {
    agent.index = 0;
    start();
    BOOST_REQUIRE(until([&] { return requests() >= 2; }));
    BOOST_TEST(agent.server.asked()[1].target.find("index=1&") != std::string::npos);
    net.run_for(1min); // such a server answers immediately
    BOOST_TEST(requests() <= 85u);
    BOOST_TEST(names() == two);
}

BOOST_FIXTURE_TEST_CASE(a_service_that_changes_constantly_is_queried_at_a_limited_rate, Fixture) {
    start();
    for (int i = 0; i < 6000; ++i) {
        agent.put({.id = "web3", .address = "10.1.0.3", .port = i});
        net.run_for(10ms);
    }
    BOOST_TEST_MESSAGE(requests() << " requests in a minute");
    BOOST_TEST(requests() <= 85u);
    BOOST_TEST(until([&] { return names() == two + " app@10.1.0.3"; }, 5s));
}

BOOST_FIXTURE_TEST_CASE(a_refresh_queries_at_once, Fixture) {
    start();
    BOOST_REQUIRE(until([&] { return requests() == 2; }));
    harness.refresh();
    BOOST_TEST(until([&] { return count(Kind::replace) == 2; }, 50ms));
    BOOST_TEST(agent.server.asked()[2].target == "/v1/health/service/web?passing=true");
}

struct OfTheNode : Fixture {
    OfTheNode() : Fixture(R"({"list_using": ["health"], "service": {"name": "web"}, "base_url": "http://consul:8500"})") {}
};

BOOST_FIXTURE_TEST_CASE(the_default_basename_is_that_of_the_local_node, OfTheNode) {
    start();
    BOOST_REQUIRE(count(Kind::failed) == 1u);
    BOOST_TEST(harness.observations()[0].text.find("configure `node_basename`") != std::string::npos);
    BOOST_TEST(requests() == 0u);
    harness.node("shop@10.1.0.1");
    BOOST_TEST(until([&] { return names() == "shop@10.1.0.1 shop@10.1.0.2"; }, 1s));
    harness.node("");
    net.run_for(1s);
    BOOST_TEST(names() == "shop@10.1.0.1 shop@10.1.0.2");
    harness.node("store@10.1.0.1");
    BOOST_TEST(until([&] { return names() == "store@10.1.0.1 store@10.1.0.2"; }, 1s));
}
