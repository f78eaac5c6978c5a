// SPDX-License-Identifier: MIT
#include "peer_reports.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace gossip;
constexpr std::int64_t one_second = 1'000'000'000;

struct Reports : PeerReports {
    void hear(const std::string &name) {
        neighbours.add(name, 0);
        add({.key = name, .name = name, .attributes = {}});
    }
    // "+a -b" of what was handed over; refused: core takes nothing.
    std::string handed(std::int64_t now, bool refuse = false) {
        std::string text;
        any_new = hand_over(neighbours, now, [&](const auto &newcomers, const auto &silent) {
            for (const auto &peer : newcomers) text += "+" + peer.key;
            for (const auto &name : silent) text += "-" + name;
            return !refuse;
        });
        return text;
    }

    NeighbourTable neighbours{1, 100};
    bool any_new = false;
};

} // namespace

BOOST_AUTO_TEST_SUITE(peer_reports)

BOOST_AUTO_TEST_CASE(each_change_is_reported_once) {
    Reports reports;
    reports.hear("a@h");
    BOOST_TEST(reports.handed(0) == "+a@h");
    BOOST_TEST(reports.any_new);
    BOOST_TEST(reports.handed(0) == "");
    reports.neighbours.leave("a@h");
    reports.add_silent("a@h");
    BOOST_TEST(reports.any_silent());
    BOOST_TEST(reports.handed(0) == "-a@h");
    BOOST_TEST((!reports.any_new && !reports.any_silent()));
}

BOOST_AUTO_TEST_CASE(the_latest_state_of_a_neighbour_is_reported) {
    Reports reports;
    reports.hear("a@h");
    reports.hear("b@h");
    reports.add_silent("a@h"); // it has left, and is back
    reports.neighbours.leave("b@h");
    BOOST_TEST(reports.handed(0) == "+a@h");
}

BOOST_AUTO_TEST_CASE(refused_reports_are_repeated_after_ten_seconds) {
    Reports reports;
    reports.hear("a@h");
    reports.add_silent("b@h");
    BOOST_TEST(reports.handed(0, true) == "+a@h-b@h");
    BOOST_TEST(!reports.any_new);
    BOOST_TEST(!reports.neighbours.present("a@h")); // unknown again
    BOOST_TEST(reports.refused(9 * one_second));
    BOOST_TEST(reports.handed(9 * one_second) == "");
    BOOST_TEST(!reports.refused(10 * one_second));
    BOOST_TEST(reports.handed(10 * one_second) == "-b@h"); // reported later
}

BOOST_AUTO_TEST_SUITE_END()
