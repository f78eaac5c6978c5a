// SPDX-License-Identifier: MIT
#include "cookie_file.hpp"

#include "cookie_file_cases.hpp"

#include <boost/test/unit_test.hpp>

using namespace kith::erlang;
using namespace kith::erlang::test;

BOOST_AUTO_TEST_SUITE(cookie_file)

BOOST_AUTO_TEST_CASE(cookies_are_read_as_erlang_reads_them) {
    for (const auto &[content, cookie] : cookie_file_cases()) {
        const CookieText read = cookie_in(content);
        BOOST_TEST((read.fault == CookieText::Fault::none) == cookie.has_value(), content);
        if (cookie) BOOST_TEST(read.cookie == *cookie, content);
    }
}

BOOST_AUTO_TEST_CASE(an_unusable_file_has_a_fault) {
    BOOST_TEST((cookie_in("").fault == CookieText::Fault::empty));
    BOOST_TEST((cookie_in("\r\n").fault == CookieText::Fault::empty));
    BOOST_TEST((cookie_in(std::string(256, 'x')).fault == CookieText::Fault::too_long));
    BOOST_TEST((cookie_in("two\nlines").fault == CookieText::Fault::malformed));
}

BOOST_AUTO_TEST_SUITE_END()
