// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE strategy_k8s_dns
#include <dns_lookup/test/dns_strategy_fixture.hpp>

#include <kith/result.hpp>

extern "C" const kith_entry kith_plugin_entry_strategy_k8s_dns;

using namespace dns_lookup::test;

namespace {

constexpr const char *name = "app-headless.team.svc.cluster.local";
constexpr const char *usual = R"({"service": "app-headless", "application_name": "app"})";

struct Service : Fixture {
    explicit Service(std::string_view id = "k8s_dns", std::string_view options = usual)
        : Fixture(kith_plugin_entry_strategy_k8s_dns, id, options) {
        zones.search({"team.svc.cluster.local", "svc.cluster.local", "cluster.local"}, 5);
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(the_search_domains_of_the_resolver_complete_the_service_name, Service) {
    zones.address(name, {"10.42.0.8", "10.42.0.7"}, 5s);
    start();
    BOOST_TEST(replaced());
    BOOST_TEST((peers() == Names{"app@10.42.0.7", "app@10.42.0.8"}));
}

BOOST_AUTO_TEST_CASE(a_service_of_another_namespace_is_resolved) {
    Service other("k8s_dns", R"({"service": "db.store", "application_name": "db"})");
    other.zones.address("db.store.svc.cluster.local", {"10.42.0.8"}, 5s);
    other.start();
    other.next();
    BOOST_TEST((other.peers() == Names{"db@10.42.0.8"}));
}

BOOST_FIXTURE_TEST_CASE(an_unknown_name_empties_the_set, Service) {
    zones.address(name, {"10.42.0.8"}, 5s);
    start();
    next();
    zones.remove(name);
    BOOST_TEST(replaced());
    BOOST_TEST(harness.peers().empty());
}

BOOST_FIXTURE_TEST_CASE(a_failing_dns_server_removes_no_peer, Service) {
    zones.address(name, {"10.42.0.8"}, 5s);
    start();
    next();
    for (const auto status : {KITH_UNAVAILABLE, KITH_TIMED_OUT, KITH_UNREACHABLE}) {
        zones.fail("", 0, status);
        BOOST_TEST(fails(status));
    }
    BOOST_TEST(harness.peers().size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_failure_in_the_first_search_domain_is_not_an_unknown_name, Service) {
    zones.address(name, {"10.42.0.8"}, 5s);
    start();
    next();
    zones.fail(name, KITH_DNS_A, KITH_UNAVAILABLE);
    BOOST_TEST(fails(KITH_UNAVAILABLE));
    BOOST_TEST(harness.peers().size() == 1U);
}

BOOST_AUTO_TEST_CASE(kubernetes_dns_is_an_alias) {
    const kith_descriptor &one = *kith_plugin_entry_strategy_k8s_dns.descriptors[0];
    BOOST_REQUIRE(one.alias_count == 1U);
    BOOST_TEST(kith::view(one.aliases[0]) == "kubernetes_dns");
}

BOOST_AUTO_TEST_CASE(it_does_not_declare_rotating_answers) {
    BOOST_TEST((kith_plugin_entry_strategy_k8s_dns.descriptors[0]->flags & KITH_FLAG_ROTATING) == 0U); // all of them, always
}
