// SPDX-License-Identifier: MIT
#include <kith/peer_host.hpp>

#include <arpa/inet.h>

#include <boost/test/unit_test.hpp>

#include <random>
#include <regex>
#include <string>

using kith::fault_of_host;
using kith::host_fault;

static_assert(fault_of_host("0.0.0.0") == host_fault::unspecified); // in constant expressions, too

namespace {

void all_are(host_fault fault, std::initializer_list<const char *> hosts) {
    for (const char *host : hosts)
        BOOST_TEST((fault_of_host(host) == fault), host << ": " << kith::text_of(fault_of_host(host)));
}

} // namespace

BOOST_AUTO_TEST_SUITE(peer_host_faults)

BOOST_AUTO_TEST_CASE(usable_hosts_have_no_fault) {
    all_are(host_fault::none,
            {"10.0.0.7", "127.0.0.1", "240.0.0.1", "223.255.255.255", "0.0.0.1", "::1", "fd00::1", "1::", "fe80::1%eth0",
             "1:2:3:4:5:6:7:8", "::ffff:10.0.0.1", "64:ff9b::10.0.0.1", "web-1", "web_1.example.org", "10.0.0.300",
             "l\xc3\xb6"
             "calhost.de",
             "0", "0.0.0.0.example", "n1"});
}

BOOST_AUTO_TEST_CASE(each_unusable_host_has_its_fault) {
    all_are(host_fault::empty, {""});
    all_are(host_fault::unspecified,
            {"0.0.0.0", "000.0.0.0", "::", "0::0", "0:0:0:0:0:0:0:0", "::0.0.0.0", "::ffff:0.0.0.0", "::%eth0"});
    all_are(host_fault::multicast,
            {"224.0.0.1", "239.255.255.255", "ff02::1", "FF05::1:3", "ff02::1%eth0", "::ffff:224.0.0.1"});
    all_are(host_fault::broadcast, {"255.255.255.255", "::ffff:255.255.255.255"});
    all_are(host_fault::blank, {" 10.0.0.1", "10.0.0.1 ", "10.0.0.1\n", "a b", "\t", "a\x7f"});
    all_are(host_fault::brackets, {"[fd00::1]", "[fd00::1]:4369", "[", "fd00::1]"});
    all_are(host_fault::port,
            {"10.0.0.9:4369", "web:80", ":", ":::", "1::2::3", "fd00::12345", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "::1.2.3",
             "fd00:", ":1:2:3:4:5:6:7:8", "1.2.3.4:5::", "::1:2:3:4:5:6:7:8"});
    all_are(host_fault::other, {"a@b", "a/b", "10.0.0.0/8"});
    BOOST_TEST((fault_of_host(std::string(256, 'a')) == host_fault::other));
    BOOST_TEST((fault_of_host(std::string_view("a\0b", 3)) == host_fault::blank));
}

// Which texts are addresses is what the C library makes of them, for texts made of the letters of addresses.
BOOST_AUTO_TEST_CASE(addresses_are_recognised_as_by_the_c_library) {
    std::mt19937 random(1);
    const std::regex leading_zero("(^|[.:])0[0-9]");
    const std::string letters = "::::...01f2";
    unsigned addresses = 0;
    for (int i = 0; i < 300'000; ++i) {
        std::string text;
        for (auto left = 2 + random() % 14; left > 0; --left) text += letters[random() % letters.size()];
        // The C library takes no leading zeros in IPv4; here they are taken, as by everybody who resolves such a text.
        if (text.find('.') != std::string::npos && std::regex_search(text, leading_zero)) continue;
        in6_addr v6{};
        in_addr v4{};
        const bool is_v6 = inet_pton(AF_INET6, text.c_str(), &v6) == 1;
        BOOST_REQUIRE_MESSAGE(kith::host_detail::ipv6(text).has_value() == is_v6, text);
        BOOST_REQUIRE_MESSAGE(kith::host_detail::ipv4(text).has_value() == (inet_pton(AF_INET, text.c_str(), &v4) == 1), text);
        if (!is_v6) continue;
        ++addresses;
        const auto groups = *kith::host_detail::ipv6(text);
        for (std::size_t k = 0; k < groups.size(); ++k)
            BOOST_REQUIRE_MESSAGE((groups[k] == (std::uint32_t{v6.s6_addr[2 * k]} << 8U | v6.s6_addr[2 * k + 1])), text);
    }
    BOOST_TEST(addresses > 1'000u);
}

BOOST_AUTO_TEST_CASE(the_fault_of_a_name_is_that_of_its_host_part) {
    BOOST_TEST((kith::fault_of_name("app@10.0.0.7") == host_fault::none));
    BOOST_TEST((kith::fault_of_name("app@0.0.0.0") == host_fault::unspecified));
    BOOST_TEST((kith::fault_of_name("app@") == host_fault::empty));
    BOOST_TEST((kith::fault_of_name("0.0.0.0:80") == host_fault::none)); // of a connector whose names are other ones
}

BOOST_AUTO_TEST_CASE(faults_are_counted_by_kind) {
    kith::host_faults faults;
    BOOST_TEST(faults.admit("10.0.0.1"));
    BOOST_TEST(!faults.admit("0.0.0.0"));
    BOOST_TEST(!faults.admit("::"));
    BOOST_TEST(!faults.admit_name("a@10.0.0.1:80"));
    BOOST_TEST(faults.total() == 3u);
    std::string all;
    faults.report(
        [&](std::uint32_t count, std::string_view why) { all += std::to_string(count) + " " + std::string(why) + "\n"; });
    BOOST_TEST(all == "2 its address is 0.0.0.0 or ::, at which no other machine can be reached\n"
                      "1 its address contains a port, or is no IPv6 address; expected the address alone\n");
}

BOOST_AUTO_TEST_SUITE_END()
