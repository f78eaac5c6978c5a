// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE strategy_k8s_dnssrv
#include <dns_lookup/test/dns_strategy_fixture.hpp>

#include <kith/result.hpp>

extern "C" const kith_entry kith_plugin_entry_strategy_k8s_dnssrv;

using namespace dns_lookup::test;

namespace {

constexpr const char *name = "app-headless.team.svc.cluster.local";

struct Service : Fixture {
    explicit Service(std::string_view id = "k8s_dnssrv")
        : Fixture(kith_plugin_entry_strategy_k8s_dnssrv, id,
                  R"({"service": "app-headless", "application_name": "app", "namespace": "team"})") {}

    static DnsData target(int number, std::uint16_t port = 4369) {
        return {.value = "app-" + std::to_string(number) + "." + name, .priority = 0, .weight = 50, .port = port};
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(each_srv_target_is_a_peer, Service) {
    zones.service(name, {target(1), target(0)});
    start();
    BOOST_TEST(replaced());
    BOOST_TEST(
        (peers() == Names{"app@app-0.app-headless.team.svc.cluster.local", "app@app-1.app-headless.team.svc.cluster.local"}));
    BOOST_TEST(harness.peers()[0].attribute("host") == "app-0.app-headless.team.svc.cluster.local");
    BOOST_TEST(harness.peers()[0].attribute("port") == "4369");
}

BOOST_FIXTURE_TEST_CASE(a_target_in_another_letter_case_is_the_same_peer, Service) {
    int turn = 0;
    zones.rotate(name, KITH_DNS_SRV, [&turn] {
        const char *host =
            ++turn % 2 == 0 ? "aPP-0.App-Headless.tEAm.svc.cluster.LOCAL" : "App-0.app-HEADLESS.team.sVC.cluster.local";
        return DnsZones::Records{{.value = host, .priority = 0, .weight = 50, .port = 4369}};
    });
    start();
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST(replaced());
        BOOST_TEST((peers() == Names{"app@app-0.app-headless.team.svc.cluster.local"}));
        BOOST_TEST(harness.peers()[0].key == "app-0.app-headless.team.svc.cluster.local");
    }
}

BOOST_FIXTURE_TEST_CASE(a_target_with_two_ports_is_one_peer, Service) {
    zones.service(name, {target(0, 4369), target(0, 9000), target(1, 4369)});
    start();
    BOOST_TEST(replaced());
    BOOST_TEST(harness.peers().size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_root_target_means_no_service_and_is_left_out, Service) {
    zones.service(name, {{.value = ""}});
    start();
    BOOST_TEST(replaced());
    BOOST_TEST(harness.peers().empty());
    BOOST_TEST(count(Kind::left_out) == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_failed_query_removes_no_peer, Service) {
    zones.service(name, {target(0)});
    start();
    next();
    for (const auto status : {KITH_UNAVAILABLE, KITH_DENIED, KITH_TIMED_OUT, KITH_PROTOCOL}) {
        zones.fail(name, 0, status);
        BOOST_TEST(fails(status));
    }
    BOOST_TEST(harness.peers().size() == 1U);
    zones.fail(name, 0, KITH_OK);
    zones.remove(name);
    BOOST_TEST(replaced());
    BOOST_TEST(harness.peers().empty());
}

BOOST_FIXTURE_TEST_CASE(the_cluster_domain_is_read_from_the_environment, Service) {
    here.env("CLUSTER_DOMAIN", "k8s.example.");
    zones.service("app-headless.team.svc.k8s.example", {target(0)});
    start();
    BOOST_TEST(replaced());
    BOOST_TEST(harness.peers().size() == 1U);
}

BOOST_AUTO_TEST_CASE(kubernetes_dnssrv_is_an_alias) {
    const kith_descriptor &one = *kith_plugin_entry_strategy_k8s_dnssrv.descriptors[0];
    BOOST_REQUIRE(one.alias_count == 1U);
    BOOST_TEST(kith::view(one.aliases[0]) == "kubernetes_dnssrv");
}
