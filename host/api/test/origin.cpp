// SPDX-License-Identifier: MIT
#include <host/api/origin.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace kith::app::test {

BOOST_AUTO_TEST_SUITE(origin)

BOOST_AUTO_TEST_CASE(only_localhost_and_numeric_hosts_are_allowed_by_default) {
    for (const auto *good : {"localhost", "LocalHost:80", "127.0.0.1", "10.0.0.1:9464", "[::1]", "[fe80::1]:9464"})
        BOOST_TEST(host_allowed(good), good);
    for (const auto *bad :
         {"", "evil.example", "localhost.evil.example", "localhost:", "localhost:99x", "127.0.0.1.evil.example", "127.1",
          "[::1", "[::1]x", "::1", "[localhost]", "127.0.0.1:123456", " localhost"})
        BOOST_TEST(!host_allowed(bad), bad);
}

BOOST_AUTO_TEST_CASE(configured_host_names_are_allowed) {
    const std::vector<std::string> names{"kith.example", "other"};
    for (const auto *good : {"kith.example", "KITH.example:9464", "other:1", "localhost", "10.0.0.1:9464"})
        BOOST_TEST(host_allowed(good, names), good);
    for (const auto *bad : {"", "x.kith.example", "kith.example.", "kith.example:x", "[kith.example]", "kith"})
        BOOST_TEST(!host_allowed(bad, names), bad);
}

BOOST_AUTO_TEST_CASE(only_the_apis_own_origin_is_accepted) {
    BOOST_TEST(own_origin("http://localhost:80", "localhost:80"));
    BOOST_TEST(own_origin("https://LOCALHOST", "localhost"));
    for (const auto *foreign :
         {"null", "", "http://localhost", "http://evil.example", "http://localhost:80.evil.example", "file://localhost:80"})
        BOOST_TEST(!own_origin(foreign, "localhost:80"), foreign);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::app::test
