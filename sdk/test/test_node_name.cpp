// SPDX-License-Identifier: MIT
#include <kith/node_name.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

using kith::fault_of_node_name;
using Form = kith::node_name_form;

static_assert(fault_of_node_name("app@10.0.0.7", Form::full).empty());

namespace {

bool good(std::string_view text, Form form = Form::full) { return fault_of_node_name(text, form).empty(); }

} // namespace

BOOST_AUTO_TEST_SUITE(node_name)

BOOST_AUTO_TEST_CASE(valid_node_names_are_accepted) {
    for (const char *name : {"app@10.0.0.7", "a@b", "A-1_b@h", "app@fd00::1", "app@web-1.example",
                             "x@l\xc3\xb6"
                             "calhost.de",
                             "x@\xc2\xa1"}) {
        BOOST_TEST(good(name), name);
        BOOST_TEST(good(name, Form::either), name);
        BOOST_TEST(good(name, Form::peer), name);
        BOOST_TEST(good(name, Form::any), name);
        BOOST_TEST(!good(name, Form::part), name);
    }
    BOOST_TEST(good("app@" + std::string(251, 'h')));
    std::string umlauts = "a@";
    for (int i = 0; i < 253; ++i) umlauts += "\xc3\xb6";
    BOOST_TEST(good(umlauts)); // 255 characters, 508 bytes
    BOOST_TEST(!good(umlauts + "x"));
    for (const char *part : {"app", "A-1_b"}) {
        BOOST_TEST(good(part, Form::part));
        BOOST_TEST(good(part, Form::either));
        BOOST_TEST(!good(part, Form::full));
    }
}

BOOST_AUTO_TEST_CASE(invalid_node_names_are_refused_with_a_reason) {
    const std::pair<std::string, std::string_view> cases[] = {
        {"", "it is empty"},
        {"app", "it has no @"},
        {"app@", "nothing stands behind the @"},
        {"@host", "nothing stands before the @"},
        {"@", "nothing stands before the @"},
        {"a@b@c", "it has more than one @"},
        {"k\xc3\xb6ln@h", "before the @ stands a character that no node's name has there"},
        {"a.b@h", "before the @ stands a character that no node's name has there"},
        {"a b@h", "before the @ stands a blank or a control character"},
        {"app@h ", "behind the @ stands a blank, a control character or a character beyond U+00FF"},
        {"app@h\n", "behind the @ stands a blank, a control character or a character beyond U+00FF"},
        {"app@\xe2\x82\xac", "behind the @ stands a blank, a control character or a character beyond U+00FF"},
        {"app@\xff", "behind the @ stands a blank, a control character or a character beyond U+00FF"},
        {"app@\xc2\xa0", "behind the @ stands a blank, a control character or a character beyond U+00FF"},
        {"app@" + std::string(252, 'h'), "it has more than 255 characters"},
        {"app@${POD_IP}", "${...} stands in it as it is, and nobody has replaced it"},
    };
    for (const auto &[name, fault] : cases) BOOST_TEST(fault_of_node_name(name, Form::full) == fault, name);
    for (const Form form : {Form::full, Form::part, Form::either, Form::peer, Form::any}) {
        const std::string_view fault = fault_of_node_name("app@$(POD_IP)", form);
        BOOST_TEST(fault.starts_with("$(...) stands in it as it is"), fault);
        BOOST_TEST(!good("@h", form));
        BOOST_TEST(!good("", form));
        BOOST_TEST(!good("a b", form));
    }
    BOOST_TEST(!good(std::string(256, 'a'), Form::part));
    BOOST_TEST(good("k\xc3\xb6ln@h", Form::any));
    BOOST_TEST(!good("app@", Form::any));
}

BOOST_AUTO_TEST_CASE(a_peer_name_with_an_unusable_host_part_is_refused) {
    BOOST_TEST(good("app@0.0.0.0")); // Erlang allows it
    for (const char *name :
         {"app@0.0.0.0", "app@::", "app@224.0.0.1", "app@255.255.255.255", "app@10.0.0.9:4369", "app@[fd00::1]", "app@a/b"})
        BOOST_TEST(!good(name, Form::peer), name);
}

BOOST_AUTO_TEST_SUITE_END()
