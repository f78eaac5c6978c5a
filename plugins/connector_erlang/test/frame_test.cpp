// SPDX-License-Identifier: MIT
#include "frame.hpp"

#include "bytes.hpp"

#include <boost/test/unit_test.hpp>

using namespace kith::erlang;
using kith::erlang::test::bytes;

BOOST_AUTO_TEST_SUITE(frame)

BOOST_AUTO_TEST_CASE(frames_are_complete_for_any_split_of_the_bytes) {
    for (const auto width : {Frames::Width::two, Frames::Width::four}) {
        std::string stream;
        append_frame(stream, width, "hello");
        append_frame(stream, width, "");
        append_frame(stream, width, std::string(300, 'x'));
        for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
            Frames frames(width, 1000);
            std::vector<std::string> got;
            for (std::size_t at = 0; at < stream.size(); at += piece) {
                frames.append(std::string_view(stream).substr(at, piece));
                while (const auto next = frames.next()) got.emplace_back(*next);
            }
            BOOST_REQUIRE_EQUAL(got.size(), 3u);
            BOOST_TEST(got[0] == "hello");
            BOOST_TEST(got[1].empty());
            BOOST_TEST(got[2] == std::string(300, 'x'));
            BOOST_TEST(frames.rest().empty());
        }
    }
}

BOOST_AUTO_TEST_CASE(a_frame_over_the_limit_ends_the_stream) {
    Frames frames(Frames::Width::four, 8);
    frames.append(bytes({0, 0, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8}));
    BOOST_TEST(frames.next()->size() == 8u);
    frames.append(bytes({0, 0, 0, 9}));
    BOOST_TEST(!frames.next());
    BOOST_TEST(frames.too_large());
    frames.append(bytes({0, 0, 0, 0, 0, 0, 0, 0, 0}));
    BOOST_TEST(!frames.next());
}

BOOST_AUTO_TEST_CASE(the_remaining_bytes_can_be_moved_out) {
    Frames frames(Frames::Width::two, 100);
    frames.append(bytes({0, 1, 'a', 0, 0, 0, 2}));
    BOOST_TEST(*frames.next() == "a");
    BOOST_TEST(frames.rest() == bytes({0, 0, 0, 2}));
}

BOOST_AUTO_TEST_SUITE_END()
