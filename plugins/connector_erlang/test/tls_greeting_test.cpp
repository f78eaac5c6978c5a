// SPDX-License-Identifier: MIT
#include "tls_greeting.hpp"

#include "big_endian.hpp"
#include "frame.hpp"

#include <boost/test/unit_test.hpp>

#include <array>

using namespace kith::erlang;

namespace {

std::string greeting() {
    std::array<std::byte, 32> random;
    random.fill(std::byte{7});
    return tls_greeting(random);
}

} // namespace

BOOST_AUTO_TEST_SUITE(tls_greeting_message)

BOOST_AUTO_TEST_CASE(it_is_one_whole_frame_of_a_node_without_tls) {
    Frames frames(Frames::Width::two, 65535);
    frames.append(greeting());
    const auto frame = frames.next();
    BOOST_REQUIRE(frame.has_value());
    BOOST_TEST(!frame->starts_with('N'));
    BOOST_TEST(!frame->starts_with('n'));
    BOOST_TEST(frames.rest().empty());
}

BOOST_AUTO_TEST_CASE(its_lengths_fit_each_other) {
    const std::string it = greeting();
    BOOST_TEST(it.size() == 5u + read_u16(it, 3));      // record
    BOOST_TEST(it.size() == 9u + read_u16(it, 7));      // handshake message
    std::size_t at = 9 + 2 + 32 + 1;                    // ciphers
    at += 2u + read_u16(it, at) + 2;                    // compression
    BOOST_TEST(it.size() == at + 2 + read_u16(it, at)); // extensions
    for (at += 2; at < it.size(); at += 4u + read_u16(it, at + 2)) BOOST_REQUIRE(at + 4 <= it.size());
    BOOST_TEST(at == it.size());
}

BOOST_AUTO_TEST_SUITE_END()
