// SPDX-License-Identifier: MIT
#include <core/config/key_path.hpp>

#include <boost/test/unit_test.hpp>

using namespace kith::core;

BOOST_AUTO_TEST_SUITE(key_path)

BOOST_AUTO_TEST_CASE(quoted_texts_are_escaped_and_truncated) {
    BOOST_TEST(in_quotes("a\"\n\x1b") == R"("a\"\n\u001b")");
    BOOST_TEST(in_quotes(std::string(59, 'a') + "\xc3\xa4") == "\"" + std::string(59, 'a') + "...\"");
    BOOST_TEST(in_quotes(std::string(60, 'a')) == "\"" + std::string(60, 'a') + "\"");
}

BOOST_AUTO_TEST_CASE(key_paths) {
    BOOST_TEST((KeyPath() / "a" / "b-c" / 3 / "d e").text() == "a.b-c[3].\"d e\"");
    BOOST_TEST((KeyPath() / 0).text() == "[0]");
}

BOOST_AUTO_TEST_SUITE_END()
