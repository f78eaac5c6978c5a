// SPDX-License-Identifier: MIT
#include "duplicate_names.hpp"

#include <boost/test/unit_test.hpp>

using namespace gossip;

namespace {

constexpr std::int64_t second = 1'000'000'000;

kith_address address(const char *text) { return kith::address::parse(text, 45892)->raw(); }

std::string reported(DuplicateNames &of, NeighbourTable::Hash name, const char *from, std::int64_t now) {
    const auto other = of.changed(name, address(from), now);
    return other ? other->host() : "";
}

} // namespace

BOOST_AUTO_TEST_SUITE(duplicate_names)

BOOST_AUTO_TEST_CASE(a_name_that_moves_to_another_address_once_is_not_reported) {
    DuplicateNames all(20 * second);
    BOOST_TEST(reported(all, 7, "10.0.0.3", second) == "");
    BOOST_TEST(reported(all, 7, "10.0.0.4", 30 * second) == ""); // and again, later than a lease
}

BOOST_AUTO_TEST_CASE(a_name_that_returns_to_its_first_address_within_a_lease_is_reported) {
    DuplicateNames all(20 * second);
    BOOST_TEST(reported(all, 7, "10.0.0.3", second) == "");
    BOOST_TEST(reported(all, 8, "10.0.0.9", second) == ""); // another name
    BOOST_TEST(reported(all, 7, "10.0.0.2", 6 * second) == "10.0.0.3");
}

BOOST_AUTO_TEST_CASE(at_most_ten_duplicate_names_a_minute_are_reported) {
    DuplicateNames all(20 * second);
    unsigned count = 0;
    for (NeighbourTable::Hash name = 1; name <= 50; ++name) (void)reported(all, name, "10.0.0.3", second);
    for (NeighbourTable::Hash name = 1; name <= 50; ++name) count += reported(all, name, "10.0.0.2", second).empty() ? 0 : 1;
    BOOST_TEST(count == 10u);
    (void)reported(all, 50, "10.0.0.3", 61 * second);
    BOOST_TEST(reported(all, 50, "10.0.0.2", 62 * second) == "10.0.0.3"); // those over the limit are reported later
}

BOOST_AUTO_TEST_CASE(the_mark_of_an_address_depends_on_its_host_only) {
    const auto mark = [](const char *text) { return mark_of(address(text), 12345); };
    BOOST_TEST(mark("10.0.0.2") == mark("10.0.0.2"));
    BOOST_TEST(mark("10.0.0.2") != mark("10.0.0.3"));
    BOOST_TEST(mark("fd00::1") != mark("fd00::2"));
    BOOST_TEST((mark("10.0.0.2") & 1U) == 0u);
    kith_address other_port = address("10.0.0.2");
    other_port.port = 1;
    BOOST_TEST(mark_of(other_port, 12345) == mark("10.0.0.2"));
}

BOOST_AUTO_TEST_SUITE_END()
