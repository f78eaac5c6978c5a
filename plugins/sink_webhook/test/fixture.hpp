// SPDX-License-Identifier: MIT
//
// The sink on a simulated machine, and a receiver that records the numbers of the events that it accepts.
#pragma once

#include <kith/service/sink.h>
#include <kith/testkit/fail_service.hpp>
#include <kith/testkit/http_server.hpp>
#include <kith/testkit/plugin_harness.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <charconv>
#include <functional>
#include <memory>
#include <string>
#include <vector>

extern "C" const kith_entry kith_plugin_entry_sink_webhook;

namespace sink_webhook_test {

using namespace std::chrono_literals;
using kith::testkit::HttpAsked;
using kith::testkit::HttpReply;
using kith::testkit::SimNet;

/// The n of each event {"n":N} in a body.
inline std::vector<int> numbers_of(const std::string &body) {
    constexpr std::string_view mark = R"({"n":)";
    std::vector<int> out;
    for (std::size_t at = body.find(mark); at != std::string::npos; at = body.find(mark, at + 1)) {
        int value = 0;
        std::from_chars(body.data() + at + mark.size(), body.data() + body.size(), value);
        out.push_back(value);
    }
    return out;
}

struct Fixture {
    Fixture() {
        receiver.route("/kith", [this](const HttpAsked &asked) {
            HttpReply reply = answer ? answer(asked) : HttpReply(200, "thanks");
            using Kind = HttpReply::Step::Kind;
            const Kind first = reply.steps.empty() ? Kind::head : reply.steps.front().kind;
            const bool cut = first == Kind::cut || first == Kind::garbage;
            if (reply.code < 300 && !cut) {
                for (const int n : numbers_of(asked.body)) accepted.push_back(n);
            }
            return reply;
        });
    }
    ~Fixture() {
        if (!sink) return;
        BOOST_TEST((!sink->running() || sink->stop()));
        for (const auto &broken : sink->violations()) BOOST_ERROR(broken);
        BOOST_TEST(sink->outstanding() == 0u);
    }
    /// more: members of the options, each after a comma.
    void start(const std::string &more = "") {
        if (!sink)
            sink = std::make_unique<kith::testkit::PluginHarness>(here, kith_plugin_entry_sink_webhook, "webhook",
                                                                  R"({"url": "http://events.example/kith")" + more + '}');
        BOOST_REQUIRE_MESSAGE(sink->start() == KITH_OK, sink->error());
        sink->run_for(10ms);
    }
    void restart() {
        BOOST_TEST(sink->stop());
        sink->destroy();
        start();
    }
    /// Adds events with the next numbers.
    void events(int count) {
        for (int i = 0; i < count; ++i) sink->event(KITH_EVENT_PEER_DISCOVERED, R"({"n":)" + std::to_string(added++) + '}');
    }
    /// Whether all events that were added have been accepted, once and in order, within that time.
    bool all_arrive(SimNet::Duration bound = 1min) {
        sink->run_until([&] { return accepted.size() >= static_cast<std::size_t>(added); }, bound);
        return accepted == expected();
    }
    std::vector<int> expected() const {
        std::vector<int> out;
        for (int i = 0; i < added; ++i) out.push_back(i);
        return out;
    }
    bool logs(std::string_view part) {
        return sink->run_until([&] { return sink->logged_reason(part); });
    }
    std::size_t warnings() const { return sink->warnings(); }
    const std::vector<HttpAsked> &asked() const { return receiver.asked(); }

    SimNet net;
    kith::testkit::SimulatedMachine &here = net.machine("here", {"10.0.0.1"});
    kith::testkit::SimulatedMachine &there = net.machine("events.example", {"10.0.0.2"});
    kith::testkit::HttpServer receiver{there, 80};
    std::function<HttpReply(const HttpAsked &)> answer; // null: 200
    std::vector<int> accepted;
    int added = 0;
    std::unique_ptr<kith::testkit::PluginHarness> sink;
};

} // namespace sink_webhook_test
