// SPDX-License-Identifier: MIT
//
// What only bytes can say: chunks, lengths that lie, interim responses, heads that come slowly; addresses; and bodies that are larger
// than memory should be. The real world alone.
#include "http_fixture.hpp"

#include <tests/sanitizers.hpp>

#include <fstream>

using namespace kith::test;
using namespace std::chrono_literals;

namespace {

struct Wire : HttpFixture<RealWorld> {
    using HttpFixture::HttpFixture;

    std::string text(const std::string &bytes, bool end = false, std::chrono::nanoseconds drip = {}) {
        site.server.raw("/raw", bytes, end, drip);
        const Completion head = ask("/raw", {.response_timeout = 2000 * ms, .idle_timeout = 2000 * ms});
        last_text = head.text;
        status = head.status;
        if (status != KITH_OK) return {};
        const auto [all, ended] = body(head.id);
        status = ended.status;
        last_text = ended.text;
        tenant.close_http(head.id);
        return all;
    }
    std::int32_t status_of(const std::string &bytes, bool end = false) {
        text(bytes, end);
        BOOST_TEST_MESSAGE(last_text);
        return status;
    }
    std::int32_t status = KITH_OK;
};

// Sanitizers keep what was freed for a while: with them memory says nothing.
constexpr bool measured = KITH_ADDRESS_SANITIZER == 0 && KITH_THREAD_SANITIZER == 0;

std::size_t resident() {
    std::ifstream file("/proc/self/status");
    for (std::string word; file >> word;) {
        std::size_t size = 0;
        if (word == "VmRSS:" && file >> size) return size * 1024;
    }
    return 0;
}

} // namespace

BOOST_AUTO_TEST_SUITE(raw_responses)

BOOST_AUTO_TEST_CASE(chunks_with_extensions_and_trailers) {
    Wire wire;
    BOOST_TEST(
        wire.text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=\"y\"\r\nabc\r\n1\r\nd\r\n0\r\nX-T: 1\r\n\r\n") ==
        "abcd");
    BOOST_TEST(wire.status == KITH_CLOSED);
    BOOST_TEST(wire.status_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n", true) ==
               KITH_PROTOCOL);
    BOOST_TEST(wire.status_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", true) == KITH_PROTOCOL);
    BOOST_TEST(wire.status_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", true) == KITH_RESET);
    const std::string huge = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;" + std::string(300'000, 'x');
    const auto told = wire.status_of(huge, true);
    BOOST_TEST((told == KITH_LIMIT || told == KITH_PROTOCOL));
}

BOOST_AUTO_TEST_CASE(a_chunked_body_in_single_bytes) {
    Wire wire;
    for (const char *end : {"0\r\n\r\n", "00\r\n\r\n"}) {
        BOOST_TEST(wire.text(std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n") + end, false, 1ms).empty());
        BOOST_TEST(wire.status == KITH_CLOSED);
    }
    BOOST_TEST(wire.text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", false, 1ms) == "a");
    BOOST_TEST(wire.status == KITH_CLOSED);
}

BOOST_AUTO_TEST_CASE(wrong_content_lengths) {
    Wire wire;
    BOOST_TEST(wire.status_of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", true) == KITH_RESET);
    BOOST_TEST(wire.status_of("HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nabcde") == KITH_PROTOCOL);
    BOOST_TEST(wire.status_of("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde") == KITH_PROTOCOL);
    BOOST_TEST(wire.status_of("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n") == KITH_PROTOCOL);
    // More than was told: the response is what was told, and the connection is not used again.
    const auto before = wire.site.server.connections();
    BOOST_TEST(wire.text("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdefHTTP/1.1 200 OK\r\n\r\n") == "abc");
    BOOST_TEST(wire.status == KITH_CLOSED);
    BOOST_TEST(wire.whole("/nothing") == "no such route");
    BOOST_TEST(wire.site.server.connections() > before);
}

BOOST_AUTO_TEST_CASE(a_body_to_the_end_of_the_connection) {
    Wire wire;
    BOOST_TEST(wire.text("HTTP/1.1 200 OK\r\n\r\nall of it", true) == "all of it");
    BOOST_TEST(wire.text("HTTP/1.0 200 OK\r\n\r\nold", true) == "old");
    BOOST_TEST(wire.status == KITH_CLOSED);
    BOOST_TEST(wire.text("HTTP/1.1 204 No Content\r\n\r\n").empty());
    BOOST_TEST(wire.status == KITH_CLOSED);
}

BOOST_AUTO_TEST_CASE(interim_responses) {
    Wire wire;
    const std::string interim = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n",
                      good = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    BOOST_TEST(wire.text("HTTP/1.1 100 Continue\r\n\r\n" + interim + good) == "ok");
    BOOST_TEST(wire.status_of("HTTP/1.1 101 Switching Protocols\r\n\r\n") == KITH_PROTOCOL);
    std::string many;
    for (int i = 0; i < 100; ++i) many += interim;
    BOOST_TEST(wire.status_of(many + good) == KITH_PROTOCOL);
    BOOST_TEST(wire.status_of("HTTP/1.1 700 What\r\n\r\n") == KITH_PROTOCOL);
}

BOOST_AUTO_TEST_CASE(malformed_heads) {
    Wire wire;
    BOOST_TEST(wire.status_of("HTTP/2 200\r\n\r\n", true) == KITH_PROTOCOL);
    BOOST_TEST(wire.status_of("HTTP/1.1 200 OK\r\nno colon\r\n\r\n") == KITH_PROTOCOL);
    BOOST_TEST(wire.status_of("HTTP/1.1 200 OK\r\nX-A: 1\r\n", true) == KITH_RESET);
    BOOST_TEST(wire.says("within the headers"));
    BOOST_TEST(wire.status_of(std::string("HTTP/1.1 200 OK\r\nX: \0\r\n\r\n", 24)) == KITH_PROTOCOL);
    BOOST_TEST(wire.status_of("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n") == KITH_LIMIT);
}

BOOST_AUTO_TEST_CASE(a_head_that_arrives_slowly) {
    HttpFixture<RealWorld> web;
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    web.site.server.raw("/slow", head, false, 10ms);
    web.site.server.raw("/patient", head, false, 100us);
    BOOST_TEST(web.ask_fails("/slow", {.response_timeout = 150 * ms}) == KITH_TIMED_OUT);
    BOOST_TEST(web.says("no response within 150 ms"));
    BOOST_TEST(web.whole("/patient") == "ok");
}

BOOST_AUTO_TEST_CASE(numeric_addresses_of_both_families) {
    for (const char *address : {"127.0.0.1", "::1"}) {
        for (const bool secure : {false, true}) {
            HttpTestServer server(secure ? &TestCertificates::here().good : nullptr, {}, address);
            server.route("/", HttpReply(200, "here"));
            HttpFixture<RealWorld> web(Shows::good);
            const std::string host = std::string(address) == "::1" ? "[::1]" : address;
            const std::string url = (secure ? "https://" : "http://") + host + ":" + std::to_string(server.port()) + "/";
            const Completion head = web.await(web.tenant, web.tenant.request(web.client, {.url = url}));
            BOOST_TEST(head.status == KITH_OK, head.text);
            BOOST_TEST(server.asked().at(0).field("Host") == host + ":" + std::to_string(server.port()));
        }
    }
}

BOOST_AUTO_TEST_CASE(two_hundred_megabytes_in_bounded_memory) {
    constexpr std::size_t size = 200'000'000, piece = 1'000'000;
    for (const Shows shows : {Shows::nothing, Shows::good}) {
        HttpFixture<RealWorld> web(shows);
        HttpReply reply;
        reply.length(size);
        const std::string bytes(piece, 'x');
        reply.endless(bytes);
        web.site.server.route("/", reply);
        const Completion head = web.ask("/", {.max_body = KITH_HTTP_FOREVER});
        BOOST_REQUIRE_MESSAGE(head.status == KITH_OK, head.text);
        const std::size_t before = resident();
        std::size_t got = 0, most = 0;
        for (;;) {
            const Completion now = web.await(web.tenant, web.tenant.read_body(head.id));
            web.tenant.done.clear();
            if (now.status != KITH_OK) {
                BOOST_TEST(now.status == KITH_CLOSED, now.text);
                break;
            }
            got += now.data.size();
            most = std::max(most, resident());
        }
        BOOST_TEST(got == size);
        BOOST_TEST_MESSAGE("grew by " << (most > before ? most - before : 0) / 1024 << " KiB");
        BOOST_TEST((!measured || most < before + 4'000'000));
    }
}

BOOST_AUTO_TEST_CASE(an_unread_body_stays_with_the_server) {
    HttpFixture<RealWorld> web;
    web.site.server.route("/", HttpReply().endless(std::string(100'000, 'x')));
    const Completion head = web.ask("/");
    const std::size_t before = resident();
    const auto until = std::chrono::steady_clock::now() + 200ms;
    while (std::chrono::steady_clock::now() < until) web.settle();
    BOOST_TEST((!measured || resident() < before + 2'000'000));
    BOOST_TEST(web.await(web.tenant, web.tenant.read_body(head.id)).status == KITH_OK);
}

BOOST_AUTO_TEST_CASE(a_large_request_to_a_server_that_is_slow_to_read) {
    for (const Shows shows : {Shows::nothing, Shows::good}) {
        HttpFixture<RealWorld> web(shows);
        web.site.server.route("/", HttpReply(200, "got it"));
        const std::string large(KITH_HTTP_MAX_REQUEST, 'y');
        web.site.server.stop_reading(true);
        const auto op = web.tenant.request(web.client, {.url = web.url("/"), .method = "PUT", .body = large});
        web.settle();
        web.site.server.stop_reading(false);
        const Completion head = web.await(web.tenant, op);
        BOOST_TEST(head.status == KITH_OK, head.text);
        BOOST_TEST(web.site.server.asked().at(0).body.size() == large.size());
    }
}

BOOST_AUTO_TEST_SUITE_END()
