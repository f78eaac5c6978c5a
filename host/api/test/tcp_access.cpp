// SPDX-License-Identifier: MIT
//
// What a client at a TCP address may ask for: by what the address serves, the token, the Host field and the Origin.
#include "api_world.hpp"

#include <boost/test/unit_test.hpp>

namespace kith::app::test {

namespace {

struct TcpWorld : ApiWorld {
    ApiAccess access{true, true, true, true, "token-of-readers", "token-of-operators", {"kith.example"}};
    std::string authorization;
    std::string origin;
    std::string host = "10.0.0.1:9464";

    TcpWorld() {
        fixture.topology({}, "secret-name");
        fixture.attach();
        change = [this](ApiRequest &request) {
            request.access = &access;
            request.right = Right::none;
            request.authorization = authorization;
            request.host = host;
            request.origin = origin;
            request.has_origin = !origin.empty();
        };
    }
    // The status, and the code of an error.
    std::string got(std::string_view target, std::string_view method = "GET") {
        const ApiAnswer answer = ask(target, method);
        return answer.status < 400 || answer.content_type != "application/json" ? std::to_string(answer.status) : error(answer);
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(tcp_access)

BOOST_AUTO_TEST_CASE(health_and_metrics_need_no_token) {
    TcpWorld world;
    BOOST_TEST(world.got("/livez") == "200");
    BOOST_TEST(world.got("/metrics") == "200");
    BOOST_TEST(world.ask("/readyz").status == 503U);
    BOOST_TEST(world.ask("/readyz").body == "not ready\n"); // no names
    world.authorization = "Bearer token-of-readers";
    BOOST_TEST(world.ask("/readyz").body.find("secret-name") != std::string::npos);
    world.authorization = "Bearer wrong";
    BOOST_TEST(world.got("/livez") == "200");
    BOOST_TEST(world.ask("/readyz").body == "not ready\n");
}

BOOST_AUTO_TEST_CASE(every_other_path_needs_a_token) {
    TcpWorld world;
    for (const auto *wrong : {"", "Bearer wrong", "Bearer token-of-reader", "Basic token-of-readers", "token-of-readers"}) {
        world.authorization = wrong;
        for (const auto *path :
             {"/v1/status", "/v1/topologies", "/v1/peers", "/v1/peers/a/why", "/v1/connectors", "/v1/plugins", "/v1/config",
              "/v1/events", "/v1/state", "/v1/openapi.json", "/v1/topologies/secret-name", "/v1/status?unknown=1"}) {
            const ApiAnswer answer = world.ask(path);
            BOOST_TEST(world.error(answer) == "401 unauthorized", wrong << path);
            BOOST_TEST(answer.fields == "WWW-Authenticate: Bearer\r\n");
        }
        for (const auto *path : {"/v1/refresh", "/v1/reload", "/v1/topologies/secret-name/pause"})
            BOOST_TEST(world.got(path, "POST") == "401 unauthorized", wrong << path);
    }
    BOOST_TEST(world.refreshes == 0);
    world.authorization = "Bearer token-of-readers";
    BOOST_TEST(world.got("/v1/status") == "200");
    BOOST_TEST(world.got("/v1/refresh", "POST") == "403 forbidden");
    BOOST_TEST(world.refreshes == 0);
    world.authorization = "Bearer token-of-operators"; // control may read
    BOOST_TEST(world.got("/v1/status") == "200");
    BOOST_TEST(world.got("/v1/refresh", "POST") == "202");
    BOOST_TEST(world.got("/v1/status?unknown=1") == "400 malformed");
    BOOST_TEST(world.refreshes == 1);
}

BOOST_AUTO_TEST_CASE(an_address_serves_only_its_configured_parts) {
    TcpWorld world;
    world.authorization = "Bearer token-of-operators";
    const auto all = [&] {
        return world.got("/livez") + ' ' + world.got("/metrics") + ' ' + world.got("/v1/status") + ' ' +
               world.got("/v1/refresh", "POST");
    };
    const std::string none = "404 not_found";
    world.access.metrics = world.access.read = world.access.control = false;
    BOOST_TEST(all() == "200 " + none + ' ' + none + ' ' + none);
    world.access.health = false;
    world.access.metrics = true;
    BOOST_TEST(all() == none + " 200 " + none + ' ' + none);
    world.access.metrics = false;
    world.access.read = true;
    BOOST_TEST(all() == none + ' ' + none + " 200 " + none);
    world.access.read = false;
    world.access.control = true;
    BOOST_TEST(all() == none + ' ' + none + ' ' + none + " 202");
    world.authorization.clear();
    BOOST_TEST(world.got("/v1/status") == none);
    BOOST_TEST(world.got("/nothing") == none);
    BOOST_TEST(world.got("/v1/refresh") == "405 method_not_allowed");
    BOOST_TEST(world.refreshes == 1);
}

BOOST_AUTO_TEST_CASE(host_and_origin_are_checked_at_a_tcp_address) {
    TcpWorld world;
    world.authorization = "Bearer token-of-operators";
    for (const auto *good : {"kith.example", "kith.example:9464", "localhost:9464", "127.0.0.1", "[::1]:9464"}) {
        world.host = good;
        BOOST_TEST(world.got("/v1/status") == "200", good);
    }
    for (const auto *bad : {"evil.example", "", "x.kith.example"}) {
        world.host = bad;
        for (const auto *path : {"/v1/status", "/livez", "/metrics"})
            BOOST_TEST(world.got(path) == "421 host_not_allowed", bad << path);
    }
    world.access.hosts.clear();
    world.host = "kith.example";
    BOOST_TEST(world.got("/v1/status") == "421 host_not_allowed");
    world.host = "10.0.0.1:9464";
    world.origin = "http://evil.example";
    BOOST_TEST(world.got("/v1/refresh", "POST") == "403 foreign_origin");
    BOOST_TEST(world.refreshes == 0);
    world.origin = "https://10.0.0.1:9464";
    BOOST_TEST(world.got("/v1/refresh", "POST") == "202");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::app::test
