// SPDX-License-Identifier: MIT
//
// Which servers are trusted, and the reasons for which others are refused.
#include "http_fixture.hpp"

using namespace kith::test;

BOOST_AUTO_TEST_SUITE(https_certificates)

BOOST_AUTO_TEST_CASE_TEMPLATE(a_trusted_server_answers, Fixture, Fixtures) {
    HttpFixture<Fixture> web(Shows::good);
    web.site.server.route("/peers", HttpReply(200, "a@h b@h").field("X-Kith", "yes"));
    const Completion head = web.ask("/peers");
    BOOST_REQUIRE_MESSAGE(head.status == KITH_OK, head.text);
    BOOST_TEST(head.code == 200u);
    BOOST_TEST(web.body(head.id).first == "a@h b@h");
    BOOST_TEST(web.whole("/peers") == "a@h b@h");
    BOOST_TEST(web.site.server.connections() == 1u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_expired_certificate_is_refused, Fixture, Fixtures) {
    HttpFixture<Fixture> web(Shows::expired);
    BOOST_TEST(web.ask_fails("/") == KITH_UNAUTHORIZED);
    BOOST_TEST(web.says("has expired"));
    BOOST_TEST((std::is_same_v<Fixture, SimulatedWorld> || web.says("valid until")));
    BOOST_TEST(web.site.server.asked().empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_certificate_for_another_name_is_refused, Fixture, Fixtures) {
    HttpFixture<Fixture> web(Shows::other_name);
    BOOST_TEST(web.ask_fails("/") == KITH_UNAUTHORIZED);
    BOOST_TEST(web.says("not for `localhost`"));
    BOOST_TEST((std::is_same_v<Fixture, SimulatedWorld> || web.says("but for registry.example")));
    BOOST_TEST(web.site.server.asked().empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_untrusted_authority_is_refused, Fixture, Fixtures) {
    HttpFixture<Fixture> web(Shows::stranger);
    BOOST_TEST(web.ask_fails("/") == KITH_UNAUTHORIZED);
    BOOST_TEST(web.says("signed by an authority that is not trusted"));
    BOOST_TEST((std::is_same_v<Fixture, SimulatedWorld> || web.says("somebody else")));
    BOOST_TEST(web.site.server.asked().empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_system_does_not_trust_the_test_authority, Fixture, Fixtures) {
    HttpFixture<Fixture> web(Shows::good);
    const auto opened = web.await(web.tenant, web.tenant.open());
    web.client = opened.id;
    BOOST_TEST(web.ask_fails("/") == KITH_UNAUTHORIZED);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_expected_server_name_is_an_option, Fixture, Fixtures) {
    HttpFixture<Fixture> web(Shows::other_name);
    auto settings = HttpTenant::settings();
    settings.server_name = str("registry.example");
    web.client = web.open(settings);
    BOOST_TEST(web.ask("/").code == 404u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(verification_can_be_disabled, Fixture, Fixtures) {
    for (const Shows shows : {Shows::expired, Shows::stranger, Shows::other_name}) {
        HttpFixture<Fixture> web(shows);
        auto settings = HttpTenant::settings();
        settings.flags = KITH_HTTP_INSECURE;
        web.client = web.open(settings);
        BOOST_TEST(web.ask("/").code == 404u);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_server_may_require_a_client_certificate, Fixture, Fixtures) {
    HttpFixture<Fixture> web(Shows::good_asks_for_client);
    web.site.server.route("/", HttpReply(200, "welcome"));
    BOOST_TEST(web.ask_fails("/") == KITH_UNAUTHORIZED);
    BOOST_TEST(web.says("requires a client certificate"));

    const Identity ours = web.site.client(), strange = web.site.strange_client();
    auto settings = HttpTenant::settings();
    settings.certificate = str(strange.certificate);
    settings.key = str(strange.key);
    web.client = web.open(settings);
    BOOST_TEST(web.ask_fails("/") == KITH_UNAUTHORIZED);
    BOOST_TEST(web.says("does not accept our certificate"));

    settings.certificate = str(ours.certificate);
    settings.key = str(ours.key);
    web.client = web.open(settings);
    BOOST_TEST(web.whole("/") == "welcome");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(invalid_client_settings_are_refused_by_open, Fixture, Fixtures) {
    HttpFixture<Fixture> web;
    const Identity ours = web.site.client();
    const auto fails = [&](auto change) {
        auto settings = HttpTenant::settings();
        change(settings);
        const auto op = web.tenant.open(settings);
        if (op == 0) return web.tenant.refused;
        const Completion done = web.await(web.tenant, op);
        BOOST_TEST_MESSAGE(done.text);
        return done.status;
    };
    BOOST_TEST(fails([](auto &s) { s.authorities = str("/etc/ssl/ca.crt"); }) == KITH_INVALID);
    BOOST_TEST(fails([&](auto &s) { s.certificate = str(ours.certificate); }) == KITH_INVALID); // without its key
    BOOST_TEST(fails([&](auto &s) {
                   s.certificate = str(ours.certificate);
                   s.key = str("secret");
               }) == KITH_INVALID);
    BOOST_TEST(fails([](auto &s) { s.proxy = str("proxy.example:8080"); }) == KITH_INVALID);
    BOOST_TEST(fails([](auto &s) { s.proxy = str("http://proxy.example:8080/path"); }) == KITH_INVALID);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(plain_http_to_a_tls_port_and_tls_to_a_plain_port_fail, Fixture, Fixtures) {
    HttpFixture<Fixture> plain, secure(Shows::good);
    BOOST_TEST_MESSAGE("https:// to a plain server");
    const std::string wrong = "https://localhost:" + std::to_string(plain.site.server.port()) + "/";
    auto settings = HttpTenant::settings();
    settings.response_timeout = settings.connect_timeout = 500 * ms;
    const auto client = plain.open(settings);
    const Completion first = plain.await(plain.tenant, plain.tenant.request(client, {.url = wrong}));
    BOOST_TEST_MESSAGE(first.text);
    BOOST_TEST((first.status == KITH_PROTOCOL || first.status == KITH_TIMED_OUT || first.status == KITH_RESET));

    BOOST_TEST_MESSAGE("http:// to a server with TLS");
    const std::string bare = "http://localhost:" + std::to_string(secure.site.server.port()) + "/";
    const Completion second = secure.await(secure.tenant, secure.tenant.request(secure.client, {.url = bare}));
    BOOST_TEST_MESSAGE(second.text);
    BOOST_TEST((second.status == KITH_PROTOCOL || second.status == KITH_RESET));
}

BOOST_AUTO_TEST_SUITE_END()
