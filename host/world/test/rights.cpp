// SPDX-License-Identifier: MIT
//
// A tenant with the rights of an isolated plugin: each service of each world asks for them, and what is not granted does not happen.
#include "http/http_fixture.hpp"
#include "real_and_simulated_worlds.hpp"
#include "udp_fixture.hpp"

#include <core/engine/plugin_rights.hpp>
#include <kith/service/env.h>
#include <sdk/testkit/test/dns_test_tenant.hpp>
#include <sdk/testkit/test/process_test_tenant.hpp>
#include <sdk/testkit/test/tls_test_tenant.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace kith::test;

namespace {

template <class Base = TestTenant>
class Isolated : public Base {
  public:
    Isolated(kith::World &on, std::vector<std::string> grants, const std::string &options = "{}")
        : Base(on, "isolated"),
          policy_({{"libx.so", std::move(grants)}}, {}),
          rights_(policy_, "libx.so", options, "{}", [this](const std::string &text) { warnings.push_back(text); }) {}

    kith::TenantRights *rights() noexcept override { return &rights_; }

    std::vector<std::string> warnings;

  private:
    kith::core::PluginRightsPolicy policy_;
    kith::core::PluginRights rights_;
};

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

std::string tcp_grant(std::uint32_t port) { return "tcp:127.0.0.1:" + std::to_string(port); }

} // namespace

BOOST_AUTO_TEST_SUITE(rights)

BOOST_AUTO_TEST_CASE_TEMPLATE(a_connection_needs_a_grant_for_each_address_of_its_name, Fixture, Fixtures) {
    Fixture fixture;
    TestTenant server(fixture.world(), "server");
    const Completion listening = fixture.await(server, server.listen("127.0.0.1", 0));
    Isolated<> without(fixture.world(), {}), with(fixture.world(), {tcp_grant(listening.port)});
    for (const char *name : {"127.0.0.1", "localhost", "::ffff:127.0.0.1", "0.0.0.0"}) {
        const Completion refused = fixture.await(without, without.connect(name, listening.port));
        BOOST_TEST(refused.status == KITH_DENIED, name);
        BOOST_TEST(contains(refused.text, "in plugins.grants"), refused.text);
    }
    BOOST_TEST(without.warnings.size() == 1u);
    for (const char *name : {"127.0.0.1", "localhost"}) {
        const Completion connected = fixture.await(with, with.connect(name, listening.port));
        BOOST_TEST(connected.status == KITH_OK, connected.text);
    }
    BOOST_TEST(fixture.await(with, with.connect("127.0.0.1", listening.port + 1)).status == KITH_DENIED);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_refused_connection_can_be_cancelled, Fixture, Fixtures) {
    Fixture fixture;
    Isolated<> tenant(fixture.world(), {});
    const auto op = tenant.connect("127.0.0.1", 80);
    BOOST_TEST(tenant.cancel(op) == KITH_OK);
    BOOST_TEST(fixture.await(tenant, op).status == KITH_CANCELLED);
    fixture.settle();
}

BOOST_AUTO_TEST_CASE_TEMPLATE(listening_and_binding_at_loopback_need_a_grant, Fixture, Fixtures) {
    Fixture fixture;
    Isolated<> tenant(fixture.world(), {"udp:127.0.0.1:*"});
    BOOST_TEST(tenant.listen("127.0.0.1", 0) == 0u);
    BOOST_TEST(tenant.refused == KITH_DENIED);
    BOOST_TEST(contains(tenant.error, "\"tcp:127.0.0.1:*\""), tenant.error);
    BOOST_TEST(fixture.await(tenant, tenant.listen("", 0)).status == KITH_OK);
    BOOST_TEST(fixture.await(tenant, tenant.bind(options("127.0.0.1"))).status == KITH_OK);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(each_datagram_is_judged, Fixture, Fixtures) {
    Fixture fixture;
    TestTenant receiver(fixture.world(), "receiver");
    const Completion theirs = fixture.await(receiver, receiver.bind(options("127.0.0.1")));
    Isolated<> tenant(fixture.world(), {"udp:127.0.0.1:" + std::to_string(theirs.port)});
    const Completion ours = fixture.await(tenant, tenant.bind(options("0.0.0.0")));
    BOOST_REQUIRE_MESSAGE(ours.status == KITH_OK, ours.text);
    BOOST_TEST(tenant.send(ours.id, {to("127.0.0.1", theirs.port, "granted"), to("127.0.0.2", theirs.port, "not")}) == 0u);
    BOOST_TEST(tenant.refused == KITH_DENIED);
    BOOST_TEST(contains(tenant.error, "127.0.0.2"), tenant.error);
    BOOST_TEST(tenant.send(ours.id, {to("169.254.169.254", 80, "not")}) == 0u);
    BOOST_TEST(tenant.refused == KITH_DENIED);
    BOOST_TEST(fixture.await(tenant, tenant.send(ours.id, {to("127.0.0.1", theirs.port, "granted")})).status == KITH_OK);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_redirect_is_a_request_of_its_own, Fixture, Fixtures) {
    HttpFixture<Fixture> web;
    const std::string port = std::to_string(web.site.server.port());
    web.site.server.route("/", HttpReply(302).field("Location", "http://169.254.169.254/latest/meta-data/"));
    Isolated<HttpTenant> tenant(web.world(), {tcp_grant(web.site.server.port())});
    const auto client = web.await(tenant, tenant.open()).id;
    const Completion redirect = web.await(tenant, tenant.request(client, {.url = "http://localhost:" + port + "/"}));
    BOOST_REQUIRE_MESSAGE(redirect.status == KITH_OK, redirect.text);
    BOOST_TEST(redirect.code == 302u);
    for (const std::string &url :
         {std::string("http://169.254.169.254/latest/meta-data/"), std::string("http://[::1]:") + port + "/",
          "http://127.0.0.2:" + port + "/", std::string("http://[::ffff:a9fe:a9fe]/")}) {
        const Completion refused = web.await(tenant, tenant.request(client, {.url = url}));
        BOOST_TEST(refused.status == KITH_DENIED, url);
        BOOST_TEST(contains(refused.text, "in plugins.grants"), refused.text);
    }
    BOOST_TEST(web.site.server.asked().size() == 1u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_proxy_is_an_address_like_others, Fixture, Fixtures) {
    Fixture fixture;
    Isolated<HttpTenant> tenant(fixture.world(), {});
    kith_http_client settings = HttpTenant::settings();
    settings.proxy = str("http://127.0.0.1:3128");
    const auto client = fixture.await(tenant, tenant.open(settings)).id;
    BOOST_TEST(fixture.await(tenant, tenant.request(client, {.url = "http://10.0.0.7/"})).status == KITH_DENIED);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_file_is_an_option_or_granted, Fixture, Fixtures) {
    Fixture fixture;
    fixture.put("option", "1");
    fixture.put("granted", "2");
    fixture.put(".erlang.cookie", "secret");
    Isolated<> tenant(fixture.world(), {"file:" + fixture.path("g*")}, R"({"file": ")" + fixture.path("option") + "\"}");
    BOOST_TEST(fixture.await(tenant, tenant.read_file(fixture.path("option"))).data == "1");
    BOOST_TEST(fixture.await(tenant, tenant.read_file(fixture.path("granted"))).data == "2");
    const std::string cookie = fixture.path(".erlang.cookie");
    for (const auto &begun : {tenant.read_file(cookie), tenant.write_file(cookie, "x"), tenant.watch(cookie, 0),
                              tenant.read_file(fixture.path("granted/../.erlang.cookie"))}) {
        BOOST_TEST(begun == 0u);
        BOOST_TEST(tenant.refused == KITH_DENIED);
    }
    BOOST_TEST(tenant.warnings.size() == 1u);
    BOOST_TEST(contains(tenant.warnings.front(), "add \"file:" + cookie + "\""), tenant.warnings.front());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_variable_needs_a_grant, Fixture, Fixtures) {
    Fixture fixture;
    fixture.set_env("KITH_TEST_TOKEN", "secret");
    Isolated<> without(fixture.world(), {}), with(fixture.world(), {"env:KITH_TEST_TOKEN"});
    const auto read = [](TestTenant &tenant) {
        kith_str out{};
        return tenant.table<kith_env_host>(KITH_ENV)->get(&tenant.host, str("KITH_TEST_TOKEN"), &out);
    };
    BOOST_TEST(read(without) == KITH_DENIED);
    BOOST_TEST(contains(without.error, "add \"env:KITH_TEST_TOKEN\""), without.error);
    BOOST_TEST(read(with) == KITH_OK);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_program_needs_a_grant, Fixture, Fixtures) {
    Fixture fixture;
    Isolated<ProcessTenant> tenant(fixture.world(), {});
    BOOST_TEST(tenant.start({.path = "/bin/true"}) == 0u);
    BOOST_TEST(tenant.refused == KITH_DENIED);
    BOOST_TEST(contains(tenant.error, "add \"process\""), tenant.error);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_server_of_the_dns_is_an_address_like_others, Fixture, Fixtures) {
    Fixture fixture;
    Isolated<DnsTenant> tenant(fixture.world(), {});
    for (const char *servers : {"127.0.0.1", "10.0.0.7, [::1]:5353", "fe80::1%lo"}) {
        BOOST_TEST(tenant.ask("app.example", KITH_DNS_A, servers) == 0u, servers);
        BOOST_TEST(tenant.refused == KITH_DENIED, servers);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(files_of_tls_are_files, Fixture, Fixtures) {
    Fixture fixture;
    fixture.put("key", "secret");
    Isolated<TlsTenant> tenant(fixture.world(), {});
    const std::string key = fixture.path("key");
    for (const kith::tls_settings &settings : {kith::tls_settings{.authorities_file = key}, {.certificate_file = key}}) {
        BOOST_TEST(tenant.open(settings) == 0u);
        BOOST_TEST(tenant.refused == KITH_DENIED, tenant.error);
    }
}

BOOST_AUTO_TEST_SUITE_END()
