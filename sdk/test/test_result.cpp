// SPDX-License-Identifier: MIT
#include <kith/result.hpp>

#include <boost/test/unit_test.hpp>

#include <memory>

BOOST_AUTO_TEST_SUITE(result)

BOOST_AUTO_TEST_CASE(a_result_contains_a_value) {
    kith::result<std::string> r = std::string("found");
    BOOST_TEST(r.has_value());
    BOOST_TEST(*r == "found");
    BOOST_TEST(r->size() == 5u);
    BOOST_TEST(r.status() == KITH_OK);
}

BOOST_AUTO_TEST_CASE(a_result_contains_an_error) {
    kith::result<int> r = kith::error(KITH_REFUSED, "10.0.0.7:4369: nobody listens there");
    BOOST_TEST(!r.has_value());
    BOOST_TEST(r.status() == KITH_REFUSED);
    BOOST_TEST(r.error().text == "10.0.0.7:4369: nobody listens there");
    BOOST_CHECK_THROW(r.value(), kith::error);
}

BOOST_AUTO_TEST_CASE(a_result_contains_a_move_only_value) {
    kith::result<std::unique_ptr<int>> r = std::make_unique<int>(7);
    const auto taken = std::move(r).value();
    BOOST_TEST(*taken == 7);
}

BOOST_AUTO_TEST_CASE(a_result_of_void_contains_success_or_an_error) {
    kith::result<void> good, bad = kith::error(KITH_TIMED_OUT);
    BOOST_TEST(good.has_value());
    BOOST_CHECK_NO_THROW(good.value());
    BOOST_TEST(!bad.has_value());
    BOOST_CHECK_THROW(bad.value(), kith::error);
}

BOOST_AUTO_TEST_CASE(every_status_has_its_own_sentence) {
    for (std::int32_t s = KITH_CANCELLED; s > KITH_INTERNAL; --s)
        BOOST_TEST(kith::meaning(s) != "internal error", "status " << s);
    BOOST_TEST(kith::meaning(-4711) == "internal error");
    BOOST_TEST(kith::error(KITH_UNRESOLVED).text == "the host name does not resolve");
}

BOOST_AUTO_TEST_SUITE_END()
