// SPDX-License-Identifier: MIT
#include "template_renderer.hpp"
#include "ready_made.hpp"

#include <boost/test/unit_test.hpp>

using sink_template::parse_template;
using sink_template::render;
using sink_template::RenderedText;

namespace {

using Attributes = std::vector<kith::attribute_view>;

/// A member, and what it points into.
struct OwnedMember {
    explicit OwnedMember(std::string of, Attributes with = {}) : name(std::move(of)), attributes(std::move(with)) {}
    operator kith::member() const { return {"key", name, attributes, 0}; } // NOLINT(google-explicit-constructor)
    std::string name;
    Attributes attributes;
};

OwnedMember member(std::string name, Attributes attributes = {}) { return OwnedMember(std::move(name), std::move(attributes)); }

RenderedText rendered(std::string_view text, const std::vector<OwnedMember> &owned, std::uint32_t port = 0) {
    const std::vector<kith::member> members(owned.begin(), owned.end());
    auto parsed = parse_template(text);
    BOOST_REQUIRE_MESSAGE(parsed.status() == KITH_OK, (parsed ? std::string() : parsed.error().text));
    auto out = render(*parsed, {.topology = "web", .port = port, .members = members});
    BOOST_REQUIRE(out.status() == KITH_OK);
    return *std::move(out);
}

/// The text for one value of one peer; "!" and the reason when the peer is left out.
std::string one(std::string_view tag, const OwnedMember &peer, std::uint32_t port = 0) {
    const auto out = rendered("{{each}}{{" + std::string(tag) + "}}{{end}}", {peer}, port);
    return out.left_out.empty() ? out.text : "!" + out.left_out.front().reason;
}

// Values that would end a string, a line, a statement or a comment in one of the target formats, or that it would expand.
const std::vector<std::string> hostile = {
    "a\"b", "a\\",          "a'b",  "a\nb", "a\r\nb",  "a;b",      "a{b",           "a}b",
    "a#b",  "a b",          "a\tb", "a$b",  "${x}",    "$(id)",    "`id`",          "a,b",
    "a]b",  "[a",           "a<b",  "a|b",  "a&b",     "a*b",      "a?b",           "../a",
    "a/b",  "//a",          "a=b",  "~a",   "{{end}}", "{{name}}", "\xc2\xa0x",     "a\x7f",
    "a!b",  "\xe2\x80\xa8", "a(b)", "a^b",  "a+b",     "\x01",     "include evil;", "\"]}, {\"targets\": [\"evil"};

} // namespace

BOOST_AUTO_TEST_SUITE(template_renderer)

BOOST_AUTO_TEST_CASE(values) {
    const auto peer = member("app@10.0.0.7", {{"zone", "a"}, {"empty", ""}, {"port", "8080"}});
    BOOST_TEST(one("name", peer) == "app@10.0.0.7");
    BOOST_TEST(one("key", peer) == "key");
    BOOST_TEST(one("host", peer) == "10.0.0.7");
    BOOST_TEST(one("port", peer) == "8080");
    BOOST_TEST(one("port", peer, 9100) == "9100");
    BOOST_TEST(one("topology", peer) == "web");
    BOOST_TEST(one("attribute.zone", peer) == "a");
    BOOST_TEST(one("attribute.rack", peer) == "!its attribute `rack`: it is missing");
    BOOST_TEST(one("attribute.empty", peer) == "!its attribute `empty`: it is empty");
    BOOST_TEST(one("attribute.rack ?? attribute.empty ?? attribute.zone", peer) == "a");
    BOOST_TEST(one("attribute.rack ?? \"r1\"", peer) == "r1");
    BOOST_TEST(one("attribute.rack ?? \"\"", peer) == "");
    BOOST_TEST(one("attribute.rack ?? \"\" | json", peer) == "\"\"");
    BOOST_TEST(one("host", member("web1")) == "web1", "without @, the whole name");
    BOOST_TEST(one("port", member("web1")) == "!its attribute `port`: it is missing");
}

BOOST_AUTO_TEST_CASE(ipv6_gets_brackets) {
    for (const char *name : {"app@fd00::7", "app@[fd00::7]", "fd00::7"}) {
        BOOST_TEST(one("host", member(name)) == "[fd00::7]");
        BOOST_TEST(one("host | ip", member(name)) == "[fd00::7]");
        BOOST_TEST(one("host | ip | bare", member(name)) == "fd00::7");
        BOOST_TEST(one("host | json", member(name)) == "\"fd00::7\"");
    }
    BOOST_TEST(one("host", member("app@fe80::1%eth0")) == "[fe80::1%eth0]");
    BOOST_TEST(one("host", member("app@1:2")) == "1:2");
}

BOOST_AUTO_TEST_CASE(checks) {
    const auto address = [](const char *host) { return one("host | ip", member(std::string("a@") + host)); };
    BOOST_TEST(address("10.0.0.7") == "10.0.0.7");
    for (const char *bad : {"web1", "10.0.0.999", "10.0.0", "0.0.0.0", "224.0.0.1", "::", "fe80::1%eth0", "10.0.0.7:80", "%"})
        BOOST_TEST(address(bad).starts_with("!the host in its name: it"), bad << " is " << address(bad));
    const auto host = [](const std::string &name) { return one("host | hostname", member("a@" + name)); };
    for (const char *good : {"web1", "web-1.example.org", "10.0.0.7", "1a.b2", "WEB"}) BOOST_TEST(host(good) == good);
    BOOST_TEST(host("fd00::1") == "[fd00::1]");
    for (const std::string &bad :
         {std::string("-a"), std::string("a-"), std::string("a..b"), std::string("a."), std::string(".a"), std::string("a_b"),
          std::string("a%b"), std::string("1.2.3"), std::string(64, 'a'), std::string("a:80"), std::string("a@")})
        BOOST_TEST(host(bad).starts_with("!the host in its name: it"), bad);
    const auto port = [](const char *value) { return one("attribute.p | port", member("a", {{"p", value}})); };
    for (const char *good : {"1", "80", "65535"}) BOOST_TEST(port(good) == good);
    for (const char *bad : {"0", "65536", "080", "8o", "-1", "+1", "99999", "123456", "1 "})
        BOOST_TEST(port(bad) == "!its attribute `p`: it is not a port from 1 to 65535");
}

BOOST_AUTO_TEST_CASE(no_value_breaks_out) {
    for (const std::string &value : hostile) {
        const auto peer = member(value, {{"x", value}});
        BOOST_TEST(one("name", peer).starts_with("!its name: it contains the byte 0x"), value);
        BOOST_TEST(one("attribute.x | bare", peer).starts_with("!its attribute `x`: it contains the byte 0x"), value);
        BOOST_TEST(one("name | ip", peer).starts_with('!'), value);
        BOOST_TEST(one("name | hostname", peer).starts_with('!'), value);
        const std::string id = one("name | id", peer);
        BOOST_TEST(
            id.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") == std::string::npos, id);
        const std::string json = one("name | json", peer);
        BOOST_TEST(json.find_first_of("\"\n\r\t;{}#$`'<>()[]&|", 1) == json.size() - 1, json);
        for (const char c : json)
            BOOST_TEST((static_cast<unsigned char>(c) >= ' ' && static_cast<unsigned char>(c) < 0x7f), json);
    }
}

BOOST_AUTO_TEST_CASE(json_is_ascii) {
    BOOST_TEST(one("name | json", member("a\"\\\n")) == R"("a\u0022\u005c\u000a")");
    BOOST_TEST(one("name | json", member("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80")) == R"("\u00e4\u20ac\ud83d\ude00")");
    BOOST_TEST(one("name | json", member("\xff\xc3")) == R"("\ufffd\ufffd")");
    BOOST_TEST(one("name | json", member("app@10.0.0.7")) == R"("app@10.0.0.7")");
}

BOOST_AUTO_TEST_CASE(ids_stay_different) {
    BOOST_TEST(one("name | id", member("app@10.0.0.7")) == "app_4010.0.0.7");
    BOOST_TEST(one("name | id", member("app_4010.0.0.7")) == "app_5f4010.0.0.7");
}

BOOST_AUTO_TEST_CASE(a_peer_is_left_out_of_the_whole_file) {
    const auto out = rendered("{{count}}:{{each}}{{name}},{{end}}{{each}}{{port}}{{between}}+{{end}}",
                              {member("a", {{"port", "1"}}), member("b"), member("c", {{"port", "3"}})});
    BOOST_TEST(out.text == "2:a,c,1+3");
    BOOST_TEST(out.peers == 2u);
    BOOST_REQUIRE(out.left_out.size() == 1u);
    BOOST_TEST(out.left_out[0].name == "b");
    BOOST_TEST(out.left_out[0].reason == "its attribute `port`: it is missing");
}

BOOST_AUTO_TEST_CASE(no_peers) {
    BOOST_TEST(rendered("[{{each}}x{{between}},{{else}}none of {{topology}}{{end}}]{{count}}", {}).text == "[none of web]0");
    BOOST_TEST(rendered("[{{each}}x{{between}},{{end}}]", {}).text == "[]");
}

BOOST_AUTO_TEST_CASE(a_name_of_the_topology_that_cannot_be_written_is_an_error) {
    const auto parsed = parse_template("{{topology}}");
    const auto out = render(*parsed, {.topology = "a;b", .port = 0, .members = {}});
    BOOST_REQUIRE(out.status() == KITH_INVALID);
    BOOST_TEST(out.error().text.starts_with("the name of the topology: it contains the byte 0x3b"));
}

BOOST_AUTO_TEST_CASE(ready_made_ones) {
    const std::vector<OwnedMember> members = {member("app@10.0.0.7", {{"ip", "10.0.0.7"}, {"hostname", "web1"}}),
                                              member("app@fd00::8", {{"hostname", "web2.example"}})};
    const auto text = [&](std::string_view name) {
        const auto out = rendered(sink_template::ready_made_template(name), members, 9100);
        BOOST_TEST(out.left_out.empty());
        return out.text;
    };
    BOOST_TEST(text("prometheus") == R"([
  {"targets": ["10.0.0.7:9100"], "labels": {"kith_topology": "web", "kith_peer": "app@10.0.0.7"}}
  ,
  {"targets": ["[fd00::8]:9100"], "labels": {"kith_topology": "web", "kith_peer": "app@fd00::8"}}
]
)");
    BOOST_TEST(text("haproxy").find("    server app_40fd00_3a_3a8 [fd00::8]:9100 check\n") != std::string::npos);
    BOOST_TEST(text("nginx").find("    server 10.0.0.7:9100;\n    server [fd00::8]:9100;\n}\n") != std::string::npos);
    BOOST_TEST(text("nats").find("  \"nats-route://10.0.0.7:9100\"\n  \"nats-route://[fd00::8]:9100\"\n]\n") !=
               std::string::npos);
    BOOST_TEST(text("hosts").find("\n10.0.0.7 web1\nfd00::8 web2.example\n") != std::string::npos);
    for (const auto &ready : sink_template::ready_made_templates) {
        for (const std::string &value : hostile) {
            const auto out = rendered(ready.text, {member(value, {{"ip", value}, {"hostname", value}, {"port", value}})});
            BOOST_TEST(out.peers == 0u, ready.name << " writes " << value);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
