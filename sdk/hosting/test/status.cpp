// SPDX-License-Identifier: MIT
#include <kith/hosting/status.hpp>

#include <kith/plugin.h>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <limits>

BOOST_AUTO_TEST_SUITE(status)

BOOST_AUTO_TEST_CASE(each_status_has_its_name) {
    BOOST_TEST(kith::status_slug(KITH_OK) == "ok");
    BOOST_TEST(kith::status_slug(KITH_CANCELLED) == "cancelled");
    BOOST_TEST(kith::status_slug(KITH_STALE) == "stale");
    BOOST_TEST(kith::status_slug(KITH_UNAUTHORIZED) == "unauthorized");
    BOOST_TEST(kith::status_slug(KITH_IO) == "io");
}

BOOST_AUTO_TEST_CASE(an_unknown_status_is_reported_as_internal) {
    BOOST_TEST(kith::status_slug(-21) == "internal");
    BOOST_TEST(kith::status_slug(std::numeric_limits<std::int32_t>::min()) == "internal");
    BOOST_TEST(kith::status_slug(7) == "ok");
    BOOST_TEST(kith::status_sentence(-1000) == kith::status_sentence(KITH_INTERNAL));
}

BOOST_AUTO_TEST_SUITE_END()
