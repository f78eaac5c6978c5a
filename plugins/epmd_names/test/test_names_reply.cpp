// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE epmd_names
#include <epmd_names/names_reply.hpp>

#include <boost/test/unit_test.hpp>

using namespace epmd_names;

namespace {

std::string reply(std::string_view lines) { return std::string("\0\0\x11\x11", 4) + std::string(lines); }

std::string why(std::string_view bytes) {
    const auto read = parse_reply(bytes);
    BOOST_REQUIRE(!read);
    BOOST_TEST(read.status() == KITH_PROTOCOL);
    return read.error().text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(names_reply)

BOOST_AUTO_TEST_CASE(the_request_is_encoded) { BOOST_TEST(request() == std::string_view("\0\1n", 3)); }

BOOST_AUTO_TEST_CASE(names_and_ports_are_read) {
    const auto read = parse_reply(reply("name app at port 40000\nname b-2 at port 65535\n"));
    BOOST_REQUIRE(read);
    BOOST_TEST((read->names == std::vector<Name>{{"app", 40000}, {"b-2", 65535}}));
    BOOST_TEST(read->tools == 0u);
    BOOST_TEST(read->invalid_names == 0u);
}

BOOST_AUTO_TEST_CASE(a_reply_without_names_is_valid) {
    const auto read = parse_reply(reply(""));
    BOOST_REQUIRE(read);
    BOOST_TEST(read->names.empty());
}

BOOST_AUTO_TEST_CASE(names_of_remote_shells_and_tools_are_counted_and_left_out) {
    const auto read = parse_reply(reply(
        "name rem-4f2a-app at port 1\nname remsh8 at port 2\nname rabbitmqcli-991-rabbit at port 4\nname remote at port 3\n"));
    BOOST_REQUIRE(read);
    BOOST_TEST((read->names == std::vector<Name>{{"remote", 3}}));
    BOOST_TEST(read->tools == 3u);
}

BOOST_AUTO_TEST_CASE(invalid_node_names_are_counted_and_left_out) {
    const auto read = parse_reply(reply("name a b at port 1\nname  at port 2\nname a@b at port 3\nname \xff at port 4\n"
                                        "name \x1b[2J at port 5\nname " +
                                        std::string(256, 'x') + " at port 6\nname \xc3\xa4 at port 7\n"));
    BOOST_REQUIRE(read);
    BOOST_TEST(read->invalid_names == 6u);
    BOOST_TEST((read->names == std::vector<Name>{{"\xc3\xa4", 7}}));
}

BOOST_AUTO_TEST_CASE(a_name_that_contains_the_line_format_is_counted_as_invalid) {
    const auto read = parse_reply(reply("name x at port 5 at port 6\n"));
    BOOST_REQUIRE(read);
    BOOST_TEST(read->invalid_names == 1u);
}

BOOST_AUTO_TEST_CASE(each_malformed_reply_has_its_own_reason) {
    BOOST_TEST(why("") == "it closed the connection without a reply");
    BOOST_TEST(why(std::string("\0\0\x11", 3)) ==
               R"(its reply begins with "\x00\x00\x11", expected four bytes with EPMD's port)");
    BOOST_TEST(why("HTTP/1.1 400 Bad Request\r\n\r\n") ==
               R"(its reply begins with "HTTP/1.1 400 Bad Request\x0d\x0a\x0d\x0a", expected four bytes with EPMD's port)");
    BOOST_TEST(why(reply("rubbish\n")) == R"(line 1 of its reply is "rubbish", expected `name NAME at port PORT`)");
    BOOST_TEST(why(reply("name a at port 1\n\nname b at port 2\n")) ==
               R"(line 2 of its reply is "", expected `name NAME at port PORT`)");
    for (const char *port : {"0", "65536", "12z", "", "-1", "+1", " 1"})
        BOOST_TEST(why(reply("name a at port " + std::string(port) + "\n")).starts_with("line 1 of its reply is"));
}

BOOST_AUTO_TEST_CASE(a_reply_truncated_within_a_line_is_refused) {
    const std::string line = "name app at port 40000\n";
    for (std::size_t size = 1; size < line.size(); ++size)
        BOOST_TEST(why(reply(line.substr(0, size))).ends_with(" without a line end: the reply was truncated"));
}

BOOST_AUTO_TEST_CASE(a_reply_with_a_repeated_name_is_refused) {
    BOOST_TEST(why(reply("name a at port 1\nname a at port 2\n")) ==
               R"(line 2 of its reply is "name a at port 2", a name that occurs twice)");
}

BOOST_AUTO_TEST_CASE(a_reply_over_the_size_limit_is_refused) {
    std::string bytes = reply("");
    for (int i = 0; bytes.size() < max_reply - 32; ++i) bytes += "name n" + std::to_string(i) + " at port 1\n";
    const auto many = parse_reply(bytes);
    BOOST_REQUIRE(many);
    BOOST_TEST(many->names.size() > 5'000u);
    const auto huge = parse_reply(bytes + std::string(64, 'x'));
    BOOST_REQUIRE(!huge);
    BOOST_TEST(huge.status() == KITH_LIMIT);
}

BOOST_AUTO_TEST_CASE(excerpts_are_short_and_printable) {
    BOOST_TEST(excerpt("a\"b\\\n\xff") == R"("a\"b\\\x0a\xff")");
    BOOST_TEST(excerpt(std::string(100, 'x')) == '"' + std::string(60, 'x') + "...\"");
}

BOOST_AUTO_TEST_SUITE_END()
