// SPDX-License-Identifier: MIT
//
// Service accounts and kubeconfigs: they are read again at each use, and errors in them are reported.
#include "fixture.hpp"

using namespace k8s;
using namespace k8s::test;

namespace {

const std::string kubeconfig = R"(apiVersion: v1
kind: Config
current-context: dev
contexts:
- name: dev
  context: { cluster: lab, user: me, namespace: team }
- name: bare
  context: { cluster: lab, user: nobody }
clusters:
- name: lab
  cluster:
    server: https://kubernetes.default.svc:443/
    certificate-authority: pki/ca.pem
users:
- name: me
  user: { tokenFile: token }
)";

struct Laptop : Fixture {
    explicit Laptop(const std::string &more = "")
        : Fixture(options(R"("kubernetes_ip_lookup_mode": "pods", "kubeconfig": "/home/me/.kube/config")" + more)) {
        here.file("/home/me/.kube/config", kubeconfig);
        here.file("/home/me/.kube/pki/ca.pem", authority.certificate());
        here.file("/home/me/.kube/token", "secret\n");
        api.pod("app-0", "10.1.0.10");
    }
    ApiServer api{there, 443, authority, {"kubernetes.default.svc"}};
};

struct InPod : Fixture {
    InPod() { api.pod("app-0", "10.1.0.10"); }
    void says(std::int32_t status, std::string_view part) {
        start();
        BOOST_TEST((next().kind == Kind::failed));
        failed_with(status, part);
    }
    ApiServer api{there, 443, authority, {"kubernetes.default.svc", "10.96.0.1"}};
};

} // namespace

BOOST_FIXTURE_TEST_CASE(a_token_that_rotates_is_read_again, Following) {
    api.token = "next";
    here.file(account + "/token", "next");
    api.end_watches();
    BOOST_REQUIRE(until([&] { return api.watches() == 1; }));
    BOOST_TEST(last_failure() == nullptr);
    BOOST_TEST(api.http().asked().back().field("Authorization") == "Bearer next");
}

BOOST_FIXTURE_TEST_CASE(a_certificate_authority_that_rotates_is_read_again, Following) {
    const HttpAuthority next_one("the cluster, renewed");
    api.http().certificate({.authority = &next_one, .names = {"kubernetes.default.svc"}});
    api.http().hang_up();
    BOOST_REQUIRE(until([&] { return last_failure() != nullptr; }));
    BOOST_REQUIRE(until([&] { return last_failure()->status == KITH_UNAUTHORIZED; }));
    failed_with(KITH_UNAUTHORIZED, "signed by an authority that is not trusted");
    BOOST_TEST(names() == two);
    here.file(account + "/ca.crt", next_one.certificate());
    BOOST_REQUIRE(until([&] { return in_sync(); }));
}

BOOST_FIXTURE_TEST_CASE(a_revoked_account_removes_no_peer, Following) {
    api.may_list = api.may_watch = false;
    api.end_watches();
    BOOST_REQUIRE(until([&] { return last_failure() != nullptr; }));
    harness.run_for(10min);
    BOOST_TEST(names() == two);
    failed_with(KITH_UNAUTHORIZED, "pods is forbidden");
    api.may_list = api.may_watch = true;
    BOOST_REQUIRE(until([&] { return in_sync(); }));
}

BOOST_FIXTURE_TEST_CASE(a_missing_token_is_reported_and_read_when_it_appears, InPod) {
    here.remove(account + "/token");
    says(KITH_NOT_FOUND, "automountServiceAccountToken");
    BOOST_TEST(api.http().asked().empty());
    here.file(account + "/token", "secret");
    BOOST_TEST((next().kind == Kind::replace));
}

BOOST_FIXTURE_TEST_CASE(a_missing_namespace_file_is_reported_with_the_option_to_set, InPod) {
    here.remove(account + "/namespace");
    says(KITH_NOT_FOUND, "kubernetes_namespace");
}

BOOST_FIXTURE_TEST_CASE(an_invalid_certificate_authority_is_refused, InPod) {
    here.file(account + "/ca.crt", "words");
    says(KITH_INVALID, "");
}

BOOST_FIXTURE_TEST_CASE(without_a_ca_file_only_the_systems_authorities_are_trusted, InPod) {
    here.remove(account + "/ca.crt");
    says(KITH_UNAUTHORIZED, "signed by an authority that is not trusted");
}

BOOST_FIXTURE_TEST_CASE(an_expired_certificate_is_refused, InPod) {
    api.http().certificate({.authority = &authority, .names = {"kubernetes.default.svc"}, .expired = true});
    says(KITH_UNAUTHORIZED, "has expired");
}

BOOST_FIXTURE_TEST_CASE(a_certificate_for_another_name_is_refused, InPod) {
    api.http().certificate({.authority = &authority, .names = {"example.org"}});
    says(KITH_UNAUTHORIZED, "not for `kubernetes.default.svc`");
}

BOOST_FIXTURE_TEST_CASE(the_server_address_is_read_from_the_environment, InPod) {
    here.env("KUBERNETES_SERVICE_HOST", "10.96.0.1");
    here.env("KUBERNETES_SERVICE_PORT", "443");
    net.name("kubernetes.default.svc", {}); // no DNS is needed
    start();
    BOOST_TEST((next().kind == Kind::replace));
}

BOOST_AUTO_TEST_CASE(a_token_over_plain_http_is_not_sent) {
    Fixture f(options(R"("kubernetes_ip_lookup_mode": "pods", "kubernetes_master": "http://kubernetes.default.svc:8080")"));
    ApiServer api(f.there, 8080);
    f.start();
    f.next();
    BOOST_TEST(api.http().asked().empty());
    BOOST_TEST(f.last_failure()->status == KITH_DENIED, f.last_failure()->text);
}

BOOST_AUTO_TEST_CASE(a_loopback_proxy_is_used_without_a_token) {
    Fixture f(options(
        R"("kubernetes_ip_lookup_mode": "pods", "kubernetes_master": "http://localhost:8001", "kubernetes_namespace": "team")"));
    ApiServer api(f.here, 8001); // kubectl proxy
    api.token.clear();
    api.pod("app-0", "10.1.0.10");
    f.here.remove(account + "/token");
    f.start();
    BOOST_TEST((f.next().kind == Kind::replace));
    BOOST_TEST(f.names() == "app@10.1.0.10");
}

BOOST_FIXTURE_TEST_CASE(a_kubeconfig_gives_server_namespace_and_a_token_that_is_read_again, Laptop) {
    start();
    BOOST_TEST((next().kind == Kind::replace));
    BOOST_TEST(names() == "app@10.1.0.10");
    BOOST_TEST(api.http().asked()[0].target.starts_with("/api/v1/namespaces/team/pods?"));
    api.token = "renewed";
    here.file("/home/me/.kube/token", "renewed");
    harness.refresh();
    BOOST_TEST((next().kind == Kind::replace));
}

BOOST_FIXTURE_TEST_CASE(a_client_certificate_of_a_kubeconfig_is_presented_without_a_token, Laptop) {
    std::string with = kubeconfig;
    with.replace(with.find("tokenFile: token"), 16, "client-certificate: me.crt, client-key: me.key");
    here.file("/home/me/.kube/config", with);
    here.file("/home/me/.kube/me.crt", authority.client_certificate());
    here.file("/home/me/.kube/me.key", HttpAuthority::client_key());
    api.http().certificate({.authority = &authority, .names = {"kubernetes.default.svc"}, .clients = &authority});
    api.token.clear();
    start();
    BOOST_TEST((next().kind == Kind::replace));
    BOOST_TEST(api.http().asked()[0].field("Authorization").empty());
}

BOOST_AUTO_TEST_CASE(a_context_with_an_unknown_user_is_refused) {
    Laptop f(R"(, "context": "bare")");
    f.start();
    f.next();
    f.failed_with(KITH_INVALID, "/home/me/.kube/config: context `bare` refers to a user that does not exist");
}

BOOST_FIXTURE_TEST_CASE(a_missing_kubeconfig_is_reported_and_read_when_it_appears, Laptop) {
    here.remove("/home/me/.kube/config");
    start();
    next();
    failed_with(KITH_NOT_FOUND, "/home/me/.kube/config");
    here.file("/home/me/.kube/config", kubeconfig);
    BOOST_TEST((next().kind == Kind::replace));
}

BOOST_FIXTURE_TEST_CASE(a_kubeconfig_with_insecure_skip_tls_verify_is_refused, Laptop) {
    std::string with = kubeconfig;
    with.replace(with.find("certificate-authority: pki/ca.pem"), 33, "insecure-skip-tls-verify: true");
    here.file("/home/me/.kube/config", with);
    start();
    next();
    failed_with(KITH_DENIED, "insecure_skip_tls_verify");
    BOOST_TEST(api.http().asked().empty());
}
