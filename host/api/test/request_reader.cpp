// SPDX-License-Identifier: MIT
#include <host/api/transport/request_reader.hpp>
#include <host/api/transport/response_head.hpp>

#include <boost/test/unit_test.hpp>

namespace kith::app::test {

namespace {

using State = RequestReader::State;

struct Fed {
    RequestReader reader{16'384, 65'536};
    State state = State::idle;
    explicit Fed(std::string_view bytes, std::size_t step = 0) {
        if (step == 0) step = bytes.size();
        while (!bytes.empty()) {
            state = reader.feed(bytes.substr(0, step));
            bytes.remove_prefix(std::min(step, bytes.size()));
        }
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(request_reader)

BOOST_AUTO_TEST_CASE(a_request_is_read_from_pieces_of_any_size) {
    const std::string text =
        "\r\nPOST /v1/refresh?x=1 HTTP/1.1\r\nHost: localhost\r\nOrigin: http://o\r\nLast-Event-ID: r.7\r\n"
        "Accept: a/b\r\nAuthorization: Bearer t\r\nContent-Length: 5\r\n\r\nhello";
    for (std::size_t step = 1; step <= text.size(); ++step) {
        Fed fed(text, step);
        BOOST_TEST_REQUIRE((fed.state == State::complete), step);
        const ApiRequest request = fed.reader.request();
        BOOST_TEST(request.method == "POST");
        BOOST_TEST(request.target == "/v1/refresh?x=1");
        BOOST_TEST(request.host == "localhost");
        BOOST_TEST(request.origin == "http://o");
        BOOST_TEST(request.last_event_id == "r.7");
        BOOST_TEST(request.accept == "a/b");
        BOOST_TEST(request.authorization == "Bearer t");
        BOOST_TEST(request.body == "hello");
        BOOST_TEST((request.has_host && request.has_origin));
        BOOST_TEST(fed.reader.keep_alive());
        BOOST_TEST((fed.reader.next() == State::idle));
    }
}

BOOST_AUTO_TEST_CASE(the_head_decides_how_large_a_body_may_be) {
    const auto read = [](std::string_view head, std::size_t size, std::size_t allowed) {
        std::size_t asked = 0;
        RequestReader reader{16'384, 100, [&](const ApiRequest &request, std::size_t length) {
                                 ++asked;
                                 BOOST_TEST(request.target == "/m");
                                 BOOST_TEST(length == size);
                                 return allowed;
                             }};
        State state = reader.feed(head);
        for (std::size_t sent = 0; sent < size && state == State::partial; ++sent) state = reader.feed("x");
        BOOST_TEST(asked <= 1u);
        return state;
    };
    const std::string_view large = "POST /m HTTP/1.1\r\nHost: h\r\nContent-Length: 5000\r\n\r\n";
    BOOST_TEST((read(large, 5'000, 5'000) == State::complete));
    BOOST_TEST((read(large, 5'000, 4'999) == State::failed));
    BOOST_TEST((read(large, 5'000, 0) == State::failed));
    BOOST_TEST((read("POST /m HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n", 100, 0) == State::complete));
    // Without Content-Length only a small one.
    RequestReader chunked{16'384, 100, [](const ApiRequest &, std::size_t) { return std::size_t{5'000}; }};
    chunked.feed("POST /m HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    BOOST_TEST((chunked.feed("64\r\n" + std::string(100, 'x') + "\r\n") == State::partial));
    BOOST_TEST((chunked.feed("1\r\nx\r\n") == State::failed));
    BOOST_TEST((chunked.fault() == ApiFault::body_too_large));
}

BOOST_AUTO_TEST_CASE(pipelined_requests_are_read_one_by_one) {
    Fed fed("GET /a HTTP/1.1\r\nHost: h\r\n\r\nHEAD /b HTTP/1.0\r\n\r\nGET /c HT");
    BOOST_TEST_REQUIRE((fed.state == State::complete));
    BOOST_TEST(fed.reader.request().target == "/a");
    BOOST_TEST(!fed.reader.head_only());
    BOOST_TEST_REQUIRE((fed.reader.next() == State::complete));
    BOOST_TEST(fed.reader.request().target == "/b");
    BOOST_TEST(fed.reader.head_only());
    BOOST_TEST(!fed.reader.keep_alive());
    BOOST_TEST(!fed.reader.request().has_host);
    BOOST_TEST((fed.reader.next() == State::partial));
}

BOOST_AUTO_TEST_CASE(a_chunked_body_is_read) {
    Fed fed("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", 1);
    BOOST_TEST_REQUIRE((fed.state == State::complete));
    BOOST_TEST(fed.reader.request().body == "abcde");
}

BOOST_AUTO_TEST_CASE(an_empty_chunked_body_is_read_from_pieces_of_any_size) {
    for (const char *end : {"0\r\n\r\n", "00\r\n\r\n"}) {
        const std::string text = std::string("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n") + end;
        for (std::size_t step = 1; step <= text.size(); ++step) {
            Fed fed(text, step);
            BOOST_TEST_REQUIRE((fed.state == State::complete), step);
            BOOST_TEST(fed.reader.request().body.empty());
        }
    }
}

BOOST_AUTO_TEST_CASE(data_that_is_not_valid_http_is_malformed) {
    for (const auto *bad : {"hello\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/2.0\r\n\r\n", "GET / HTTP/1.1\nHost: h\n\n",
                            "GET /\x01", "\x16\x03\x01\x02", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                            "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n",
                            "GET / HTTP/1.1\r\nno colon\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                            "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"}) {
        Fed fed(bad);
        BOOST_TEST((fed.state == State::failed), bad);
        BOOST_TEST((fed.reader.fault() == ApiFault::malformed), bad);
    }
}

BOOST_AUTO_TEST_CASE(an_oversized_request_is_refused_before_it_is_complete) {
    const std::string name(1'000, 'n');
    std::string head = "GET / HTTP/1.1\r\n";
    for (int i = 0; i < 20; ++i) head += name + ": v\r\n";
    for (const std::size_t step : {std::size_t{1}, std::size_t{4096}, head.size()}) {
        Fed fed(head, step);
        BOOST_TEST((fed.state == State::failed), step);
        BOOST_TEST((fed.reader.fault() == ApiFault::head_too_large));
    }
    BOOST_TEST((Fed(std::string(20'000, 'A'), 4096).reader.state() == State::failed)); // one endless word
    Fed announced("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 65537\r\n\r\n");
    BOOST_TEST((announced.state == State::failed));
    BOOST_TEST((announced.reader.fault() == ApiFault::body_too_large));
    Fed good("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 65536\r\n\r\n" + std::string(65'536, 'b'), 8192);
    BOOST_TEST((good.state == State::complete));
    std::string chunks = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 20; ++i) chunks += "1000\r\n" + std::string(4096, 'c') + "\r\n";
    Fed chunked(chunks, 8192);
    BOOST_TEST((chunked.state == State::failed));
    BOOST_TEST((chunked.reader.fault() == ApiFault::body_too_large));
}

BOOST_AUTO_TEST_CASE(the_head_of_a_response_is_written) {
    ApiAnswer answer;
    answer.status = 405;
    answer.fields = "Allow: GET\r\n";
    BOOST_TEST(
        response_head(answer, 3, false) ==
        "HTTP/1.1 405 Method Not Allowed\r\nContent-Type: application/json\r\nContent-Length: 3\r\nCache-Control: no-store\r\n"
        "X-Content-Type-Options: nosniff\r\nAllow: GET\r\nConnection: close\r\n\r\n");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::app::test
