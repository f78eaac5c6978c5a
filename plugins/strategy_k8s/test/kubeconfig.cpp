// SPDX-License-Identifier: MIT
#include "../kubeconfig.hpp"

#include <boost/test/unit_test.hpp>

using namespace k8s;

namespace {

const std::string good = R"(
apiVersion: v1
kind: Config
preferences: {}
clusters:
- cluster:
    certificate-authority-data: Y2E=
    server: https://10.0.0.1:6443/
    tls-server-name: kubernetes
    proxy-url: http://proxy:3128
  name: lab
contexts:
- context: {cluster: lab, user: me}
  name: dev
- context: {cluster: lab, user: cert, namespace: prod}
  name: other
- context: {cluster: lab, user: cloud}
  name: cloud
- context: {cluster: gone, user: me}
  name: broken
current-context: dev
users:
- name: me
  user: {token: abc}
- name: cert
  user: {client-certificate-data: "Y2VydA==", client-key: /etc/key.pem}
- name: cloud
  user:
    exec: {command: aws}
)";

std::string wrong(std::string_view text, std::string_view context = {}) {
    const auto got = parse_kubeconfig(text, context);
    return got ? "" : got.error().text;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_context_gives_server_authorities_credentials_and_namespace) {
    const auto me = parse_kubeconfig(good, {});
    BOOST_REQUIRE(!!me);
    BOOST_TEST(me->access.server == "https://10.0.0.1:6443");
    BOOST_TEST(me->access.authorities == "ca");
    BOOST_TEST(me->access.server_name == "kubernetes");
    BOOST_TEST(me->access.proxy == "http://proxy:3128");
    BOOST_TEST(me->access.token == "abc");
    BOOST_TEST(me->access.name_space == "default");
    const auto cert = parse_kubeconfig(good, "other");
    BOOST_REQUIRE(!!cert);
    BOOST_TEST(cert->access.certificate == "cert");
    BOOST_TEST(cert->key_file == "/etc/key.pem");
    BOOST_TEST(cert->access.name_space == "prod");
}

BOOST_AUTO_TEST_CASE(a_kubeconfig_in_json_is_read) {
    const auto got = parse_kubeconfig(R"({"current-context": "c", "contexts": [{"name": "c", "context": {"cluster": "k"}}],
        "clusters": [{"name": "k", "cluster": {"server": "http://127.0.0.1:8001"}}]})",
                                      {});
    BOOST_REQUIRE(!!got);
    BOOST_TEST(got->access.server == "http://127.0.0.1:8001");
    BOOST_TEST(got->access.token.empty());
}

BOOST_AUTO_TEST_CASE(each_fault_of_a_kubeconfig_has_its_own_reason) {
    BOOST_TEST(wrong("a: b: c").starts_with("line 1: it is not valid YAML"), wrong("a: b: c"));
    BOOST_TEST(wrong("").find("expected a kubeconfig") != std::string::npos);
    BOOST_TEST(wrong("- a\n- b\n").find("expected a kubeconfig") != std::string::npos);
    BOOST_TEST(wrong("a: 1").find("current-context") != std::string::npos);
    BOOST_TEST(wrong(good, "none").find("there is no context `none`") != std::string::npos);
    BOOST_TEST(wrong(good, "broken").find("refers to a cluster that does not exist") != std::string::npos);
    BOOST_TEST(wrong(good, "cloud").find("`exec` is not supported") != std::string::npos);
    std::string bad = good;
    bad.replace(bad.find("Y2E="), 4, "'%%'");
    BOOST_TEST(wrong(bad).find("expected base64 in certificate-authority-data") != std::string::npos, wrong(bad));
    bad = good;
    bad.replace(bad.find("https://10"), 8, "ssh://");
    BOOST_TEST(wrong(bad).find("the cluster's server") != std::string::npos);
}
