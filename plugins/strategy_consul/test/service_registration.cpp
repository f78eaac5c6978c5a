// SPDX-License-Identifier: MIT
//
// The local node as an instance: registered when its name is known, refreshed in time, deregistered at a regular stop.
#include "fixture.hpp"

using namespace consul::test;

namespace {

constexpr const char *self = R"("register": {"port": 4000, "tags": ["kith"], "ttl": 30000, "deregister_after": 600000})";

struct Registered : Fixture {
    explicit Registered(const std::string &with = options(self)) : Fixture(with) {
        agent.server.route("/v1/agent/service/register", [this](const HttpAsked &) { return answer; });
        agent.server.route("/v1/agent/check/pass/service%3Aweb-10.1.0.1", [this](const HttpAsked &) { return pass; });
        agent.server.route("/v1/agent/service/deregister/web-10.1.0.1", HttpReply(200));
        agent.server.route("/v1/agent/service/deregister/web-10.1.0.5", HttpReply(200));
    }
    HttpReply answer{200}, pass{200};
};

} // namespace

BOOST_FIXTURE_TEST_CASE(the_node_is_registered_refreshed_and_deregistered, Registered) {
    start();
    net.run_for(1min);
    BOOST_TEST(asked("PUT") == 0u); // the node's name is not known yet
    harness.node("app@10.1.0.1");
    BOOST_REQUIRE(until([&] { return asked("PUT /v1/agent/service/register?replace-existing-checks=true") == 1; }, 100ms));
    const auto &put = agent.server.asked().back();
    BOOST_TEST(
        put.body ==
        R"({"ID":"web-10.1.0.1","Name":"web","Address":"10.1.0.1","Tags":["kith"],"Check":{"CheckID":"service:web-10.1.0.1","Name":"kith knows the node","TTL":"30000ms","Status":"passing","DeregisterCriticalServiceAfter":"600000ms"},"Port":4000})");
    net.run_for(5min);
    const auto passed = asked("PUT /v1/agent/check/pass/");
    BOOST_TEST(passed >= 27u); // each 10 s with a jitter of a tenth: never later than a third of the TTL
    BOOST_TEST(passed <= 34u);
    BOOST_TEST(harness.stop());
    BOOST_TEST(asked("PUT /v1/agent/service/deregister/web-10.1.0.1") == 1u);
}

BOOST_FIXTURE_TEST_CASE(an_unknown_check_causes_a_new_registration, Registered) {
    start();
    harness.node("app@10.1.0.1");
    BOOST_REQUIRE(until([&] { return asked("service/register") == 1; }));
    pass = HttpReply(404, "Unknown check ID \"service:web-10.1.0.1\"");
    BOOST_TEST(until([&] { return asked("service/register") == 2; }, 12s));
    pass = HttpReply(200);
    BOOST_TEST(harness.logged("not registered with Consul"));
}

BOOST_FIXTURE_TEST_CASE(a_token_without_write_permission_is_logged_and_discovery_continues, Registered) {
    answer = HttpReply(403, "Permission denied: token lacks permission 'service:write' on \"web\"");
    start();
    harness.node("app@10.1.0.1");
    BOOST_REQUIRE(until([&] { return harness.logged("not registered with Consul"); }));
    BOOST_TEST(harness.log()[0].fields[0].second.find(R"(service "web" { policy = "write" })") != std::string::npos);
    BOOST_TEST(until([&] { return names() == two; })); // discovery continues
    net.run_for(5min);
    BOOST_TEST(asked("service/register") <= 35u);
    BOOST_TEST(harness.log().size() == 1u); // logged once
    answer = HttpReply(200);
    BOOST_TEST(until([&] { return harness.log().size() == 2; }, 11s));
    BOOST_TEST(harness.log()[1].message == "registered with Consul");
}

BOOST_FIXTURE_TEST_CASE(the_check_of_a_lost_node_is_not_refreshed, Registered) {
    start();
    harness.node("app@10.1.0.1");
    BOOST_REQUIRE(until([&] { return asked("service/register") == 1; }));
    harness.node("");
    net.run_for(1s);
    const auto passed = asked("check/pass");
    net.run_for(1min);
    BOOST_TEST(asked("check/pass") == passed); // its check becomes critical
    harness.node("app@10.1.0.1");
    BOOST_TEST(until([&] { return asked("check/pass") + asked("service/register") > passed + 1; }, 100ms));
}

BOOST_FIXTURE_TEST_CASE(a_node_with_another_address_is_registered_as_another_instance, Registered) {
    start();
    harness.node("app@10.1.0.1");
    BOOST_REQUIRE(until([&] { return asked("service/register") == 1; }));
    harness.node("app@10.1.0.5");
    BOOST_TEST(until([&] { return asked("service/register") == 2; }, 100ms));
    BOOST_TEST(asked("deregister/web-10.1.0.1") == 1u);
}
