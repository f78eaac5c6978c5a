// SPDX-License-Identifier: MIT
#include "../last_words.hpp"
#include "../call_trace.hpp"

#include <sdk/messages/call_stubs.hpp>
#include <sdk/messages/one_way.hpp>

#include <kith/service/connector.h>
#include <kith/service/tcp.h>

#include <boost/test/unit_test.hpp>

namespace kith::isolation {

BOOST_AUTO_TEST_SUITE(account_of_a_crash)

BOOST_AUTO_TEST_CASE(the_last_bytes_are_kept_as_one_line_of_ascii) {
    LastWords words;
    words.add("first\n\n\tsecond \x01\xff third\n");
    BOOST_TEST(words.text() == "first second third");
    for (int i = 0; i < 5000; ++i) words.add("abcdefgh");
    words.add("the end");
    BOOST_TEST(words.text().size() <= LastWords::kept);
    BOOST_TEST(words.text().ends_with("ghthe end"));
    words.add(std::string(100'000, 'z'));
    BOOST_TEST(words.text() == std::string(LastWords::kept, 'z'));
}

BOOST_AUTO_TEST_CASE(calls_have_names_and_any_number_is_harmless) {
    const auto number = [](std::uint8_t table, std::uint8_t function) {
        return 1U << 16 | std::uint32_t{table} << 8 | function;
    };
    BOOST_TEST(name_of_call(0) == "");
    BOOST_TEST(name_of_call(number(messages::life_table, 0)) == "create");
    BOOST_TEST(name_of_call(number(messages::service_number(KITH_TCP), 3)) == "tcp.read");
    BOOST_TEST(name_of_call(number(messages::service_number(KITH_CONNECTOR), 0)) == "connector.connect");
    BOOST_TEST(name_of_call(number(messages::service_number(KITH_TCP), 255)) == "tcp.completion");
    for (std::uint32_t any = 0; any < 1U << 17; ++any) BOOST_TEST(name_of_call(any).size() < 64u);
    BOOST_TEST(name_of_call(0xffff'ffff) == "");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::isolation
