// SPDX-License-Identifier: MIT
#include <kith/hosting/utf8.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(utf8)

BOOST_AUTO_TEST_CASE(valid_utf8_is_accepted) {
    for (const std::string_view good : {"", "a", "plain text of more than eight bytes", "gr\xc3\xbc\xc3\x9f", "\xe2\x82\xac",
                                        "\xf0\x9f\x98\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xf4\x8f\xbf\xbf"}) {
        BOOST_TEST(kith::is_utf8(good), good);
    }
}

BOOST_AUTO_TEST_CASE(invalid_utf8_is_refused) {
    for (const std::string_view bad :
         {"\x80", "\xc3", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
          "\xf5\x80\x80\x80", "\xff", "\xe2\x82", "eight by\xff", "more than eight\xe2\x28\xa1"}) {
        BOOST_TEST(!kith::is_utf8(bad));
        for (std::size_t pad = 1; pad < 9; ++pad) BOOST_TEST(!kith::is_utf8(std::string(pad, 'x') + std::string(bad)));
    }
}

BOOST_AUTO_TEST_CASE(the_size_of_each_character_is_returned) {
    const std::string_view text = "a\xc3\x9f\xe2\x82\xac\xf0\x9f\x98\x80";
    BOOST_TEST(kith::utf8_size(text, 0) == 1U);
    BOOST_TEST(kith::utf8_size(text, 1) == 2U);
    BOOST_TEST(kith::utf8_size(text, 3) == 3U);
    BOOST_TEST(kith::utf8_size(text, 6) == 4U);
    BOOST_TEST(kith::utf8_size(text, 2) == 0U); // in the middle of one
    BOOST_TEST(kith::utf8_size(text, 10) == 0U);
    BOOST_TEST(kith::utf8_size(text.substr(0, 8), 6) == 0U); // cut short
}

BOOST_AUTO_TEST_SUITE_END()
