// SPDX-License-Identifier: MIT
//
// What is sent, what is refused before anything is sent, and connections that are kept.
#include "http_fixture.hpp"

using namespace kith::test;

BOOST_AUTO_TEST_SUITE(requests)

BOOST_AUTO_TEST_CASE_TEMPLATE(a_request_arrives_unchanged, Fixture, Fixtures) {
    HttpFixture<Fixture> web;
    web.site.server.route("/v1/peers", HttpReply(201, "made").field("X-Index", "7").field("x-other", "a b"));
    const Completion head =
        web.ask("/v1/peers?of=app&secret=1",
                {.method = "POST", .fields = {{"Accept", "application/json"}, {"X-Kith", "1"}}, .body = "{}"});
    BOOST_REQUIRE_MESSAGE(head.status == KITH_OK, head.text);
    BOOST_TEST(head.code == 201u);
    const auto field = [&](std::string_view name) {
        for (const auto &[one, value] : head.fields) {
            if (one == name) return value;
        }
        return std::string("missing");
    };
    BOOST_TEST(field("X-Index") == "7");
    BOOST_TEST(field("x-other") == "a b");
    BOOST_TEST(web.body(head.id).first == "made");
    const auto asked = web.site.server.asked();
    BOOST_REQUIRE(asked.size() == 1u);
    BOOST_TEST(asked[0].method == "POST");
    BOOST_TEST(asked[0].target == "/v1/peers?of=app&secret=1");
    BOOST_TEST(asked[0].body == "{}");
    BOOST_TEST(asked[0].field("accept") == "application/json");
    BOOST_TEST(asked[0].field("X-Kith") == "1");
    BOOST_TEST(asked[0].field("Host") == "localhost:" + std::to_string(web.site.server.port()));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(any_code_is_a_response, Fixture, Fixtures) {
    HttpFixture<Fixture> web;
    for (const std::uint32_t code : {204u, 301u, 304u, 401u, 403u, 404u, 409u, 429u, 500u, 503u}) {
        web.site.server.route("/x", HttpReply(code).field("Location", "/elsewhere").field("Retry-After", "3"));
        const Completion head = web.ask("/x");
        BOOST_REQUIRE_MESSAGE(head.status == KITH_OK, head.text);
        BOOST_TEST(head.code == code); // redirects are not followed
        BOOST_TEST(web.body(head.id).second.status == KITH_CLOSED);
    }
    BOOST_TEST(web.site.server.connections() == 1u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(head_has_no_body, Fixture, Fixtures) {
    HttpFixture<Fixture> web;
    web.site.server.route("/x", HttpReply(200, "ten bytes."));
    for (int i = 0; i < 3; ++i) {
        const Completion head = web.ask("/x", {.method = "HEAD"});
        BOOST_REQUIRE_MESSAGE(head.status == KITH_OK, head.text);
        BOOST_TEST(web.body(head.id).first.empty());
    }
    BOOST_TEST(web.whole("/x") == "ten bytes.");
    BOOST_TEST(web.site.server.connections() == 1u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(invalid_requests_are_refused_before_they_are_sent, Fixture, Fixtures) {
    HttpFixture<Fixture> web;
    const auto refused = [&](HttpTenant::Wanted what) {
        BOOST_TEST(web.tenant.request(web.client, what) == 0u);
        BOOST_TEST_MESSAGE(web.tenant.error);
        BOOST_TEST(!web.tenant.error.empty());
        return web.tenant.refused;
    };
    const std::string good = web.url("/");
    BOOST_TEST(refused({.url = good, .fields = {{"X-A", "b\r\nX-Evil: 1"}}}) == KITH_INVALID);
    BOOST_TEST(refused({.url = good, .fields = {{"X-A", std::string_view("a\0b", 3)}}}) == KITH_INVALID);
    BOOST_TEST(refused({.url = good, .fields = {{"X A", "b"}}}) == KITH_INVALID);
    BOOST_TEST(refused({.url = good, .fields = {{"", "b"}}}) == KITH_INVALID);
    BOOST_TEST(refused({.url = good, .fields = {{"content-length", "3"}}}) == KITH_INVALID);
    BOOST_TEST(refused({.url = good, .fields = {{"Host", "elsewhere"}}}) == KITH_INVALID);
    BOOST_TEST(refused({.url = good, .method = "get"}) == KITH_INVALID);
    BOOST_TEST(refused({.url = good, .method = "CONNECT"}) == KITH_INVALID);
    BOOST_TEST(refused({.url = "ftp://h/"}) == KITH_INVALID);
    BOOST_TEST(refused({.url = good + "a b"}) == KITH_INVALID);
    BOOST_TEST(refused({.url = good, .fields = std::vector<std::pair<std::string_view, std::string_view>>(65, {"X-A", "b"})}) ==
               KITH_LIMIT);
    const std::string huge(70'000, 'x');
    BOOST_TEST(refused({.url = good, .fields = {{"X-A", huge}}}) == KITH_LIMIT);
    web.settle();
    BOOST_TEST(web.site.server.connections() == 0u);

    BOOST_TEST(web.tenant.request(web.client + 1'000'000, {.url = good}) == 0u);
    BOOST_TEST(web.tenant.refused == KITH_STALE);
    BOOST_TEST(web.tenant.read_body(web.client) == 0u);
    BOOST_TEST(web.tenant.refused == KITH_INVALID);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_authorization_header_is_refused_without_tls, Fixture, Fixtures) {
    HttpFixture<Fixture> web;
    BOOST_TEST(web.tenant.request(web.client,
                                  {.url = "http://registry.example/", .fields = {{"authorization", "Bearer secret"}}}) == 0u);
    BOOST_TEST(web.tenant.refused == KITH_DENIED);
    BOOST_TEST(web.tenant.error.find("secret") == std::string::npos);
    web.site.server.route("/", HttpReply(200, "yes"));
    const Completion here = web.ask("/", {.fields = {{"Authorization", "Bearer secret"}}}); // localhost
    BOOST_TEST(here.status == KITH_OK, here.text);

    auto settings = HttpTenant::settings();
    settings.flags = KITH_HTTP_PLAIN_AUTHORIZATION;
    const auto lax = web.open(settings);
    const auto op =
        web.tenant.request(lax, {.url = "http://nobody.invalid/?token=secret", .fields = {{"Authorization", "secret"}}});
    const Completion done = web.await(web.tenant, op);
    BOOST_TEST(done.status == KITH_UNRESOLVED);
    BOOST_TEST_MESSAGE(done.text);
    BOOST_TEST(done.text.find("secret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(connections_are_kept_and_shared_by_requests_in_turn, Fixture, Fixtures) {
    HttpFixture<Fixture> web;
    web.site.server.route("/", HttpReply(200, "x"));
    for (int i = 0; i < 5; ++i) BOOST_TEST(web.whole("/") == "x");
    BOOST_TEST(web.site.server.connections() == 1u);
    const auto one = web.tenant.request(web.client, {.url = web.url("/")}),
               two = web.tenant.request(web.client, {.url = web.url("/")});
    BOOST_TEST(web.await(web.tenant, one).status == KITH_OK);
    BOOST_TEST(web.await(web.tenant, two).status == KITH_OK);
    BOOST_TEST(web.site.server.connections() == 2u); // at the same time they need two
}

BOOST_AUTO_TEST_CASE_TEMPLATE(connection_close_is_respected, Fixture, Fixtures) {
    HttpFixture<Fixture> web;
    web.site.server.route("/", HttpReply(200, "x").last());
    for (int i = 0; i < 3; ++i) BOOST_TEST(web.whole("/") == "x");
    BOOST_TEST(web.site.server.connections() == 3u);
    web.site.server.route("/", HttpReply(200, "x"));
    auto settings = HttpTenant::settings();
    settings.flags = KITH_HTTP_NO_KEEP_ALIVE;
    web.client = web.open(settings);
    for (int i = 0; i < 2; ++i) BOOST_TEST(web.whole("/") == "x");
    web.settle();
    settings.flags = 0;
    settings.keep_alive = 5 * ms;
    web.client = web.open(settings);
    for (int i = 0; i < 2; ++i) {
        BOOST_TEST(web.whole("/") == "x");
        web.settle(); // longer than 5 ms
    }
    BOOST_TEST(web.site.server.connections() == 7u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_closed_idle_connection_is_replaced, Fixture, Fixtures) {
    HttpFixture<Fixture> web;
    web.site.server.route("/", HttpReply(200, "x"));
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST(web.whole("/") == "x");
        web.site.server.hang_up();
        if (i == 1) web.settle(); // noticed, or found out when it is used
    }
    for (const char *method : {"POST", "POST"}) {
        web.settle();
        BOOST_TEST(web.ask("/", {.method = method, .body = "1"}).status == KITH_OK);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(only_safe_requests_are_retried, Fixture, Fixtures) {
    for (const auto &[method, again] : {std::pair<const char *, bool>{"GET", true}, {"PUT", true}, {"POST", false}}) {
        HttpFixture<Fixture> web;
        web.site.server.route("/", HttpReply(200, "x"));
        BOOST_TEST(web.whole("/") == "x");
        web.site.server.route("/cut", HttpReply().cut()); // as if it had ended just then
        BOOST_TEST(web.ask_fails("/cut", {.method = method}) == KITH_RESET);
        BOOST_TEST(web.says("before it answered"));
        BOOST_TEST(web.site.server.asked().size() == (again ? 3u : 2u));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_request_that_its_client_declares_idempotent_is_retried_too, Fixture, Fixtures) {
    HttpFixture<Fixture> web;
    kith_http_client settings = HttpTenant::settings();
    settings.flags = KITH_HTTP_IDEMPOTENT;
    web.client = web.open(settings);
    web.site.server.route("/", HttpReply(200, "x"));
    BOOST_TEST(web.whole("/") == "x");
    web.site.server.route("/cut", HttpReply().cut());
    BOOST_TEST(web.ask_fails("/cut", {.method = "POST", .body = "1"}) == KITH_RESET);
    BOOST_REQUIRE(web.site.server.asked().size() == 3u);
    BOOST_TEST(web.site.server.asked().back().body == "1");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_number_of_open_requests_is_limited, Fixture, Fixtures) {
    HttpFixture<Fixture> web;
    web.site.server.route("/", HttpReply().stall());
    for (unsigned i = 0; i < KITH_HTTP_MAX_OPEN; ++i)
        BOOST_REQUIRE(web.tenant.request(web.client, {.url = web.url("/")}) != 0u);
    BOOST_TEST(web.tenant.request(web.client, {.url = web.url("/")}) == 0u);
    BOOST_TEST(web.tenant.refused == KITH_LIMIT);
    BOOST_TEST(web.tenant.close_http(web.client) == KITH_OK);
    BOOST_TEST(web.until([&] { return web.tenant.done.size() == KITH_HTTP_MAX_OPEN + 1; }));
    for (const auto &one : web.tenant.done) BOOST_TEST((one.what == "http.opened" || one.status == KITH_CANCELLED));
    BOOST_TEST(web.world().outstanding(web.tenant.host) == 0u);
    BOOST_TEST(web.tenant.close_http(web.client) == KITH_STALE);
}

BOOST_AUTO_TEST_SUITE_END()
