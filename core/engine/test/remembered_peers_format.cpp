// SPDX-License-Identifier: MIT
#include <core/engine/remembered_peers_format.hpp>

#include <boost/test/unit_test.hpp>

using namespace kith::core;

namespace {

std::string two_sources() {
    RememberedPeersWriter writer("t");
    writer.source("one", "dns_poll", sum_of("{}"), 1'763'881'200'000);
    const kith::AttributeView attributes[] = {{"ip", "10.0.0.7"}, {"zone", "a \"b\"\n\xc3\xa4"}};
    writer.peer({"10.0.0.7", "app@10.0.0.7", attributes, 0});
    writer.peer({"k", "", {}, 0});
    writer.source("two", "k8s", sum_of(""), 0);
    return writer.finish();
}

// With the right sum, whatever is in it.
std::string sealed(const std::string &text, int peers) {
    const std::string sum = sum_of(text);
    return text + R"({"peers":)" + std::to_string(peers) + R"(,"sum":")" + sum + "\"}\n";
}

std::string fault(const std::string &text) {
    const auto known = read_remembered_peers(text);
    return known ? "none" : known.error().text;
}

const std::string head = R"({"kith":"peers","v":1,"topology":"t"})"
                         "\n";
const std::string source = R"({"source":"s","strategy":"d","config":"c","seen":5})"
                           "\n";

} // namespace

BOOST_AUTO_TEST_SUITE(remembered_peers_format)

BOOST_AUTO_TEST_CASE(written_peers_are_read_back) {
    const auto known = read_remembered_peers(two_sources());
    BOOST_REQUIRE(known.has_value());
    const RememberedTopology expected{
        "t",
        {{"one",
          "dns_poll",
          sum_of("{}"),
          1'763'881'200'000,
          {{"10.0.0.7", "app@10.0.0.7", {{"ip", "10.0.0.7"}, {"zone", "a \"b\"\n\xc3\xa4"}}}, {"k", "", {}}}},
         {"two", "k8s", sum_of(""), 0, {}}}};
    BOOST_TEST((*known == expected));
}

BOOST_AUTO_TEST_CASE(a_change_of_any_byte_is_detected) {
    const std::string good = two_sources();
    for (std::size_t i = 0; i < good.size(); ++i) {
        std::string bad = good;
        bad[i] ^= 1;
        BOOST_TEST(fault(bad) != "none", "byte " << i);
        BOOST_TEST(fault(good.substr(0, i)) != "none", "cut at " << i);
    }
    BOOST_TEST(fault(good + "\n") != "none");
    BOOST_TEST(fault(good + good) != "none");
}

BOOST_AUTO_TEST_CASE(errors_contain_the_line_number) {
    BOOST_TEST(fault("") == "line 1: it ends too early");
    BOOST_TEST(fault("what\n") == "line 1: a JSON object is expected");
    BOOST_TEST(fault("{}\n") == "line 1: it does not begin as a file of peers");
    BOOST_TEST(fault("{\"kith\":\"peers\",\"v\":2}\n") == "line 1: its version is 2, and 1 is known here");
    BOOST_TEST(fault("{\"kith\":\"peers\",\"v\":1}\n") == "line 1: the topology's name is expected");
    BOOST_TEST(fault(head) == "line 2: it ends too early");
    BOOST_TEST(fault(head + "{}\n") == "line 2: a source, a peer or the end is expected");
    BOOST_TEST(fault(head + "{\"key\":\"k\"}\n") == "line 2: there is a peer before the first source");
    BOOST_TEST(fault(head + source + "{\"key\":\"k\"}\n") == "line 3: a peer with key, name and attributes is expected");
    BOOST_TEST(fault(head + source + "{\"key\":\"k\",\"name\":\"n\",\"attributes\":{\"a\":1}}\n") ==
               "line 3: a peer with key, name and attributes is expected");
    BOOST_TEST(fault(head + "{\"source\":\"s\"}\n") == "line 2: a source with strategy, config and seen is expected");
    BOOST_TEST(fault(sealed(head + source, 1)) == "line 3: 1 peers are announced, and 0 are there");
    BOOST_TEST(fault(head + source + "{\"peers\":0,\"sum\":\"\"}\n") ==
               "line 3: the checksum does not match the text before it");
    BOOST_TEST(fault(sealed(head + source, 0) + "x") == "line 3: there is text after the end");
    BOOST_TEST(fault(sealed(head + source, 0)) == "none");
    BOOST_TEST(fault(head + std::string(100, '[') + "\n") == "line 2: a JSON object is expected");
}

BOOST_AUTO_TEST_CASE(peers_beyond_the_size_limit_are_left_out) {
    RememberedPeersWriter writer("t");
    writer.source("s", "d", "c", 1);
    const std::string large(4096, 'x');
    const kith::AttributeView attributes[] = {{"a", large}};
    for (int i = 0; i < 5000; ++i) writer.peer({"key" + std::to_string(i), "name", attributes, 0});
    BOOST_TEST(writer.left_out() > 0u);
    BOOST_TEST(writer.peers() + writer.left_out() == 5000u);
    const std::size_t peers = writer.peers();
    const std::string text = writer.finish();
    BOOST_TEST(text.size() <= remembered_peers_size_limit);
    const auto known = read_remembered_peers(text);
    BOOST_REQUIRE(known.has_value());
    BOOST_TEST(known->sources.front().peers.size() == peers);
}

BOOST_AUTO_TEST_SUITE_END()
