// SPDX-License-Identifier: MIT
#include <kith/result.hpp>
#include <kith/utf8.h>

#include <boost/test/unit_test.hpp>

namespace {

bool good(std::string_view text) { return kith_is_utf8(kith::str(text)) == 1; }

// As RFC 3629 writes it, for any number of 21 bits, also for those that are no characters.
std::string written(std::uint32_t c) {
    const auto tail = [c](int shift) { return static_cast<char>(0x80u | (c >> shift & 0x3Fu)); };
    if (c < 0x80) return {static_cast<char>(c)};
    if (c < 0x800) return {static_cast<char>(0xC0u | c >> 6), tail(0)};
    if (c < 0x10000) return {static_cast<char>(0xE0u | c >> 12), tail(6), tail(0)};
    return {static_cast<char>(0xF0u | c >> 18), tail(12), tail(6), tail(0)};
}

} // namespace

BOOST_AUTO_TEST_SUITE(utf8)

BOOST_AUTO_TEST_CASE(exactly_the_unicode_scalar_values_are_accepted) {
    for (std::uint32_t c = 0; c < 0x200000; ++c) {
        const bool character = c < 0xD800 || (c > 0xDFFF && c < 0x110000);
        if (good(written(c)) != character) BOOST_ERROR("wrong about U+" << std::hex << c);
    }
}

BOOST_AUTO_TEST_CASE(truncated_and_overlong_sequences_are_refused) {
    BOOST_TEST(good(""));
    BOOST_TEST(good("app@10.0.0.7 \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80"));
    for (const char *bad : {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xF0\x8F\xBF\xBF", "\xC3", "\xE2\x82",
                            "\xF0\x9F\x98", "a\xC3z", "\xF5\x80\x80\x80", "\xFF", "\xE2\x82\xC3\xA9"})
        BOOST_TEST(!good(bad));
}

BOOST_AUTO_TEST_SUITE_END()
