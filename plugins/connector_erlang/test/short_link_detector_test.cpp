// SPDX-License-Identifier: MIT
#include "short_link_detector.hpp"

#include <boost/test/unit_test.hpp>

using kith::erlang::ShortLinkDetector;
using namespace std::chrono_literals;

namespace {

struct History {
    ShortLinkDetector links;
    ShortLinkDetector::Time now{};

    std::string held(ShortLinkDetector::Time time, const char *why = "connection_closed",
                     std::chrono::seconds tick_time = 60s) {
        links.up("b@h", now);
        now += time;
        return links.down("b@h", now, why, "app@h", tick_time);
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(short_link_detector)

BOOST_AUTO_TEST_CASE(one_short_link_is_not_a_pattern) {
    History it;
    BOOST_TEST(it.held(2s) == "connection_closed");
    BOOST_TEST(it.held(2min) == "connection_closed");
    BOOST_TEST(it.held(2s) == "connection_closed");
    BOOST_TEST(it.links.size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_side_that_waits_longer_suspects_the_other) {
    History it;
    (void)it.held(2500ms);
    BOOST_TEST(
        it.held(2500ms) ==
        "connection_closed: the link held 2.5 s, too short for the 2nd time in a row; possibly the net_ticktime of b@h is "
        "shorter than that of app@h, 60 s; all nodes need the same");
    BOOST_TEST(it.held(2500ms).find("3rd time") != std::string::npos);
    BOOST_TEST(it.held(74s).find("4th time") != std::string::npos);
    BOOST_TEST(it.held(76s) == "connection_closed");
    BOOST_TEST(it.links.size() == 0u);
}

BOOST_AUTO_TEST_CASE(the_side_that_times_out_reports_its_own_tick_time) {
    History it;
    (void)it.held(2500ms, "net_tick_timeout", 2s);
    BOOST_TEST(it.held(2500ms, "net_tick_timeout", 2s)
                   .ends_with("; app@h had heard nothing of it in its net_ticktime of 2 s: possibly b@h has a longer one; all "
                              "nodes need the same"));
}

BOOST_AUTO_TEST_CASE(the_limit_of_a_short_link_grows_with_the_tick_time) {
    History it;
    (void)it.held(100s, "connection_closed", 120s);
    BOOST_TEST(it.held(100s, "connection_closed", 120s).find("2nd time") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_intended_disconnect_is_not_counted) {
    History it;
    (void)it.held(1s);
    BOOST_TEST(it.held(1s, "disconnect") == "disconnect");
    BOOST_TEST(it.held(1s) == "connection_closed");
}

BOOST_AUTO_TEST_CASE(a_link_of_unknown_age_is_not_counted) {
    History it;
    it.links.was_up("b@h");
    BOOST_TEST(it.links.down("b@h", 5s, "x", "app@h", 60s) == "x");
    it.links.up("b@h", 1s);
    it.links.out_of_sight();
    BOOST_TEST(it.links.down("b@h", 2s, "x", "app@h", 60s) == "x");
    BOOST_TEST(it.links.size() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
