// SPDX-License-Identifier: MIT
//
// agent, catalog, health, multisite, and several of them together.
#include "fixture.hpp"

using namespace consul::test;

namespace {

struct Catalog : Fixture {
    Catalog() : Fixture(options(R"("dc": "dc2", "filter": "ServiceMeta.role == \"db\"")", R"(["catalog"])")) {}
};
struct Hosts : Fixture {
    Hosts() : Fixture(options({}, R"([{"endpoint": "catalog", "expected": "host"}])")) {}
};
struct ByName : Fixture {
    ByName() : Fixture(options({}, R"(["agent"])")) {}
};
struct ByNameAny : Fixture {
    ByNameAny() : Fixture(options({}, R"([{"endpoint": "agent", "passing": false}])")) {}
};
struct ById : Fixture {
    ById()
        : Fixture(
              R"({"list_using": ["agent"], "service": {"id": "web1"}, "base_url": "http://consul:8500/", "node_basename": "app"})") {
    }
};
struct Multisite : Fixture {
    Multisite() : Fixture(options({}, R"(["multisite"])")) {
        agent.datacenters = R"(["dc1", "dc2"])";
        agent.put({.id = "web9", .address = "10.2.0.9", .datacenter = "dc2"});
    }
};
struct TwoSites : Fixture {
    TwoSites() : Fixture(options({}, R"([{"endpoints": ["health", "catalog"], "datacenters": ["dc2"]}, "health"])")) {
        agent.put({.id = "web9", .address = "10.2.0.9", .datacenter = "dc2"});
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(the_catalog_is_queried_with_datacenter_and_filter, Catalog) {
    agent.put({.id = "web9", .address = "", .node_address = "10.2.0.9", .status = "critical", .datacenter = "dc2"});
    start();
    BOOST_TEST(until([&] { return names() == "app@10.2.0.9"; })); // its node's address, with any status
    BOOST_TEST(agent.server.asked()[0].target == "/v1/catalog/service/web?dc=dc2&filter=ServiceMeta.role%20%3D%3D%20%22db%22");
}

BOOST_FIXTURE_TEST_CASE(peers_can_be_named_by_consul_node_names, Hosts) {
    agent.put({.id = "web2", .address = "10.1.0.2", .node = "n2.example"});
    start();
    BOOST_TEST(until([&] { return names() == "app@n1 app@n2.example"; }));
}

BOOST_FIXTURE_TEST_CASE(instances_with_the_same_address_are_one_peer, Fixture) {
    agent.put({.id = "web3", .address = "10.1.0.2"});
    agent.put({.id = "web4", .address = "no such"});
    start();
    BOOST_TEST(until([&] { return names() == two; }));
    BOOST_REQUIRE(count(Kind::left_out) == 2u);
    BOOST_TEST(harness.observations()[0].text == "its address contains a blank or a control character");
    BOOST_TEST(harness.observations()[1].text == "another instance has the same address");
}

BOOST_FIXTURE_TEST_CASE(an_unspecified_address_is_replaced_by_that_of_the_node, Fixture) {
    agent.put({.id = "web3", .address = "0.0.0.0", .node_address = "10.9.0.3"});
    agent.put({.id = "web4", .address = "::", .node_address = "10.9.0.4"});
    agent.put({.id = "web5", .address = "0.0.0.0", .node_address = "0.0.0.0"});
    start();
    BOOST_TEST(until([&] { return names() == two + " app@10.9.0.3 app@10.9.0.4"; }));
    BOOST_REQUIRE(count(Kind::left_out) == 1u);
    BOOST_TEST(harness.observations()[0].text.starts_with("it has no address"));
}

BOOST_FIXTURE_TEST_CASE(unusable_addresses_are_left_out, Fixture) {
    for (const char *address : {"10.0.0.9:4369", "[fd00::1]", "224.0.0.1", "255.255.255.255", "ff02::1"})
        agent.put({.id = std::string("x") + address, .address = address});
    start();
    BOOST_TEST(until([&] { return names() == two; }));
    std::uint32_t items = 0;
    for (const auto &one : harness.observations()) items += one.kind == Kind::left_out ? one.items : 0;
    BOOST_TEST(items == 5u);
}

BOOST_FIXTURE_TEST_CASE(an_instance_without_its_former_address_keeps_it, ByName) {
    start();
    BOOST_TEST(until([&] { return names() == two; }));
    agent.put({.id = "web2", .address = ""});
    net.run_for(1min);
    BOOST_TEST(names() == two);
    BOOST_TEST(count(Kind::left_out) == 0u);
}

BOOST_FIXTURE_TEST_CASE(list_agent_polls_the_passing_instances_of_the_agent, ByName) {
    start();
    BOOST_TEST(until([&] { return names() == two; }));
    BOOST_TEST(!in_sync());                                                // it has to be polled
    agent.put({.id = "web2", .address = "10.1.0.2", .status = "warning"}); // the status code is 503 then
    agent.put({.id = "web3", .address = ""});
    BOOST_TEST(until([&] { return names() == "app@10.1.0.1"; }, 10s));
    BOOST_TEST(count(Kind::left_out) == 2u);
    agent.services.clear();
    BOOST_TEST(until([&] { return harness.peers().empty(); }, 10s)); // a 404 for an unknown service
    BOOST_TEST(count(Kind::failed) == 0u);
}

BOOST_FIXTURE_TEST_CASE(list_agent_with_any_status_contains_critical_instances, ByNameAny) {
    agent.put({.id = "web2", .address = "10.1.0.2", .status = "critical"});
    start();
    BOOST_TEST(until([&] { return names() == two; }));
}

BOOST_FIXTURE_TEST_CASE(one_instance_of_the_agent_is_watched_by_its_hash, ById) {
    start();
    BOOST_TEST(until([&] { return names() == "app@10.1.0.1" && in_sync(); }));
    agent.put({.id = "web1", .address = "10.1.0.7"});
    BOOST_TEST(until([&] { return names() == "app@10.1.0.7"; }, 50ms));
    BOOST_TEST(agent.server.asked()[1].target == "/v1/agent/service/web1?hash=abc12&wait=60000ms");
    agent.drop("web1");
    BOOST_TEST(until([&] { return harness.peers().empty(); }, 10s));
    BOOST_TEST(count(Kind::failed) == 0u);
}

BOOST_FIXTURE_TEST_CASE(multisite_lists_all_datacenters_and_keeps_those_that_vanish, Multisite) {
    start();
    BOOST_TEST(until([&] { return names() == two + " app@10.2.0.9" && in_sync(); }));
    agent.datacenters = R"(["dc1", "dc2", "dc3"])";
    agent.put({.id = "web8", .address = "10.3.0.8", .datacenter = "dc3"});
    BOOST_TEST(until([&] { return names() == two + " app@10.2.0.9 app@10.3.0.8"; }, 2min));
    agent.datacenters = R"(["dc1"])"; // possibly a network failure
    net.run_for(5min);
    BOOST_TEST(names() == two + " app@10.2.0.9 app@10.3.0.8");
}

BOOST_FIXTURE_TEST_CASE(a_failing_list_of_datacenters_is_reported, Multisite) {
    agent.server.route("/v1/catalog/datacenters", HttpReply(500, "No cluster leader"));
    start();
    failed_with(KITH_UNAVAILABLE, "/v1/catalog/datacenters: the server answered 500: No cluster leader");
    BOOST_TEST(harness.peers().empty());
    BOOST_TEST(count(Kind::replace) == 0u);
    agent.server.route("/v1/catalog/datacenters", HttpReply(200, "[]"));
    failed_with(KITH_PROTOCOL, "expected at least one datacenter");
    agent.server.route("/v1/catalog/datacenters", HttpReply(200, R"(["dc1"])"));
    BOOST_TEST(until([&] { return names() == two && count(Kind::replace) != 0; }, 2min));
}

BOOST_FIXTURE_TEST_CASE(several_listings_are_merged, TwoSites) {
    start();
    BOOST_TEST(until([&] { return names() == two + " app@10.2.0.9" && in_sync(); }));
    agent.drop("web9");
    BOOST_TEST(until([&] { return names() == two; }, 1s));
}

BOOST_FIXTURE_TEST_CASE(a_failing_listing_among_several_removes_no_peer, TwoSites) {
    start();
    BOOST_REQUIRE(until([&] { return in_sync(); }));
    agent.server.route("/v1/catalog/service/web", HttpReply(500, "No path to datacenter"));
    agent.put({.id = "web3", .address = "10.1.0.3"});
    BOOST_TEST(until([&] { return names() == two + " app@10.1.0.3 app@10.2.0.9"; }, 1s));
    failed_with(KITH_UNAVAILABLE, "catalog/service/web: the server answered 500: No path to datacenter", 2min);
    agent.drop("web2"); // health reports that; the failed catalog query keeps the one of dc2
    agent.drop("web9");
    BOOST_TEST(until([&] { return names() == "app@10.1.0.1 app@10.1.0.3 app@10.2.0.9"; }, 1s));
    BOOST_TEST(!in_sync());
}
