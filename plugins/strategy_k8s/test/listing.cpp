// SPDX-License-Identifier: MIT
//
// Lists: the objects that become peers, pages, names.
#include "fixture.hpp"

using namespace k8s;
using namespace k8s::test;

namespace {

struct Looking : Fixture {
    explicit Looking(const std::string &with = options()) : Fixture(with) {}
    ApiServer api{there, 443, authority, {"kubernetes.default.svc"}};
};

const std::string two_subsets = R"("subsets": [
    {"addresses": [{"ip": "10.1.0.10", "hostname": "app-0", "nodeName": "n1",
                    "targetRef": {"kind": "Pod", "namespace": "team", "name": "app-0", "uid": "u0"}}],
     "notReadyAddresses": [{"ip": "10.1.0.12", "targetRef": {"kind": "Pod", "namespace": "team", "name": "app-2", "uid": "u2"}}],
     "ports": [{"port": 4369}]},
    {"addresses": [{"ip": "10.1.0.11"}]}])";

} // namespace

BOOST_FIXTURE_TEST_CASE(selected_pods_are_peers_after_the_first_list, Looking) {
    api.pod("app-0", "10.1.0.10");
    api.pod("app-1", "fd00::11");
    api.pod("other-0", "10.1.0.12", "Running", "other"); // not selected
    start();
    BOOST_TEST((next().kind == Kind::replace));
    BOOST_TEST((net.now() < 1100ms));
    BOOST_TEST(names() == "app@10.1.0.10 app@fd00::11");
    const auto &peer = harness.peers()[0];
    BOOST_TEST(peer.key == "team-app-0-uid");
    BOOST_TEST(peer.attribute("ip") == "10.1.0.10");
    BOOST_TEST(peer.attribute("namespace") == "team");
    BOOST_TEST(peer.attribute("pod") == "app-0");
    BOOST_TEST(peer.attribute("hostname") == "app-0");
    BOOST_TEST(peer.attribute("node") == "node-1");
    const HttpAsked &asked = api.http().asked()[0];
    BOOST_TEST(asked.target == "/api/v1/namespaces/team/pods?labelSelector=app%3Dkith&limit=500");
    BOOST_TEST(asked.field("Authorization") == "Bearer secret");
}

BOOST_FIXTURE_TEST_CASE(pods_without_an_address_and_finished_pods_are_left_out_and_counted, Looking) {
    api.pod("app-0", "10.1.0.10");
    api.pod("app-1", "");
    api.pod("app-2", "10.1.0.12", "Succeeded");
    api.pod("app-3", "10.1.0.13", "Failed");
    api.pod("app-4", "10.1.0.14", "Pending"); // it has an address, so it is starting
    start();
    next();
    BOOST_TEST(names() == "app@10.1.0.10 app@10.1.0.14");
    BOOST_TEST(left_out() == "1 it has no address\n2 the pod has finished (phase Succeeded or Failed)\n");
}

BOOST_FIXTURE_TEST_CASE(an_empty_list_is_reported_as_an_empty_set, Looking) {
    start();
    BOOST_TEST((next().kind == Kind::replace));
    BOOST_TEST(harness.peers().empty());
}

BOOST_FIXTURE_TEST_CASE(a_long_list_is_read_in_pages_over_one_connection, Looking) {
    for (int i = 0; i < 1234; ++i)
        api.pod("app-" + std::to_string(i), "10.2." + std::to_string(i / 250) + "." + std::to_string(i % 250));
    start();
    next();
    BOOST_TEST(harness.peers().size() == 1234u);
    BOOST_TEST(api.lists == 1u);
    BOOST_TEST(api.pages == 2u);
    BOOST_TEST(api.http().connections() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_list_whose_continue_token_expires_is_read_without_pages, Looking) {
    for (int i = 0; i < 800; ++i)
        api.pod("app-" + std::to_string(i), "10.2." + std::to_string(i / 250) + "." + std::to_string(i % 250));
    start();
    BOOST_REQUIRE(until([&] { return api.lists == 1; }));
    api.compact();
    BOOST_TEST((next().kind == Kind::replace));
    BOOST_TEST(harness.peers().size() == 800u);
    BOOST_TEST(api.lists == 2u);
    BOOST_TEST(last_failure() == nullptr);
}

BOOST_AUTO_TEST_CASE(endpoints_are_the_default_lookup_mode) {
    Looking f(options(""));
    f.api.put(Lookup::endpoints, "app", two_subsets);
    f.start();
    f.next();
    BOOST_TEST(f.names() == "app@10.1.0.10 app@10.1.0.11");
    BOOST_TEST(f.harness.peers()[0].key == "u0");
    BOOST_TEST(f.harness.peers()[1].key == "team/10.1.0.11"); // without a targetRef
    BOOST_TEST(f.api.http().asked()[0].target.starts_with("/api/v1/namespaces/team/endpoints?"));
    const bool counted = std::ranges::any_of(f.harness.observations(), [](const Observation &one) {
        return one.kind == Kind::left_out && one.items == 1 && one.text.starts_with("it is not ready");
    });
    BOOST_TEST(counted);
}

BOOST_AUTO_TEST_CASE(ready_addresses_of_endpoint_slices_are_peers) {
    Looking f(options(R"("kubernetes_ip_lookup_mode": "endpointslices")"));
    const std::string ready = R"("conditions": {"ready": true})";
    f.api.put(Lookup::endpointslices, "app-a",
              R"("addressType": "IPv4", "endpoints": [
        {"addresses": ["10.1.0.10", "10.1.0.99"], )" +
                  ready + R"(, "hostname": "app-0", "targetRef": {"name": "app-0", "namespace": "team", "uid": "u0"}},
        {"addresses": ["10.1.0.11"], "conditions": {}, "targetRef": {"name": "app-1", "namespace": "team", "uid": "u1"}},
        {"addresses": ["10.1.0.12"], "conditions": {"ready": false}, "targetRef": {"name": "app-2", "namespace": "team", "uid": "u2"}}])");
    f.api.put(Lookup::endpointslices, "app-b", R"("addressType": "IPv4", "endpoints": [
        {"addresses": ["10.1.0.10"], )" + ready + R"(, "targetRef": {"name": "app-0", "namespace": "team", "uid": "u0"}}])");
    f.api.put(Lookup::endpointslices, "app-c", R"("addressType": "IPv6", "endpoints": [
        {"addresses": ["fd00::10"], )" + ready + R"(, "targetRef": {"name": "app-0", "namespace": "team", "uid": "u0"}}])");
    f.start();
    f.next();
    BOOST_TEST(f.names() == "app@10.1.0.10 app@10.1.0.11"); // once, by its first address, and by IPv4 alone
    BOOST_TEST(f.api.http().asked()[0].target.starts_with("/apis/discovery.k8s.io/v1/namespaces/team/endpointslices?"));
}

BOOST_AUTO_TEST_CASE(mode_dns_names_peers_by_pod_dns_records) {
    Looking f(options(R"("kubernetes_ip_lookup_mode": "pods", "mode": "dns", "kubernetes_cluster_name": "prod")"));
    f.api.pod("app-0", "10.1.0.10");
    f.api.pod("app-1", "fd00::11");
    f.start();
    f.next();
    BOOST_TEST(f.names() == "app@10-1-0-10.team.pod.prod.local app@fd00--11.team.pod.prod.local");
}

BOOST_AUTO_TEST_CASE(mode_hostname_names_pods_of_a_stateful_set) {
    Looking f(options(R"("kubernetes_ip_lookup_mode": "pods", "mode": "hostname", "kubernetes_service_name": "app-headless")"));
    f.here.env("CLUSTER_DOMAIN", "example.org.");
    f.api.pod("app-0", "10.1.0.10");
    f.start();
    f.next();
    BOOST_TEST(f.names() == "app@app-0.app-headless.team.svc.example.org");
}

// The pods of another StatefulSet with the same label have names under another Service.
BOOST_AUTO_TEST_CASE(a_pod_of_another_subdomain_is_left_out_in_mode_hostname) {
    Looking f(options(R"("kubernetes_ip_lookup_mode": "pods", "mode": "hostname", "kubernetes_service_name": "app-headless")"));
    f.api.pod("app-0", "10.1.0.10");
    f.api.put(Lookup::pods, "web-0",
              R"("spec": {"hostname": "web-0", "subdomain": "web"}, "status": {"phase": "Running", "podIP": "10.1.0.11"})");
    f.api.put(Lookup::pods, "bare", R"("spec": {"hostname": "bare"}, "status": {"phase": "Running", "podIP": "10.1.0.12"})");
    f.start();
    f.next();
    BOOST_TEST(f.names() == "app@app-0.app-headless.team.svc.cluster.local");
    BOOST_TEST(f.left_out() ==
               "2 its spec.subdomain is not kubernetes_service_name, so it has no DNS name under that Service\n");
}

BOOST_AUTO_TEST_CASE(an_ipv6_address_is_left_out_with_a_reason_when_ipv4_is_used) {
    Looking f(options(R"("kubernetes_ip_lookup_mode": "endpointslices")"));
    f.api.put(Lookup::endpointslices, "app-4", R"("addressType": "IPv4", "endpoints": [
        {"addresses": ["10.1.0.10"], "targetRef": {"uid": "u0"}}])");
    f.api.put(Lookup::endpointslices, "app-6", R"("addressType": "IPv6", "endpoints": [
        {"addresses": ["fd00::10"], "targetRef": {"uid": "u0"}}, {"addresses": ["fd00::11"], "targetRef": {"uid": "u1"}}])");
    f.start();
    f.next();
    BOOST_TEST(f.names() == "app@10.1.0.10");
    BOOST_TEST(f.left_out() == "1 it is the IPv6 address of a pod whose IPv4 address is used\n"
                               "1 it has only an IPv6 address, but other pods have IPv4 addresses, which are used\n");
}

// As with publishNotReadyAddresses: a real server sends ready: true even for a terminating pod that is not ready.
BOOST_AUTO_TEST_CASE(a_terminating_endpoint_published_as_ready_is_a_peer) {
    Looking f(options(R"("kubernetes_ip_lookup_mode": "endpointslices")"));
    f.api.put(Lookup::endpointslices, "app-4", R"("addressType": "IPv4", "endpoints": [
        {"addresses": ["10.1.0.10"], "conditions": {"ready": true, "serving": false, "terminating": true},
         "targetRef": {"uid": "u0"}}])");
    f.start();
    f.next();
    BOOST_TEST(f.names() == "app@10.1.0.10");
}

BOOST_AUTO_TEST_CASE(mode_hostname_requires_the_option_kubernetes_service_name) {
    Fixture f(options(R"("mode": "hostname")"));
    BOOST_TEST(f.harness.start() == KITH_INVALID);
    BOOST_TEST(f.harness.error().find("kubernetes_service_name") != std::string::npos, f.harness.error());
}

BOOST_AUTO_TEST_CASE(use_cached_resources_requests_resource_version_0) {
    Looking f(options(R"("kubernetes_ip_lookup_mode": "pods", "kubernetes_use_cached_resources": true)"));
    f.api.pod("app-0", "10.1.0.10");
    f.start();
    f.next();
    BOOST_TEST(f.api.http().asked()[0].target.ends_with("&resourceVersion=0"));
}

// A real server ignores `limit` with resourceVersion=0.
BOOST_AUTO_TEST_CASE(a_long_cached_list_is_read_as_one_page) {
    Looking f(options(R"("kubernetes_ip_lookup_mode": "pods", "kubernetes_use_cached_resources": true)"));
    for (int i = 0; i < 1234; ++i)
        f.api.pod("app-" + std::to_string(i), "10.2." + std::to_string(i / 250) + "." + std::to_string(i % 250));
    f.start();
    BOOST_TEST((f.next().kind == Kind::replace));
    BOOST_TEST(f.harness.peers().size() == 1234u);
    BOOST_TEST(f.api.lists == 1u);
    BOOST_TEST(f.api.pages == 0u);
}

// As a real server does. The plugin lets some objects arrive before it reads again, and loses none of them.
BOOST_AUTO_TEST_CASE(a_page_that_is_written_object_by_object_is_read_to_its_end) {
    Looking f(options(R"("kubernetes_ip_lookup_mode": "pods")"));
    HttpReply page(200);
    page.field("Content-Type", "application/json").send(R"({"kind":"PodList","metadata":{"resourceVersion":"7"},"items":[)");
    const std::string annotation(5000, 'x');
    for (int i = 0; i < 100; ++i) {
        const std::string number = std::to_string(i);
        page.send((i == 0 ? "" : ",") +
                  (R"({"metadata":{"name":"app-)" + number + R"(","namespace":"team","uid":"u)" + number) +
                  R"(","resourceVersion":"5","annotations":{"a":")" + annotation +
                  R"("}},"status":{"phase":"Running","podIP":"10.2.0.)" + number + R"("}})")
            .wait(i == 90 ? 2s : 100us);
    }
    f.api.in_place_of_lists = page.send("]}\n");
    f.start();
    BOOST_TEST((f.next().kind == Kind::replace));
    BOOST_TEST(f.harness.peers().size() == 100u);
}

// A real server marks the end of a list that it streams (sendInitialEvents) only with allowWatchBookmarks. So the plugin requests no such
// list, and always requests bookmarks.
BOOST_AUTO_TEST_CASE(a_watch_requests_bookmarks_and_no_initial_events) {
    Looking f;
    f.api.pod("app-0", "10.1.0.10");
    f.start();
    BOOST_REQUIRE(f.until([&] { return f.api.watches() == 1; }));
    const std::string &target = f.api.http().asked().back().target;
    BOOST_TEST(target.find("watch=true") != std::string::npos, target);
    BOOST_TEST(target.find("allowWatchBookmarks=true") != std::string::npos, target);
    BOOST_TEST(target.find("sendInitialEvents") == std::string::npos, target);
}

BOOST_AUTO_TEST_CASE(a_peer_with_a_too_long_name_does_not_affect_the_others) {
    Looking f;
    f.api.pod("app-0", "10.1.0.10");
    f.api.pod("app-1", std::string(1100, '1'));
    f.start();
    BOOST_TEST((f.next().kind == Kind::replace));
    BOOST_TEST(f.names() == "app@10.1.0.10");
}
