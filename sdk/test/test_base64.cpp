// SPDX-License-Identifier: MIT
#include <kith/base64.hpp>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(base64)

// The examples of RFC 4648, section 10.
BOOST_AUTO_TEST_CASE(the_examples_of_the_standard) {
    for (const auto &[plain, coded] : {std::pair<const char *, const char *>{"", ""},
                                       {"f", "Zg=="},
                                       {"fo", "Zm8="},
                                       {"foo", "Zm9v"},
                                       {"foob", "Zm9vYg=="},
                                       {"fooba", "Zm9vYmE="},
                                       {"foobar", "Zm9vYmFy"}}) {
        BOOST_TEST(kith::base64_encode(plain) == coded);
        BOOST_TEST(kith::base64_decode(coded).value() == plain);
    }
}

BOOST_AUTO_TEST_CASE(every_byte_in_every_place) {
    for (std::size_t size = 1; size <= 4; ++size) {
        for (int byte = 0; byte < 256; ++byte) {
            const std::string plain(size, static_cast<char>(byte));
            BOOST_REQUIRE(kith::base64_decode(kith::base64_encode(plain)).value() == plain);
        }
    }
    BOOST_TEST(kith::base64_encode("\xfb\xff\xfe") == "+//+");
}

BOOST_AUTO_TEST_CASE(line_breaks_and_missing_padding_are_accepted) {
    BOOST_TEST(kith::base64_decode("Zm9v\r\nYmFy\n").value() == "foobar");
    BOOST_TEST(kith::base64_decode("Zm9vYg").value() == "foob");
    BOOST_TEST(kith::base64_decode("Zm9vYg=\n=").value() == "foob");
}

BOOST_AUTO_TEST_CASE(what_is_not_base64_is_refused) {
    for (const char *bad :
         {"Z", "Zm9vY", "Zg=", "Zg===", "Zm9v=", "Zm9v====", "=", "Zg==Zg==", "Zm-v", "Zm_v", "Zm9v!", "\xff\xff\xff\xff"})
        BOOST_TEST(!kith::base64_decode(bad), bad);
}

BOOST_AUTO_TEST_SUITE_END()
