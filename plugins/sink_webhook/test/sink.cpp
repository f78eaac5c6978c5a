// SPDX-License-Identifier: MIT
#include "fixture.hpp"

#include "event_batch.hpp"

#include <kith/testkit/fail_each.hpp>

#include <stdexcept>

using namespace sink_webhook_test;

BOOST_FIXTURE_TEST_SUITE(sink, Fixture)

BOOST_AUTO_TEST_CASE(events_arrive_signed_and_in_order) {
    start(R"(, "secret": "key", "headers": {"X-Team": "net"})");
    events(3);
    BOOST_TEST(all_arrive());
    BOOST_REQUIRE(!asked().empty());
    const HttpAsked &first = asked().front();
    BOOST_TEST(first.method == "POST");
    BOOST_TEST(first.field("Content-Type") == "application/json");
    BOOST_TEST(first.field("X-Team") == "net");
    const std::string signature(first.field("Kith-Signature"));
    BOOST_REQUIRE(signature.starts_with("t="));
    BOOST_TEST(signature == sink_webhook::signature_of("key", std::stoll(signature.substr(2)), first.body));
    const std::string delivery(first.field("Kith-Delivery"));
    BOOST_TEST(delivery.substr(16, 3) == ".1-");
    BOOST_TEST(first.body.starts_with(R"({"run":")" + delivery.substr(0, 16) + R"(","first":1,"last":)"));
    BOOST_TEST(warnings() == 0u);
    BOOST_TEST(!sink->logged("key"));
}

BOOST_AUTO_TEST_CASE(without_a_secret_nothing_is_signed) {
    start();
    events(1);
    BOOST_TEST(all_arrive());
    BOOST_TEST(asked().front().field("Kith-Signature").empty());
}

BOOST_AUTO_TEST_CASE(one_connection_is_kept) {
    start();
    for (int i = 0; i < 50; ++i) {
        events(1);
        sink->run_for(1s);
    }
    BOOST_TEST(all_arrive());
    BOOST_TEST(asked().back().connection == 1u);
}

BOOST_AUTO_TEST_CASE(a_batch_has_at_most_the_configured_number_of_events) {
    start(R"(, "batch": 100)");
    events(1000);
    BOOST_TEST(all_arrive());
    for (const auto &one : asked()) BOOST_TEST(numbers_of(one.body).size() <= 100u);
}

BOOST_AUTO_TEST_CASE(a_thousand_changes_a_second_are_sent_in_few_requests) {
    answer = [](const HttpAsked &) { return HttpReply(200).wait(100ms).send("thanks"); };
    start();
    for (int i = 0; i < 5'000; ++i) {
        events(1);
        sink->run_for(1ms);
    }
    BOOST_TEST(all_arrive(5s));
    BOOST_TEST(asked().size() < 80u);
    BOOST_TEST(sink->events_waiting() == 0u);
}

BOOST_AUTO_TEST_CASE(events_wait_for_the_receiver_over_a_restart) {
    answer = [](const HttpAsked &) { return HttpReply(503); };
    start();
    events(10);
    sink->run_for(3s);
    const std::string before(asked().back().field("Kith-Delivery"));
    restart();
    events(10);
    sink->run_for(3s);
    BOOST_TEST(asked().back().field("Kith-Delivery").substr(0, 16) == before.substr(0, 16), "the older ones come first");
    answer = nullptr;
    BOOST_TEST(all_arrive());
    BOOST_TEST(asked().back().field("Kith-Delivery").substr(0, 16) != before.substr(0, 16), "another run");
    sink->run_for(1s);
    restart();
    sink->run_for(1min);
    BOOST_TEST((accepted == expected()), "what was acknowledged is not sent again");
}

BOOST_AUTO_TEST_CASE(a_receiver_that_ends_kept_connections) {
    start();
    for (int i = 0; i < 20; ++i) {
        events(1);
        sink->run_for(500ms);
        receiver.hang_up();
    }
    BOOST_TEST(all_arrive(1s));
    BOOST_TEST(warnings() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(it_stops_at_any_time) {
    for (int i = 0; i < 100; ++i) {
        Fixture f;
        if (i % 2 == 1) f.answer = [](const HttpAsked &) { return HttpReply(500); };
        if (i % 3 == 1) kith::testkit::fail_service(f.here, "spool.append", KITH_IO);
        f.start();
        f.events(3);
        f.sink->run_for(i * 50us);
        BOOST_TEST(f.sink->stop());
    }
}

BOOST_AUTO_TEST_CASE(every_call_that_fails) {
    const auto calls = kith::testkit::fail_each([](SimNet &net) {
        auto &here = net.machine("here", {"10.0.0.1"});
        auto &there = net.machine("events.example", {"10.0.0.2"});
        kith::testkit::HttpServer receiver(there, 80);
        std::vector<int> accepted;
        receiver.route("/kith", [&](const HttpAsked &asked) {
            for (const int n : numbers_of(asked.body)) {
                if (accepted.empty() || n > accepted.back()) accepted.push_back(n);
            }
            return HttpReply(200);
        });
        kith::testkit::PluginHarness sink(here, kith_plugin_entry_sink_webhook, "webhook",
                                          R"({"url": "http://events.example/kith"})");
        if (sink.start() != KITH_OK) return;
        sink.run_for(10ms);
        // One batch: a host whose sink.taken fails sends no other.
        sink.event(KITH_EVENT_PEER_DISCOVERED, R"({"n":0})");
        sink.run_until([&] { return sink.failed() || !accepted.empty(); });
        sink.run_for(1s);
        if (!sink.failed() && accepted.empty()) throw std::runtime_error("it does not recover");
        if (!sink.stop()) throw std::runtime_error("it does not stop");
        if (!sink.violations().empty()) throw std::runtime_error(sink.violations().front());
    });
    BOOST_TEST(calls > 10u);
}
