// SPDX-License-Identifier: MIT
#include "exec_command/peer_placeholders.hpp"

#include <boost/test/unit_test.hpp>

namespace {

const kith::peer peer{
    .key = "i-7", .name = "app@10.0.0.7", .attributes = {{"ip", "10.0.0.7"}, {"node-zone", "a"}, {"odd", "--x"}}};

kith::result<kith::program> of(std::string argument) {
    return exec::fill_placeholders({.path = "/bin/join", .arguments = {std::move(argument)}}, "me@h", peer);
}

std::string filled(std::string argument) {
    auto out = of(std::move(argument));
    BOOST_TEST_REQUIRE(out.has_value(), (out ? std::string() : out.error().text));
    return out->arguments.front();
}

} // namespace

BOOST_AUTO_TEST_SUITE(fill_placeholders)

BOOST_AUTO_TEST_CASE(placeholders_are_replaced) {
    BOOST_TEST(filled("{name}") == "app@10.0.0.7");
    BOOST_TEST(filled("--peer={ip}:{key}") == "--peer=10.0.0.7:i-7");
    BOOST_TEST(filled("{node-zone}") == "a");
    BOOST_TEST(filled("--odd={odd}") == "--odd=--x");
}

BOOST_AUTO_TEST_CASE(other_text_in_braces_is_kept) {
    for (const char *text : {"", "{", "}", "{}", "{a b}", "{\"name\": 1}", "a{"}) BOOST_TEST(filled(text) == text);
    BOOST_TEST(filled("{\"peer\": \"{name}\"}") == "{\"peer\": \"app@10.0.0.7\"}");
}

BOOST_AUTO_TEST_CASE(a_missing_attribute_and_a_value_that_would_be_an_option_are_refused) {
    BOOST_TEST(of("{rack}").status() == KITH_INVALID);
    BOOST_TEST(of("{rack}").error().text == "the peer app@10.0.0.7 has no attribute `rack`, which the command refers to");
    BOOST_TEST(of("{odd}").status() == KITH_DENIED);
    BOOST_TEST(of("{odd}").error().text.find("--peer={odd}") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(environment_variables_contain_the_peer) {
    const auto out = of("");
    const auto value = [&](std::string_view name) -> std::string {
        for (const auto &one : out->environment) {
            if (one.name == name) return one.value;
        }
        return "none";
    };
    BOOST_TEST(value("KITH_NODE") == "me@h");
    BOOST_TEST(value("KITH_NAME") == "app@10.0.0.7");
    BOOST_TEST(value("KITH_KEY") == "i-7");
    BOOST_TEST(value("KITH_ATTRIBUTE_NODE_ZONE") == "a");
    BOOST_TEST(exec::variable("a.b/c-9") == "A_B_C_9");
}

BOOST_AUTO_TEST_SUITE_END()
