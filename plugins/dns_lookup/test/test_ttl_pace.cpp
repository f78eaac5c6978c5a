// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE dns_lookup
#include <dns_lookup/known_families.hpp>
#include <dns_lookup/ttl_pace.hpp>

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using dns_lookup::TtlPace;

BOOST_AUTO_TEST_CASE(the_delay_is_at_most_the_interval) {
    TtlPace pace(5s);
    BOOST_TEST((pace.good(std::nullopt) == 5s));
    BOOST_TEST((pace.good(5min) == 5s));
}

BOOST_AUTO_TEST_CASE(a_shorter_ttl_shortens_the_delay_to_half_the_interval_at_least) {
    TtlPace pace(5s);
    BOOST_TEST((pace.good(3s) == 3s));
    const auto shortest = pace.good(0s);
    BOOST_TEST((shortest * 9 / 10 >= 2499ms && shortest < 3s)); // after jitter of a tenth still half
    TtlPace slow(60s);
    BOOST_TEST((slow.good(0s) * 9 / 10 >= 29999ms));
    TtlPace quick(200ms);
    BOOST_TEST((quick.good(0s) == 200ms));
}

BOOST_AUTO_TEST_CASE(each_failure_doubles_the_delay_up_to_thirty_seconds_or_the_interval) {
    TtlPace pace(5s);
    for (const auto pause : {1s, 2s, 4s, 8s, 16s, 30s, 30s}) BOOST_TEST((pace.bad() == pause));
    BOOST_TEST((pace.good(std::nullopt) == 5s));
    BOOST_TEST((pace.bad() == 1s));
    TtlPace slow(2min);
    for (int i = 0; i < 10; ++i) (void)slow.bad();
    BOOST_TEST((slow.bad() == 2min));
}

BOOST_AUTO_TEST_CASE(known_address_families_are_saved_with_the_queried_name) {
    using dns_lookup::KnownFamilies;
    KnownFamilies one;
    one.answered(KnownFamilies::ipv4, true);
    one.answered(KnownFamilies::ipv6, true);
    BOOST_TEST(one.text("app") == "app ipv4 ipv6");
    one.answered(KnownFamilies::ipv6, false);
    BOOST_TEST(one.known(KnownFamilies::ipv6)); // there are peers of this family
    BOOST_TEST(one.text("app") == "app ipv4");
    for (const auto &[text, v4, v6] :
         {std::tuple("app ipv4", true, false), std::tuple("app ipv6 ipv5", false, true),
          std::tuple("other ipv4 ipv6", false, false), std::tuple("", false, false), std::tuple("ipv4", false, false)}) {
        KnownFamilies next;
        next.read(text, "app");
        BOOST_TEST(next.known(KnownFamilies::ipv4) == v4);
        BOOST_TEST(next.known(KnownFamilies::ipv6) == v6);
    }
}
