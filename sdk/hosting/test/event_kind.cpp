// SPDX-License-Identifier: MIT
#include <kith/hosting/event_kind.hpp>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(event_kind)

BOOST_AUTO_TEST_CASE(every_kind_has_a_unique_name) {
    for (std::uint32_t kind = 0; kind < kith::event_kind_names.size(); ++kind) {
        BOOST_TEST(kith::event_kind(kith::event_kind_name(kind)).value() == kind);
    }
    BOOST_TEST(kith::event_kind_name(KITH_EVENT_EVENTS_LOST) == "events.lost");
    BOOST_TEST(kith::event_kind_name(KITH_EVENT_CONNECTOR_DETACHED) == "connector.detached");
}

BOOST_AUTO_TEST_CASE(other_numbers_and_names_are_unknown) {
    BOOST_TEST(kith::event_kind_name(kith::event_kind_names.size()) == "unknown");
    BOOST_TEST(!kith::event_kind("unknown").has_value());
    BOOST_TEST(!kith::event_kind("").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
