// SPDX-License-Identifier: MIT
#include <host/command/environment_probe.hpp>
#include <host/command/environment_probe_request.hpp>

#include <boost/test/unit_test.hpp>

using namespace kith::app;

namespace {

using Names = std::vector<std::string>;

std::string with_port(std::string_view lines) { return std::string("\0\0\x11\x11", 4) + std::string(lines); }

} // namespace

BOOST_AUTO_TEST_CASE(epmd_names_are_parsed) {
    BOOST_TEST((parse_epmd_names(with_port("")) == Names{}));
    BOOST_TEST((parse_epmd_names(with_port("name b at port 2\nname a at port 1\n")) == Names{"a", "b"}));
    BOOST_TEST((parse_epmd_names(with_port("name rem-1 at port 2\nname remsh9 at port 1\nname rabbitmqcli-7 at port 3\n")) ==
                Names{}));
    for (const char *lines : {"name a at port 1", "HTTP/1.1 400 Bad\r\n", "name  at port 1\n", "\n"})
        BOOST_TEST(!parse_epmd_names(with_port(lines)).has_value(), lines);
    BOOST_TEST(!parse_epmd_names("abc").has_value());
}

BOOST_AUTO_TEST_CASE(http_replies_are_parsed_only_when_complete) {
    const auto reply = parse_http_reply("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    BOOST_REQUIRE(reply.has_value());
    BOOST_TEST(reply->status == 200);
    BOOST_TEST(reply->body == "{}");
    BOOST_TEST(parse_http_reply("HTTP/1.0 403 Forbidden\r\n\r\nno")->status == 403);
    for (const char *bytes : {"", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 20x OK\r\n\r\n", "220 ftp\r\n\r\n",
                              "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n{}", "HTTP/1.1 200 OK\r\ncontent-length:\r\n\r\n{}"})
        BOOST_TEST(!parse_http_reply(bytes).has_value(), bytes);
}

BOOST_AUTO_TEST_CASE(http_addresses_are_parsed) {
    struct Case {
        const char *text;
        bool tls;
        const char *host;
        std::uint16_t port;
    };
    const Case cases[] = {
        {"127.0.0.1", false, "127.0.0.1", 8500},
        {"localhost:8501", false, "localhost", 8501},
        {"http://10.0.0.1:80/", false, "10.0.0.1", 80},
        {"https://consul.example", true, "consul.example", 8500},
        {"[::1]:8500", false, "::1", 8500},
    };
    for (const Case &each : cases) {
        const auto got = parse_http_address(each.text, 8500);
        BOOST_REQUIRE_MESSAGE(got.has_value(), each.text);
        BOOST_TEST(got->tls == each.tls);
        BOOST_TEST(got->host == each.host);
        BOOST_TEST(got->port == each.port);
    }
    for (const char *text :
         {"", "unix:///run/consul.sock", "h:0", "h:x", "h:99999", "http://user@h", "[::1", "h/path", "h:1:2"})
        BOOST_TEST(!parse_http_address(text, 8500).has_value(), text);
}
