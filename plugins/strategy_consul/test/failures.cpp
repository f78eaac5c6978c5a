// SPDX-License-Identifier: MIT
//
// Failures of the agent and of the network: no peer is missing because of them, and the reason is reported.
#include "fixture.hpp"

#include <kith/testkit/fail_each.hpp>

using namespace consul::test;

namespace {

struct Followed : Fixture {
    using Fixture::Fixture;
    void begin() {
        start();
        BOOST_REQUIRE(until([&] { return in_sync(); }));
    }
    /// It fails in this way, all peers are kept, and the next query succeeds.
    void gives(const HttpReply &reply, std::int32_t status, std::string_view part) {
        agent.fails(reply);
        failed_with(status, part);
        BOOST_TEST(names() == two);
        BOOST_TEST(!in_sync());
        agent.fails({});
        BOOST_REQUIRE(until([&] { return in_sync(); }, 2min));
        BOOST_TEST(names() == two);
        const auto before = requests();
        agent.changed(); // so that the next failure is not a repetition
        BOOST_REQUIRE(until([&] { return requests() > before; }));
    }
};
struct WithToken : Followed {
    WithToken() : Followed(options(R"("token_file": "/run/token")")) { here.file("/run/token", "secret\n"); }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(each_failed_response_has_its_own_reason, Followed) {
    begin();
    gives(HttpReply(403, "Permission denied: anonymous token lacks permission 'service:read' on \"web\""), KITH_UNAUTHORIZED,
          "lacks permission 'service:read' on \"web\"; expected the option token_file, with a token whose policy has service "
          "\"web\"");
    gives(HttpReply(404, "<html>nginx</html>"), KITH_NOT_FOUND, "404; possibly this is not Consul's API");
    gives(HttpReply(301), KITH_PROTOCOL, "redirects are not followed");
    gives(HttpReply(429, "Your request was rate limited"), KITH_UNAVAILABLE, "429: Your request was rate limited");
    gives(HttpReply(500, "Failed to create boolean expression evaluator: no match found"), KITH_UNAVAILABLE,
          "check the option filter");
    gives(HttpReply(200, R"([{"Node": {"No)"), KITH_PROTOCOL, "not JSON");
    gives(HttpReply(200, "{}"), KITH_PROTOCOL, "expected a list at the top level");
    gives(HttpReply(200, "[7]"), KITH_PROTOCOL, "expected an object at [0]");
    gives(HttpReply(200, R"([{"Service": {"ID": "x"}}])"), KITH_PROTOCOL, "expected an object with a `Node` at [0]");
    gives(HttpReply(200, R"([{"Node": {"Node": "n"}, "Service": {"ID": "x", "Address": 7}}])"), KITH_PROTOCOL,
          "expected a string at [0].Service.Address");
    gives(HttpReply().length(1000).send("[").cut(), KITH_RESET, "ended early");
    gives(HttpReply().send("[").reset(), KITH_RESET, "");
    gives(HttpReply().send("[").stall(), KITH_TIMED_OUT, "");
    gives(HttpReply().stall(), KITH_TIMED_OUT, "");
    gives(HttpReply().send("[").endless(" ", 1s), KITH_TIMED_OUT, "not done within 73750 ms"); // slow-loris
    gives(HttpReply().length(200'000'000).send("["), KITH_LIMIT, "33554432 bytes");
    gives(HttpReply().garbage(), KITH_PROTOCOL, "not HTTP");
}

// Like a proxy that closes long requests.
BOOST_FIXTURE_TEST_CASE(if_blocking_queries_fail_the_strategy_polls, Followed) {
    begin();
    bool cuts = true;
    agent.server.route("/v1/health/service/web", [&](const HttpAsked &asked) {
        if (cuts && asked.target.find("index=") != std::string::npos) return HttpReply(504, "upstream timed out");
        return agent.health_of(asked);
    });
    agent.changed();
    BOOST_REQUIRE(until([&] { return harness.logged("blocking queries fail although others succeed"); }, 2min));
    BOOST_TEST(count(Kind::failed) == 2u);
    BOOST_TEST(!in_sync());
    const auto before = requests();
    net.run_for(4min);
    BOOST_TEST(count(Kind::failed) == 2u); // each query is complete
    BOOST_TEST(!in_sync());
    BOOST_TEST(requests() - before >= 40u);
    BOOST_TEST(requests() - before <= 60u);
    agent.put({.id = "web3", .address = "10.1.0.3"});
    BOOST_TEST(until([&] { return names() == two + " app@10.1.0.3"; }, 6s));
    cuts = false;
    BOOST_TEST(until([&] { return in_sync(); }, 6min));
    net.run_for(10min);
    BOOST_TEST(in_sync());
    BOOST_TEST(count(Kind::failed) == 2u);
}

BOOST_FIXTURE_TEST_CASE(an_election_of_ten_seconds_keeps_the_peers, Followed) {
    begin();
    agent.fails(HttpReply(500, "No cluster leader"));
    const auto before = requests();
    net.run_for(10s);
    BOOST_TEST(count(Kind::failed) >= 1u);
    BOOST_TEST(requests() - before <= 10u);
    BOOST_TEST(names() == two);
    agent.fails({});
    agent.put({.id = "web3", .address = "10.1.0.3"});
    BOOST_TEST(until([&] { return names() == two + " app@10.1.0.3"; }, 20s));
}

BOOST_FIXTURE_TEST_CASE(an_agent_that_stops_is_reported_and_keeps_the_peers, Followed) {
    begin();
    agent.server.hang_up();
    agent.server.stop_listening();
    failed_with(KITH_REFUSED, "http://consul:8500");
    BOOST_TEST(names() == two);
}

BOOST_FIXTURE_TEST_CASE(a_network_partition_keeps_the_peers_and_ends, Followed) {
    begin();
    net.partition(here, there);
    failed_with(KITH_TIMED_OUT, "", 3min);
    BOOST_TEST(names() == two);
    net.heal(here, there);
    BOOST_TEST(until([&] { return in_sync(); }, 2min));
}

BOOST_FIXTURE_TEST_CASE(an_agent_that_does_not_reply_times_out_after_10_s, Followed) {
    begin();
    agent.server.stall(true);
    harness.refresh();
    failed_with(KITH_TIMED_OUT, "within 10 s", 11s);
    BOOST_TEST(names() == two);
}

// Consul answers a token without permissions with 200 and an empty list.
BOOST_FIXTURE_TEST_CASE(an_empty_answer_without_read_permission_is_refused, Followed) {
    begin();
    agent.fields = {{"X-Consul-Default-ACL-Policy", "deny"}};
    agent.services.clear();
    agent.changed();
    failed_with(KITH_UNAUTHORIZED,
                "expected the option token_file, with a token whose policy has service \"web\" { policy = \"read\" }");
    BOOST_TEST(names() == two);
}

BOOST_FIXTURE_TEST_CASE(a_revoked_token_is_reported_and_read_again, WithToken) {
    begin();
    BOOST_TEST(agent.server.asked().back().field("X-Consul-Token") == "secret");
    agent.fails(HttpReply(403, "ACL not found"));
    failed_with(KITH_UNAUTHORIZED, "403: ACL not found; expected a token whose policy has service \"web\"");
    BOOST_TEST(names() == two);
    here.file("/run/token", "another");
    agent.fails({});
    BOOST_TEST(until([&] { return in_sync(); }, 2min));
    BOOST_TEST(agent.server.asked().back().field("X-Consul-Token") == "another");
}

BOOST_FIXTURE_TEST_CASE(an_answer_filtered_later_by_acls_removes_no_peer, WithToken) {
    begin();
    agent.fields = {{"X-Consul-Results-Filtered-By-ACLs", "true"}};
    agent.drop("web2");
    failed_with(KITH_UNAUTHORIZED, "omits what the token may not read");
    BOOST_TEST(names() == two);
}

BOOST_FIXTURE_TEST_CASE(an_answer_filtered_by_acls_is_an_incomplete_set, WithToken) {
    agent.fields = {{"X-Consul-Results-Filtered-By-ACLs", "true"}};
    start();
    failed_with(KITH_UNAUTHORIZED, "omits what the token may not read");
    BOOST_TEST(names() == two); // its instances are reported
    BOOST_TEST(count(Kind::replace) == 0u);
    BOOST_TEST(!in_sync());
    agent.drop("web2");
    agent.put({.id = "web3", .address = "10.1.0.3"});
    BOOST_TEST(until([&] { return names() == two + " app@10.1.0.3"; }, 2min));
    net.run_for(5min);
    BOOST_TEST(names() == two + " app@10.1.0.3");
    BOOST_TEST(requests() < 30u);
    agent.fields.clear(); // the token has the permission now
    agent.changed();
    BOOST_TEST(until([&] { return names() == "app@10.1.0.1 app@10.1.0.3" && in_sync(); }, 2min));
}

BOOST_FIXTURE_TEST_CASE(a_missing_or_empty_token_file_is_reported_and_read_again, WithToken) {
    here.remove("/run/token");
    start();
    failed_with(KITH_NOT_FOUND, "/run/token");
    here.file("/run/token", " \n");
    failed_with(KITH_INVALID, "/run/token: the file is empty; expected an ACL token");
    here.file("/run/token", "secret");
    BOOST_TEST(until([&] { return names() == two; }, 2min));
}

BOOST_FIXTURE_TEST_CASE(a_set_refused_for_max_peers_is_reported_again_later, Fixture) {
    harness.max_peers(1);
    start();
    net.run_for(1min);
    BOOST_TEST(harness.peers().empty());
    BOOST_TEST(requests() <= 15u);
    harness.max_peers(10);
    BOOST_TEST(until([&] { return names() == two; }, 1min));
}

BOOST_AUTO_TEST_CASE(it_recovers_when_any_one_call_fails) {
    const auto calls = kith::testkit::fail_each([](SimNet &net) {
        auto &here = net.machine("here", {"10.1.0.1"});
        Agent agent(net.machine("consul", {"10.9.0.1"}));
        agent.server.route("/v1/agent/service/register", HttpReply(200));
        agent.server.route("/v1/agent/service/deregister/web-10.1.0.1", HttpReply(200));
        agent.put({.id = "web1", .address = "10.1.0.1"});
        here.file("/run/token", "secret");
        PluginHarness harness(
            here, kith_plugin_entry_strategy_consul, "consul",
            options(R"("token_file": "/run/token", "register": {"port": 0, "ttl": 30000, "deregister_after": 600000})"));
        if (harness.start() != KITH_OK) return;
        harness.node("app@10.1.0.1");
        harness.run_until([&] { return harness.failed() || harness.peers().size() == 1; }, 5min);
        agent.put({.id = "web2", .address = "10.1.0.2"});
        harness.run_until([&] { return harness.peers().size() == 2 || harness.failed(); }, 5min);
        if (!harness.failed() && harness.peers().size() != 2) throw std::runtime_error("it does not recover");
        if (!harness.stop()) throw std::runtime_error("it does not stop");
        if (!harness.violations().empty()) throw std::runtime_error(harness.violations().front());
    });
    BOOST_TEST(calls > 10u);
    BOOST_TEST_MESSAGE(calls << " calls");
}
