// SPDX-License-Identifier: MIT
//
// The status page: its size, what confines it, and that it refers to nothing outside of itself.
#include "api_world.hpp"

#include <core/loader/sha256_pin.hpp>
#include <host/api/page/page.hpp>

#include <boost/test/unit_test.hpp>

namespace kith::app::test {

namespace {

// As a Content-Security-Policy contains it: base64 of the digest.
std::string source_hash(std::string_view text) {
    const std::string hex = core::sha256(std::as_bytes(std::span(text)));
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out = "sha256-";
    for (std::size_t bit = 0; bit < 256; bit += 6) {
        unsigned value = 0;
        for (std::size_t i = bit; i < bit + 6; ++i) {
            const unsigned digit = i < 256 ? static_cast<unsigned>(std::stoul(hex.substr(i / 4, 1), nullptr, 16)) : 0;
            value = value * 2 + (digit >> (3 - i % 4) & 1U);
        }
        out += alphabet[value];
    }
    return out + '=';
}

// What stands between the tags; the document has each once.
std::string_view inside(std::string_view begin, std::string_view end) {
    const std::size_t from = page_text.find(begin) + begin.size();
    BOOST_TEST(page_text.find(begin, from) == std::string_view::npos);
    return page_text.substr(from, page_text.find(end, from) - from);
}

} // namespace

BOOST_AUTO_TEST_SUITE(page)

BOOST_AUTO_TEST_CASE(the_page_is_served_at_the_root_even_while_kith_starts) {
    ApiWorld world;
    for (const bool running : {true, false}) {
        world.running = running;
        const ApiAnswer answer = world.ask("/");
        BOOST_TEST(answer.status == 200U);
        BOOST_TEST(answer.content_type == "text/html; charset=utf-8");
        BOOST_TEST(answer.body == page_text);
    }
    BOOST_TEST(world.ask("/", "POST", Right::control).status == 405U);
    BOOST_TEST(page_text.size() <= page_limit);
    BOOST_TEST(page_text.starts_with("<!doctype html>"));
}

BOOST_AUTO_TEST_CASE(the_content_security_policy_allows_only_the_pages_script_and_style) {
    ApiWorld world;
    const std::string fields = world.ask("/").fields;
    const std::string script = source_hash(inside("<script type=\"module\">", "</script>"));
    const std::string style = source_hash(inside("<style>", "</style>"));
    BOOST_TEST(script == page_script_hash);
    BOOST_TEST(style == page_style_hash);
    for (const std::string &part :
         {"script-src '" + script + "';", "style-src '" + style + "';", std::string("default-src 'none';"),
          std::string("connect-src 'self';"), std::string("form-action 'none';"), std::string("frame-ancestors 'none';"),
          std::string("base-uri 'none';")})
        BOOST_TEST(fields.find(part) != std::string::npos, part);
    BOOST_TEST(fields.find("unsafe-") == std::string::npos);
    BOOST_TEST(fields.starts_with("Content-Security-Policy: "));
    BOOST_TEST(fields.ends_with("\r\n"));
}

BOOST_AUTO_TEST_CASE(the_page_refers_to_no_external_resource) {
    // The names of XML's namespaces are no addresses.
    std::string text(page_text);
    for (std::size_t at = text.find("http://www.w3.org/"); at != std::string::npos; at = text.find("http://www.w3.org/"))
        text.erase(at, 18);
    for (const char *word :
         {"http://", "https://", " src=", "@import", "innerHTML", "cookie", "localStorage", "sessionStorage", "style=\""})
        BOOST_TEST(text.find(word) == std::string::npos, word);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::app::test
