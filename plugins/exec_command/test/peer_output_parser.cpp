// SPDX-License-Identifier: MIT
#include "exec_command/peer_output_parser.hpp"

#include <boost/test/unit_test.hpp>

using exec::parse_peer_output;
using exec::PeerSetSplitter;

namespace {

std::string keys(std::string_view text) {
    const auto output = parse_peer_output(text);
    BOOST_TEST_REQUIRE(output.has_value(), (output ? std::string() : output.error().text));
    std::string out;
    for (const auto &peer : output->peers) out += (out.empty() ? "" : " ") + peer.key;
    return out;
}

void refuses(std::string_view text, std::string_view part) {
    const auto output = parse_peer_output(text);
    BOOST_TEST_REQUIRE(!output.has_value(), text);
    BOOST_TEST(output.status() == KITH_PROTOCOL);
    BOOST_TEST(output.error().text.find(part) != std::string::npos, output.error().text);
}

} // namespace

BOOST_AUTO_TEST_SUITE(peer_output)

BOOST_AUTO_TEST_CASE(peers_are_read_from_lines_of_text_and_json) {
    const auto output =
        parse_peer_output("# ours\n\n  a@h  \r\nb@h zone=a rack=\"12=3\n\n{\"name\": \"c@h\", \"key\": \"i-3\", "
                          "\"attributes\": {\"x\": \"y z\"}}\n"
                          "a@h zone=b\nlast@h");
    BOOST_TEST_REQUIRE(output.has_value());
    BOOST_TEST_REQUIRE(output->peers.size() == 4u);
    BOOST_TEST(output->doubled == 1u);
    BOOST_TEST(output->peers[0].name == "a@h");
    BOOST_TEST(output->peers[0].key == "a@h");
    BOOST_TEST(output->peers[1].attribute_or_empty("zone") == "a");
    BOOST_TEST(output->peers[1].attribute_or_empty("rack") == "\"12=3");
    BOOST_TEST(output->peers[2].key == "i-3");
    BOOST_TEST(output->peers[2].attribute_or_empty("x") == "y z");
    BOOST_TEST(output->peers[3].name == "last@h");
}

BOOST_AUTO_TEST_CASE(peers_are_read_from_a_json_list) {
    BOOST_TEST(keys("[]") == "");
    BOOST_TEST(keys("\n [ \"a@h\",\n {\"name\": \"b@h\"}, {\"key\": \"i-3\"} ]\n") == "a@h b@h i-3");
    const auto with_path = parse_peer_output(R"(["\u00e4@h"])");
    BOOST_TEST_REQUIRE(with_path.has_value());
    BOOST_TEST(with_path->peers[0].name == "\u00e4@h");
}

BOOST_AUTO_TEST_CASE(empty_output_is_refused) {
    for (const char *text : {"", "\n", "  \n\n"})
        refuses(text, "it printed nothing; a program that finds no peer must print []");
    refuses("# a\n#b", "it printed only comments; a program that finds no peer must print []");
}

BOOST_AUTO_TEST_CASE(one_invalid_line_refuses_the_whole_output) {
    refuses("a@h\nb@h c@h\n", "line 2, `c@h`: expected one name in each line");
    refuses("a@h =x\n", "line 1, `=x`");
    refuses("a@h z=1 z=2\n", "attribute `z` occurs twice");
    refuses("\xc3\xa4@h\n", "printable ASCII");
    refuses(std::string_view("a\0b\n", 4), "printable ASCII");
    refuses("{\"name\": \"a@h\"\n", "line 1, `{\"name\": \"a@h\"` is not JSON");
    refuses("{\"name\": 7}\n", "line 1, `name`: expected a string");
    refuses("{\"name\": \"\"}\n", "expected `name`, or at least `key`");
    refuses("{\"name\": \"a\", \"attributes\": []}", "`attributes`: expected an object");
    refuses("{\"name\": \"a\", \"attributes\": {\"x\": 1}}", "attribute `x`: expected a string");
    refuses("{\"name\": \"a\", \"ttl\": 5}", "`ttl`: expected only `name`, `key` and `attributes`");
    refuses("[\"a\"] x", "is not JSON");
    refuses("[\"\"]", "element 0: expected a name, got an empty one");
    refuses("[[\"a\"]]", "element 0: expected a name, or an object");
    refuses("[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", "not JSON");
    refuses("\x1b[31mred\x1b[0m\n", "`?[31mred?[0m`");
    refuses(std::string(1025, 'a'), "at most 1024 bytes");
    refuses("a " + std::string(257, 'n') + "=1", "a name of at most 256 bytes");
    refuses("a n=" + std::string(4097, 'v'), "a value of at most 4096");
    std::string many = "a";
    for (int i = 0; i < 65; ++i) many += " n" + std::to_string(i) + "=v";
    refuses(many, "at most 64 attributes");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(peer_sets)

BOOST_AUTO_TEST_CASE(sets_are_split_for_any_pieces_of_the_output) {
    const std::string all = "\n\na\nb\n\n  \nc\n\n[]\n[\"d\"]\ne\n[\"f\"]\ng\n";
    const std::vector<std::string> wanted = {"a\nb\n", "c\n", "[]", "[\"d\"]", "e\n", "[\"f\"]"};
    for (std::size_t piece = 1; piece <= all.size(); ++piece) {
        PeerSetSplitter sets;
        std::vector<std::string> got;
        for (std::size_t at = 0; at < all.size(); at += piece) {
            sets.add(std::string_view(all).substr(at, piece));
            while (auto one = sets.next()) got.push_back(*std::move(one));
        }
        BOOST_TEST(got == wanted, boost::test_tools::per_element());
        BOOST_TEST(sets.pending() == 2u);
    }
}

BOOST_AUTO_TEST_SUITE_END()
