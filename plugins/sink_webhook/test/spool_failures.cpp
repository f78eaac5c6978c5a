// SPDX-License-Identifier: MIT
//
// What the sink does when the spool is full, on a full disk, or absent.
#include "fixture.hpp"

using namespace sink_webhook_test;
using kith::testkit::fail_service;

BOOST_FIXTURE_TEST_SUITE(spool_failures, Fixture)

BOOST_AUTO_TEST_CASE(on_a_full_disk_events_are_delivered_from_memory_in_order) {
    start();
    events(5);
    BOOST_TEST(all_arrive());
    answer = [](const HttpAsked &) { return HttpReply(503); };
    events(5);
    sink->run_for(10s);
    fail_service(here, "spool.append", KITH_IO);
    fail_service(here, "spool.acknowledge", KITH_IO);
    events(5);
    sink->run_for(10s);
    events(5);
    sink->run_for(10s);
    BOOST_TEST(sink->logged("the spool cannot be used; new events wait in memory only"));
    BOOST_TEST(sink->events_waiting() > 0u, "the host keeps them, up to its own bound");
    answer = nullptr;
    BOOST_TEST(all_arrive());
    fail_service(here, "spool.append", KITH_OK);
    events(5);
    BOOST_TEST(all_arrive());
    BOOST_TEST(sink->logged("the spool is used again"));
}

BOOST_AUTO_TEST_CASE(without_a_state_dir_events_are_delivered_from_memory) {
    here.state_dir(false);
    start();
    for (int i = 0; i < 10; ++i) {
        events(3);
        sink->run_for(100ms);
    }
    BOOST_TEST(all_arrive());
    BOOST_TEST(warnings() == 0u);
    BOOST_TEST(sink->logged("events wait in memory only, and are lost when kith ends"));
    BOOST_TEST(logs("no state_dir is configured"));
}

BOOST_AUTO_TEST_CASE(a_spool_that_cannot_be_read_delays_events) {
    fail_service(here, "spool.read", KITH_IO);
    start();
    events(3);
    sink->run_for(1min);
    BOOST_TEST(accepted.empty());
    BOOST_TEST(warnings() >= 1u);
    fail_service(here, "spool.read", KITH_OK);
    BOOST_TEST(all_arrive());
}

BOOST_AUTO_TEST_CASE(a_full_spool_loses_the_oldest_and_reports_it) {
    answer = [](const HttpAsked &) { return HttpReply(503); };
    start(R"(, "spool": 1048576)");
    const std::string padding(1000, 'x');
    for (int i = 0; i < 3000; ++i) {
        sink->event(KITH_EVENT_PEER_DISCOVERED, R"({"n":)" + std::to_string(added++) + R"(,"x":")" + padding + "\"}");
        if (i % 10 == 9) sink->run_for(100ms);
    }
    answer = nullptr;
    BOOST_TEST(sink->run_until([&] { return !accepted.empty() && accepted.back() == added - 1; }));
    BOOST_TEST(sink->logged("batches of events are lost: the spool was full, or it is damaged"));
    BOOST_TEST(std::is_sorted(accepted.begin(), accepted.end()));
    BOOST_TEST(accepted.size() > 800u);
    BOOST_TEST(accepted.size() < 2500u);
    for (std::size_t i = accepted.size() - 700; i + 1 < accepted.size(); ++i) BOOST_TEST(accepted[i] + 1 == accepted[i + 1]);
}

BOOST_AUTO_TEST_SUITE_END()
