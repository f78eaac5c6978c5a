// SPDX-License-Identifier: MIT
#include <kith/hosting/url.hpp>

#include <boost/test/unit_test.hpp>

namespace {

std::string why;

kith::Url good(std::string_view text) {
    auto url = kith::Url::parse(text, why);
    BOOST_REQUIRE_MESSAGE(url, text << ": " << why);
    return *url;
}

bool refused(std::string_view text) {
    why.clear();
    const bool none = !kith::Url::parse(text, why);
    BOOST_TEST_MESSAGE(text << ": " << why);
    return none && why.find("expected") != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(url)

BOOST_AUTO_TEST_CASE(the_parts_of_a_url_are_read) {
    const auto full = good("HTTPS://Registry.Example:8443/v1/peers?of=app&x=1");
    BOOST_TEST(full.secure);
    BOOST_TEST(full.host == "registry.example");
    BOOST_TEST(full.port == 8443u);
    BOOST_TEST(full.target == "/v1/peers?of=app&x=1");
    BOOST_TEST(full.path() == "/v1/peers");
    BOOST_TEST(full.authority() == "registry.example:8443");
    BOOST_TEST(full.origin() == "https://registry.example:8443");

    const auto bare = good("http://rancher-metadata");
    BOOST_TEST(bare.port == 80u);
    BOOST_TEST(bare.target == "/");
    BOOST_TEST(bare.authority() == "rancher-metadata");
    BOOST_TEST(good("https://h").port == 443u);
    BOOST_TEST(good("http://h?a=b").target == "/?a=b");
    BOOST_TEST(good("http://h:80/").authority() == "h");
    BOOST_TEST(good("http://169.254.169.254/latest").host == "169.254.169.254");
}

BOOST_AUTO_TEST_CASE(numeric_ipv6_hosts_are_read) {
    const auto six = good("https://[FD00::7]:6443/api");
    BOOST_TEST(six.host == "fd00::7");
    BOOST_TEST(six.numeric_v6());
    BOOST_TEST(six.authority() == "[fd00::7]:6443");
    BOOST_TEST(six.origin() == "https://[fd00::7]:6443");
    BOOST_TEST(good("http://[::1]").authority() == "[::1]");
    for (const char *text : {"http://[::1", "http://[]/", "http://[10.0.0.7]/", "http://[::1]8080/", "http://[::1]:/",
                             "http://::1/", "http://[fe80::1%25eth0]/", "http://[::g]/"}) {
        BOOST_TEST(refused(text), text);
    }
}

BOOST_AUTO_TEST_CASE(malformed_urls_are_refused) {
    for (const char *text : {"",
                             "h",
                             "//h/",
                             "ftp://h/",
                             "http:/h/",
                             "http://",
                             "http:///path",
                             "http://h:/",
                             "http://h:0/",
                             "http://h:65536/",
                             "http://h:8o/",
                             "http://h:-1/",
                             "http://user@h/",
                             "http://user:secret@h/",
                             "http://h@evil/",
                             "http://h/#part",
                             "http://h/a b",
                             "http://h/\r\nX: 1",
                             "http://h\t/",
                             "http://h/\x7f",
                             "http://h/\xc3\xa4",
                             "http://.h/",
                             "http://h..x/",
                             "http://-h/",
                             "http://h_*/",
                             "http://10.0.0/",
                             "http://1.2.3.4.5/",
                             "http://h:80:90/",
                             "http://a,b/",
                             "http://h\\x/"}) {
        BOOST_TEST(refused(text), text);
    }
    BOOST_TEST(refused("http://" + std::string(254, 'a') + "/"));
    BOOST_TEST(refused("http://h/" + std::string(9000, 'a')));
    BOOST_TEST(refused("http://user:secret@h/"));
    BOOST_TEST(why.find("secret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(loopback_hosts_are_recognised) {
    for (const char *text :
         {"http://localhost", "http://LOCALHOST:8500/", "http://127.0.0.1", "http://127.9.8.7", "http://[::1]/"})
        BOOST_TEST(good(text).loopback(), text);
    for (const char *text : {"http://localhost.example", "http://10.0.0.1", "http://[fd00::1]", "http://127.0.0.1.nip.io"})
        BOOST_TEST(!good(text).loopback(), text);
}

BOOST_AUTO_TEST_SUITE_END()
