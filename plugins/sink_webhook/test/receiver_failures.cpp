// SPDX-License-Identifier: MIT
//
// What the sink does with a receiver that answers badly, late, or not at all.
#include "fixture.hpp"

#include <array>
#include <ctime>

using namespace sink_webhook_test;

BOOST_FIXTURE_TEST_SUITE(receiver_failures, Fixture)

BOOST_AUTO_TEST_CASE(a_batch_that_the_receiver_cannot_take_now_is_sent_again) {
    for (const std::uint32_t code : {500U, 503U, 408U, 429U}) {
        Fixture f;
        f.answer = [code](const HttpAsked &) { return HttpReply(code); };
        f.start();
        f.events(5);
        BOOST_TEST(f.logs("the receiver answered " + std::to_string(code)));
        f.sink->run_for(5min);
        BOOST_TEST(f.accepted.empty());
        BOOST_TEST(f.asked().size() > 8u);
        BOOST_TEST(f.asked().size() < 30u);
        BOOST_TEST(f.warnings() == 1u, "the same reason is logged once");
        for (const auto &one : f.asked()) BOOST_TEST(one.body == f.asked().front().body, "the same batch");
        f.events(5);
        f.answer = nullptr;
        BOOST_TEST(f.all_arrive());
        BOOST_TEST(f.sink->logged("the receiver accepts events again"));
    }
}

BOOST_AUTO_TEST_CASE(retry_after_is_respected) {
    std::vector<SimNet::Duration> at;
    answer = [&](const HttpAsked &) {
        at.push_back(net.now());
        return at.size() == 1 ? HttpReply(429).field("Retry-After", "120") : HttpReply(200);
    };
    start();
    events(1);
    BOOST_TEST(all_arrive(10min));
    BOOST_REQUIRE(at.size() == 2u);
    BOOST_TEST((at[1] - at[0] >= 120s));
    BOOST_TEST((at[1] - at[0] < 121s));
}

BOOST_AUTO_TEST_CASE(retry_after_is_respected_for_an_hour_at_most) {
    for (const std::string &asked_for : {std::string("3601"), std::string(1000, '9')}) {
        Fixture f;
        std::vector<SimNet::Duration> at;
        f.answer = [&](const HttpAsked &) {
            at.push_back(f.net.now());
            return at.size() == 1 ? HttpReply(429).field("Retry-After", asked_for) : HttpReply(200);
        };
        f.start();
        f.events(1);
        BOOST_TEST(f.all_arrive(2h));
        BOOST_REQUIRE(at.size() == 2u);
        BOOST_TEST((at[1] - at[0] >= 3600s));
        BOOST_TEST((at[1] - at[0] < 3602s));
    }
}

BOOST_AUTO_TEST_CASE(a_date_in_retry_after_is_respected) {
    std::vector<SimNet::Duration> at;
    answer = [&](const HttpAsked &asked) {
        at.push_back(net.now());
        if (at.size() > 1) return HttpReply(200);
        // Two minutes after the time of the signature.
        const std::string_view signature = asked.field("Kith-Signature");
        const std::time_t sent = std::stoll(std::string(signature.substr(2)));
        const auto date = [](std::time_t of) {
            std::array<char, 64> text{};
            std::tm parts{};
            std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", ::gmtime_r(&of, &parts));
            return std::string(text.data());
        };
        return HttpReply(503).field("Date", date(sent)).field("Retry-After", date(sent + 120));
    };
    start(R"(, "secret": "key")");
    events(1);
    BOOST_TEST(all_arrive(10min));
    BOOST_REQUIRE(at.size() == 2u);
    BOOST_TEST((at[1] - at[0] > 118s));
    BOOST_TEST((at[1] - at[0] <= 121s));
}

BOOST_AUTO_TEST_CASE(a_batch_that_the_receiver_refuses_is_dropped_and_reported) {
    for (const std::uint32_t code : {400U, 401U, 404U, 410U, 413U, 422U}) {
        Fixture f;
        f.answer = [code](const HttpAsked &asked) { return HttpReply(numbers_of(asked.body).front() == 0 ? code : 200U); };
        f.start(R"(, "batch": 1)");
        f.events(3);
        f.sink->run_for(10s);
        BOOST_TEST((f.accepted == std::vector<int>{1, 2}));
        BOOST_TEST(f.logs("the receiver answered " + std::to_string(code)));
        BOOST_TEST(f.sink->logged("the receiver refuses events; they are dropped"));
        BOOST_TEST(f.asked().size() == 3u);
    }
}

BOOST_AUTO_TEST_CASE(refusals_are_logged_once_a_minute) {
    answer = [](const HttpAsked &) { return HttpReply(400); };
    start();
    for (int i = 0; i < 300; ++i) {
        events(1);
        sink->run_for(1s);
    }
    BOOST_TEST(warnings() >= 5u);
    BOOST_TEST(warnings() <= 6u);
}

BOOST_AUTO_TEST_CASE(a_redirect_is_not_followed) {
    answer = [](const HttpAsked &) { return HttpReply(302).field("Location", "http://elsewhere.example/login"); };
    int elsewhere = 0;
    receiver.route("/login", [&](const HttpAsked &) {
        ++elsewhere;
        return HttpReply(200);
    });
    start();
    events(1);
    BOOST_TEST(logs("a redirect to http://elsewhere.example/login, which is not followed; set `url`"));
    sink->run_for(1min);
    BOOST_TEST(elsewhere == 0);
    answer = nullptr;
    BOOST_TEST(all_arrive());
}

BOOST_AUTO_TEST_CASE(a_slow_receiver_delays_events_and_loses_none) {
    answer = [](const HttpAsked &) { return HttpReply(200).wait(3s).send("thanks"); };
    start();
    for (int i = 0; i < 60; ++i) {
        events(20);
        sink->run_for(500ms);
    }
    BOOST_TEST(all_arrive());
    BOOST_TEST(asked().size() < 20u);
    BOOST_TEST(warnings() == 0u);
}

BOOST_AUTO_TEST_CASE(a_receiver_that_does_not_answer) {
    receiver.stall(true);
    start(R"(, "timeout": 2000)");
    events(2);
    sink->run_for(1min);
    BOOST_TEST(accepted.empty());
    BOOST_TEST(warnings() == 1u);
    receiver.stall(false);
    receiver.hang_up();
    events(2);
    BOOST_TEST(all_arrive());
}

BOOST_AUTO_TEST_CASE(a_response_of_which_the_body_is_cut_counts_by_its_code) {
    int count = 0;
    answer = [&](const HttpAsked &) {
        ++count;
        return HttpReply(200).length(100).send("only this").cut();
    };
    start();
    events(1);
    sink->run_for(1min);
    BOOST_TEST(count == 1);
    BOOST_TEST(warnings() == 0u);
    answer = nullptr;
    events(1);
    BOOST_TEST(all_arrive());
}

BOOST_AUTO_TEST_CASE(without_a_whole_head_the_batch_is_sent_again) {
    for (const bool garbage : {true, false}) {
        Fixture f;
        f.answer = [garbage](const HttpAsked &) { return garbage ? HttpReply().garbage() : HttpReply().cut(); };
        f.start();
        f.events(2);
        f.sink->run_for(20s);
        BOOST_TEST(f.accepted.empty());
        BOOST_TEST(f.asked().size() > 3u);
        BOOST_TEST(f.warnings() >= 1u);
        f.answer = nullptr;
        BOOST_TEST(f.all_arrive());
    }
}

BOOST_AUTO_TEST_CASE(a_receiver_that_is_not_there) {
    receiver.stop_listening();
    receiver.hang_up();
    start();
    events(1);
    BOOST_TEST(sink->run_until([&] { return warnings() == 1; }));
    sink->run_for(1min);
    BOOST_TEST(sink->events_waiting() == 0u, "they are in the spool");
}

BOOST_AUTO_TEST_CASE(an_endless_response_does_not_stop_the_sink) {
    answer = [&](const HttpAsked &) { return accepted.empty() ? HttpReply(200).head().endless("x", 1ms) : HttpReply(200); };
    start(R"(, "timeout": 2000)");
    events(1);
    sink->run_for(5s);
    events(1);
    BOOST_TEST(all_arrive());
}

BOOST_AUTO_TEST_CASE(options_that_prevent_each_request_are_named) {
    for (const auto &[more, reason] : std::initializer_list<std::pair<std::string, std::string>>{
             {R"(, "certificate_authority": "/etc/kith/ca.pem")", "the option `certificate_authority`: /etc/kith/ca.pem"},
             {R"(, "headers": {"HOST": "x"})", "the option `url` is no address, or one of `headers` cannot be sent"}}) {
        Fixture f;
        f.start(more);
        f.events(1);
        BOOST_TEST(f.logs(reason), reason);
        f.sink->run_for(1min);
        BOOST_TEST(f.warnings() == 1u, "the same reason is logged once");
        BOOST_TEST(f.asked().empty());
    }
}

BOOST_AUTO_TEST_SUITE_END()
