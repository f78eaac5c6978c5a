// SPDX-License-Identifier: MIT
//
// Bodies in pieces, late, half, too large, endless; and times that are over.
#include "http_fixture.hpp"

using namespace kith::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(bodies)

BOOST_AUTO_TEST_CASE_TEMPLATE(a_body_is_read_in_pieces, Fixture, Fixtures) {
    for (const Shows shows : {Shows::nothing, Shows::good}) {
        HttpFixture<Fixture> web(shows);
        std::string all;
        for (int i = 0; i < 30'000; ++i) all += std::to_string(i) + ' ';
        HttpReply whole(200, all), pieces(200);
        for (std::size_t at = 0; at < all.size(); at += 1000) pieces.send(std::string_view(all).substr(at, 1000));
        web.site.server.route("/whole", whole);
        web.site.server.route("/pieces", pieces);
        for (const char *target : {"/whole", "/pieces"}) {
            BOOST_TEST(web.whole(target) == all);
            const Completion head = web.ask(target);
            BOOST_TEST(web.body(head.id, 777).first == all);
        }
        BOOST_TEST(web.site.server.connections() == 1u);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(pieces_are_returned_as_they_arrive, Fixture, Fixtures) {
    HttpFixture<Fixture> web;
    web.site.server.route("/watch", HttpReply().send("one").wait(30ms).send("two").stall());
    const Completion head = web.ask("/watch");
    BOOST_REQUIRE_MESSAGE(head.status == KITH_OK, head.text);
    BOOST_TEST(web.await(web.tenant, web.tenant.read_body(head.id)).data == "one");
    BOOST_TEST(web.await(web.tenant, web.tenant.read_body(head.id)).data == "two");
    // One that is cancelled loses nothing, and there is one at a time.
    const auto waits = web.tenant.read_body(head.id);
    BOOST_TEST(web.tenant.read_body(head.id) == 0u);
    BOOST_TEST(web.tenant.refused == KITH_BUSY);
    BOOST_TEST(web.tenant.cancel(waits) == KITH_OK);
    BOOST_TEST(web.await(web.tenant, waits).status == KITH_CANCELLED);
    const auto last = web.tenant.read_body(head.id);
    BOOST_TEST(web.tenant.close_http(head.id) == KITH_OK);
    BOOST_TEST(web.await(web.tenant, last).status == KITH_CANCELLED);
    BOOST_TEST(web.tenant.read_body(head.id) == 0u);
    BOOST_TEST(web.tenant.refused == KITH_STALE);
}

// After a large part the kernel does not wake the process for what arrives between two reads.
BOOST_AUTO_TEST_CASE_TEMPLATE(small_pieces_after_a_large_one_are_returned_as_they_arrive, Fixture, Fixtures) {
    for (const Shows shows : {Shows::nothing, Shows::good}) {
        HttpFixture<Fixture> web(shows);
        const std::string large(200'000, 'x');
        web.site.server.route(
            "/watch",
            HttpReply().send(large).wait(40ms).send("between, ").wait(80ms).send("awaited, ").wait(40ms).send("last"));
        const Completion head = web.ask("/watch");
        BOOST_REQUIRE_MESSAGE(head.status == KITH_OK, head.text);
        std::string first;
        while (first.size() < large.size()) {
            const auto got = web.await(web.tenant, web.tenant.read_body(head.id));
            BOOST_REQUIRE_MESSAGE(got.status == KITH_OK, got.text);
            first += got.data;
        }
        BOOST_TEST(first == large);
        for (int i = 0; i < 4; ++i) web.settle(); // some of it arrives while nobody reads
        BOOST_TEST(web.body(head.id).first == "between, awaited, last");
        BOOST_TEST(web.whole("/watch").size() > large.size()); // and the connection serves another request
        BOOST_TEST(web.site.server.connections() == 1u);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_cancelled_read_loses_nothing, Fixture, Fixtures) {
    HttpFixture<Fixture> web;
    web.site.server.route("/", HttpReply().send("a").wait(30ms).send("b"));
    const Completion head = web.ask("/");
    BOOST_TEST(web.await(web.tenant, web.tenant.read_body(head.id)).data == "a");
    const auto op = web.tenant.read_body(head.id);
    web.tenant.cancel(op);
    BOOST_TEST(web.await(web.tenant, op).status == KITH_CANCELLED);
    web.settle();
    web.settle();
    const auto [rest, end] = web.body(head.id);
    BOOST_TEST(rest == "b");
    BOOST_TEST(end.status == KITH_CLOSED);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_truncated_body_is_an_error, Fixture, Fixtures) {
    HttpFixture<Fixture> web;
    web.site.server.route("/half", HttpReply().length(100).send("half of it").cut());
    web.site.server.route("/piece", HttpReply().send("a piece").wait(5ms).cut());
    web.site.server.route("/reset", HttpReply().length(100).send("x").wait(20ms).reset());
    for (const char *target : {"/half", "/piece", "/reset"}) {
        const Completion head = web.ask(target);
        BOOST_REQUIRE_MESSAGE(head.status == KITH_OK, head.text);
        const auto [all, end] = web.body(head.id);
        BOOST_TEST(end.status == KITH_RESET, target << ": " << end.text);
        BOOST_TEST(end.text.find("ended early") != std::string::npos, end.text);
        // And it stays so.
        BOOST_TEST(web.await(web.tenant, web.tenant.read_body(head.id)).status == KITH_RESET);
        BOOST_TEST(web.tenant.close_http(head.id) == KITH_OK);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_reset_before_the_response_is_reported, Fixture, Fixtures) {
    HttpFixture<Fixture> web;
    web.site.server.route("/cut", HttpReply().cut());
    web.site.server.route("/reset", HttpReply().reset());
    web.site.server.route("/garbage", HttpReply().garbage());
    BOOST_TEST(web.ask_fails("/cut") == KITH_RESET);
    BOOST_TEST(web.says("GET http://localhost:"));
    BOOST_TEST(web.ask_fails("/reset") == KITH_RESET);
    BOOST_TEST(web.ask_fails("/garbage") == KITH_PROTOCOL);
    BOOST_TEST(web.says("not HTTP/1.1"));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(limits_are_enforced, Fixture, Fixtures) {
    HttpFixture<Fixture> web;
    auto settings = HttpTenant::settings();
    settings.max_header = 2000;
    settings.max_body = 1000;
    web.client = web.open(settings);
    web.site.server.route("/header", HttpReply().field("X-A", std::string(3000, 'a')));
    web.site.server.route("/told", HttpReply(200, std::string(1001, 'x')));
    web.site.server.route("/pieces", HttpReply().endless(std::string(100, 'x'), 1ms));
    web.site.server.route("/fits", HttpReply(200, std::string(1000, 'x')));
    BOOST_TEST(web.ask_fails("/header") == KITH_LIMIT);
    BOOST_TEST(web.says("2000 bytes"));
    BOOST_TEST(web.ask_fails("/told") == KITH_LIMIT);
    BOOST_TEST(web.says("1000 bytes"));
    BOOST_TEST(web.body_fails("/pieces") == KITH_LIMIT);
    BOOST_TEST(web.whole("/fits").size() == 1000u);
    BOOST_TEST(web.ask("/told", {.max_body = 5000}).status == KITH_OK); // a request may say otherwise
}

BOOST_AUTO_TEST_CASE_TEMPLATE(timeouts_of_each_phase, Fixture, Fixtures) {
    for (const Shows shows : {Shows::nothing, Shows::good}) {
        HttpFixture<Fixture> web(shows);
        web.site.server.route("/mute", HttpReply().stall());
        web.site.server.route("/half", HttpReply().send("x").stall());
        web.site.server.route("/slow", HttpReply().endless("x", 10ms));
        BOOST_TEST(web.ask_fails("/mute", {.response_timeout = 60 * ms}) == KITH_TIMED_OUT);
        BOOST_TEST(web.says("no response within 60 ms"));
        BOOST_TEST(web.ask_fails("/mute", {.timeout = 60 * ms}) == KITH_TIMED_OUT);
        BOOST_TEST(web.says("not done within 60 ms"));
        BOOST_TEST(web.body_fails("/half", {.idle_timeout = 60 * ms}) == KITH_TIMED_OUT);
        BOOST_TEST(web.says("no byte of the body within 60 ms"));
        BOOST_TEST(web.body_fails("/slow", {.idle_timeout = 1000 * ms, .timeout = 400 * ms}) == KITH_TIMED_OUT);
        BOOST_TEST(web.says("not done within 400 ms"));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(connect_failures_have_distinct_statuses, Fixture, Fixtures) {
    HttpFixture<Fixture> web;
    const auto fails = [&](const std::string &url) {
        const Completion done = web.await(web.tenant, web.tenant.request(web.client, {.url = url}));
        BOOST_TEST_MESSAGE(done.text);
        return done.status;
    };
    const auto port = web.await(web.tenant, web.tenant.listen("127.0.0.1", 0));
    BOOST_TEST(web.tenant.close(port.id) == KITH_OK);
    const std::string nobody = ":" + std::to_string(port.port) + "/";
    BOOST_TEST(fails("http://127.0.0.1" + nobody) == KITH_REFUSED);
    BOOST_TEST(fails("http://localhost" + nobody) == KITH_REFUSED);
    BOOST_TEST(fails("http://nobody.invalid/") == KITH_UNRESOLVED);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_request_may_be_cancelled_at_any_time, Fixture, Fixtures) {
    for (const Shows shows : {Shows::nothing, Shows::good}) {
        HttpFixture<Fixture> web(shows);
        web.site.server.route("/", HttpReply().wait(5ms).send("x"));
        for (int turns = 0; turns < 40; ++turns) {
            const auto op = web.tenant.request(web.client, {.url = web.url("/")});
            int left = turns;
            web.until([&] { return left-- <= 0 || web.tenant.of(op) != nullptr; });
            if (web.tenant.of(op) == nullptr) BOOST_TEST(web.tenant.cancel(op) == KITH_OK);
            const Completion done = web.await(web.tenant, op);
            BOOST_TEST((done.status == KITH_CANCELLED || done.status == KITH_OK), done.text);
            if (done.id != 0) web.tenant.close_http(done.id);
        }
        web.settle();
        BOOST_TEST(web.whole("/") == "x");
        BOOST_TEST(web.world().outstanding(web.tenant.host) == 0u);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_closed_tenant_gets_no_completions, Fixture, Fixtures) {
    HttpFixture<Fixture> web(Shows::good);
    web.site.server.route("/", HttpReply().send("x").stall());
    const Completion head = web.ask("/");
    web.tenant.read_body(head.id);
    web.tenant.read_body(head.id);
    web.tenant.request(web.client, {.url = web.url("/")});
    web.tenant.request(web.client, {.url = web.url("/")});
    web.tenant.leave_world();
    TestTenant other(web.world(), "other");
    other.timer(30 * ms);
    BOOST_TEST(web.until([&] { return !other.done.empty(); }));
}

BOOST_AUTO_TEST_SUITE_END()
