// SPDX-License-Identifier: MIT
//
// /v1/messages/CONNECTOR over an engine in the simulated world, with connector_echo.
#include "api_world.hpp"

#include <core/engine/engine.hpp>
#include <core/engine/engine_services.hpp>
#include <core/engine/messages_binding.hpp>
#include <kith/base64.hpp>
#include <kith/service/log.h>
#include <kith/testkit/simulated_machine.hpp>

#include <boost/test/unit_test.hpp>

extern "C" {
extern const kith_entry kith_plugin_entry_connector_echo;
extern const kith_entry kith_plugin_entry_connector_log;
}

namespace kith::app::test {

namespace {

struct Silent final : core::Logger {
    std::uint32_t level() const noexcept override { return KITH_LOG_ERROR; }
    void write(std::uint32_t, std::string_view, std::string_view, std::span<const kith_attribute>) noexcept override {}
};

core::LoaderSettings services_offered(const testkit::SimulatedMachine &machine) {
    core::LoaderSettings out;
    for (const auto id : core::engine_services()) out.services.emplace_back(id);
    for (const std::string_view id : {"kith.clock/1", "kith.loop/1", "kith.timer/1", "kith.random/1"}) {
        if (machine.service(id) != nullptr) out.services.emplace_back(id);
    }
    return out;
}

struct MessageWorld {
    testkit::SimNet net;
    testkit::SimulatedMachine &machine = net.machine("here", {"10.0.0.1"});
    Silent log;
    core::Registry registry{services_offered(machine)};
    core::Config config;
    std::unique_ptr<core::Engine> engine;
    std::unique_ptr<ApiRouter> router;
    Right right = Right::control;
    bool may_message = false;
    const ApiAccess *access = nullptr;
    std::string authorization, accept, origin;
    bool stopping = false;

    MessageWorld() {
        BOOST_REQUIRE(registry.link(kith_plugin_entry_connector_echo, "echo"));
        BOOST_REQUIRE(registry.link(kith_plugin_entry_connector_log, "log"));
        config.connectors.push_back({"mesh", "echo", R"({"node":"echo@here"})"});
        config.connectors.push_back({"plain", "log", "{}"});
        engine = std::make_unique<core::Engine>(machine, log, config, registry);
        engine->start();
        run(10ms);
        ApiContext context;
        context.run = "run1";
        context.version = "1.2.3";
        context.bus = &engine->bus();
        context.view = [this] { return engine->view(); };
        context.messages = [this](std::string_view name) { return engine->messages(name); };
        context.post = [this](std::function<void()> work) { net.in(0ns, std::move(work)); };
        router = std::make_unique<ApiRouter>(std::move(context));
    }
    ~MessageWorld() { stop(); }
    MessageWorld(const MessageWorld &) = delete;
    MessageWorld &operator=(const MessageWorld &) = delete;
    void run(std::chrono::nanoseconds span) { net.run_for(span); }
    // Destroys the instances too.
    void stop() {
        if (std::exchange(stopping, true)) return;
        bool stopped = false;
        engine->stop([&] { stopped = true; });
        BOOST_TEST(net.run_until([&] { return stopped; }, 13s));
    }
    ApiAnswer ask(std::string_view method, std::string_view target, std::string_view body = {}) {
        ApiRequest request;
        request.method = method;
        request.target = target;
        request.host = "localhost";
        request.has_host = true;
        request.right = right;
        request.may_message = may_message;
        request.access = access;
        request.authorization = authorization;
        request.accept = accept;
        request.origin = origin;
        request.has_origin = !origin.empty();
        request.body = body;
        return router->answer(request);
    }
    // Status and body of a POST, when it is there; empty: it is not, after that time.
    std::string send(std::string_view query, std::string_view body, std::chrono::nanoseconds within = 2s) {
        return end_of(ask("POST", "/v1/messages/mesh" + std::string(query), body), within);
    }
    std::string end_of(ApiAnswer answer, std::chrono::nanoseconds within) {
        if (!answer.pending) return text_of(answer);
        std::string out;
        answer.pending->on_ready([&out](ApiAnswer done) { out = text_of(done); });
        BOOST_TEST(out.empty());
        net.run_until([&] { return !out.empty(); }, within);
        return out;
    }
    static std::string text_of(const ApiAnswer &answer) {
        const auto body = boost::json::parse(answer.body);
        const auto *error = body.as_object().if_contains("error");
        return std::to_string(answer.status) + ' ' +
               std::string(error == nullptr ? boost::json::serialize(body) : text(error->at("code")));
    }
    static std::string drained(ApiStream &stream) {
        std::string out;
        stream.fill(out, 65'536);
        return out;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(messages, MessageWorld)

BOOST_AUTO_TEST_CASE(a_message_is_accepted_and_what_arrives_is_followed) {
    accept = "application/x-ndjson";
    ApiAnswer jobs = ask("GET", "/v1/messages/mesh?channel=jobs"), all = ask("GET", "/v1/messages/mesh");
    BOOST_REQUIRE(jobs.stream);
    BOOST_TEST(jobs.content_type == "application/x-ndjson");
    BOOST_TEST(drained(*jobs.stream).empty());
    int ready = 0;
    jobs.stream->on_ready([&] { ++ready; });
    BOOST_TEST(send("?to=b@h&channel=jobs", "hello") == R"(202 {"accepted":true})");
    BOOST_TEST(send("?channel=other", "to all") == R"(202 {"accepted":true})");
    run(10ms);
    BOOST_TEST(ready >= 1);
    BOOST_TEST(drained(*jobs.stream) ==
               "{\"kind\":\"message\",\"from\":\"b@h\",\"channel\":\"jobs\",\"broadcast\":false,\"data\":\"aGVsbG8=\"}\n");
    BOOST_TEST(drained(*all.stream) ==
               "{\"kind\":\"message\",\"from\":\"b@h\",\"channel\":\"jobs\",\"broadcast\":false,\"data\":\"aGVsbG8=\"}\n"
               "{\"kind\":\"message\",\"from\":\"echo@here\",\"channel\":\"other\",\"broadcast\":true,\"data\":\"" +
                   base64_encode("to all") + "\"}\n");
    accept.clear();
    ApiAnswer events = ask("GET", "/v1/messages/mesh?channel=jobs");
    BOOST_TEST(events.content_type == "text/event-stream");
    BOOST_TEST(drained(*events.stream) == ": kith 1.2.3\n\n");
    send("?to=b@h&channel=jobs", "");
    run(10ms);
    BOOST_TEST(drained(*events.stream) ==
               "data: {\"kind\":\"message\",\"from\":\"b@h\",\"channel\":\"jobs\",\"broadcast\":false,\"data\":\"\"}\n\n");
    BOOST_TEST(events.stream->heartbeat() == ": alive\n\n");
}

BOOST_AUTO_TEST_CASE(each_end_has_its_status) {
    BOOST_TEST(send("?to=full@h&channel=jobs", "x") == "429 queue_full");
    BOOST_TEST(send("?to=nobody@h&channel=jobs", "x") == "404 no_receiver");
    BOOST_TEST(send("?to=slow@h&channel=jobs", "x") == R"(202 {"accepted":true})");
    BOOST_TEST(send("?to=b@h", "x") == "400 malformed");
    BOOST_TEST(send("?to=&channel=jobs", "x") == "400 malformed");
    BOOST_TEST(send("?to=b@h&channel=a%20b", "x") == "400 malformed");
    BOOST_TEST(send("?to=b@h&channel=jobs&odd=1", "x") == "400 malformed");
    BOOST_TEST(text_of(ask("POST", "/v1/messages/none?channel=jobs", "x")) == "404 not_found");
    BOOST_TEST(text_of(ask("POST", "/v1/messages/plain?channel=jobs", "x")) == "409 no_messages");
    BOOST_TEST(text_of(ask("GET", "/v1/messages/none")) == "404 not_found");
    BOOST_TEST(text_of(ask("GET", "/v1/messages/plain")) == "409 no_messages");
    BOOST_TEST(text_of(ask("GET", "/v1/messages/mesh?channel=a%20b")) == "400 malformed");
    BOOST_TEST(text_of(ask("DELETE", "/v1/messages/mesh")) == "405 method_not_allowed");
}

BOOST_AUTO_TEST_CASE(a_connector_leaves) {
    BOOST_TEST(end_of(ask("POST", "/v1/connectors/mesh/leave"), 1s) == R"(202 {"accepted":true})");
    BOOST_TEST(text_of(ask("POST", "/v1/connectors/plain/leave")) == "409 cannot_leave");
    BOOST_TEST(text_of(ask("POST", "/v1/connectors/none/leave")) == "404 not_found");
    right = Right::read;
    may_message = true;
    BOOST_TEST(text_of(ask("POST", "/v1/connectors/mesh/leave")) == "403 forbidden");
}

BOOST_AUTO_TEST_CASE(an_operation_without_an_end_expires_and_is_cancelled) {
    ApiAnswer answer = ask("POST", "/v1/messages/mesh?to=mute@h&channel=jobs", "x");
    BOOST_REQUIRE(answer.pending);
    bool late = false;
    answer.pending->on_ready([&late](const ApiAnswer &) { late = true; });
    run(10s);
    BOOST_TEST(!late);
    BOOST_TEST(text_of(answer.pending->expire()) == "504 timed_out");
    run(1s);
    BOOST_TEST(!late, "the end of the cancelled operation goes nowhere");
    ApiAnswer left = ask("POST", "/v1/messages/mesh?to=slow@h&channel=jobs", "x");
    left.pending.reset(); // the client has gone
    run(2s);
}

BOOST_AUTO_TEST_CASE(a_slow_client_is_told_how_many_it_has_lost) {
    accept = "application/x-ndjson";
    ApiAnswer slow = ask("GET", "/v1/messages/mesh?channel=jobs");
    drained(*slow.stream);
    for (int i = 0; i < 20; ++i) send("?to=b@h&channel=jobs", std::string(100'000, 'x'));
    std::string text;
    for (int i = 0; i < 50; ++i) text += drained(*slow.stream);
    BOOST_TEST(std::count(text.begin(), text.end(), '\n') == 11);
    BOOST_TEST(text.ends_with("{\"kind\":\"message.lost\",\"lost\":10}\n"));
    run(2s);
    std::size_t lost = 0;
    for (const auto &event : engine->bus().kept()) lost += event->kind() == KITH_EVENT_MESSAGE_LOST ? 1U : 0U;
    BOOST_TEST(lost >= 1u);
}

BOOST_AUTO_TEST_CASE(streams_end_when_the_connector_goes) {
    ApiAnswer jobs = ask("GET", "/v1/messages/mesh?channel=jobs");
    stop();
    std::string out;
    BOOST_TEST(!jobs.stream->fill(out, 65'536));
    jobs.stream.reset();
}

BOOST_AUTO_TEST_CASE(the_right_of_messages_is_one_of_its_own) {
    const std::string path = "/v1/messages/mesh?channel=jobs";
    right = Right::read;
    BOOST_TEST(text_of(ask("POST", path, "x")) == "403 forbidden");
    BOOST_TEST(text_of(ask("GET", path)) == "403 forbidden");
    may_message = true;
    BOOST_TEST(end_of(ask("POST", path, "x"), 1s) == R"(202 {"accepted":true})");
    BOOST_TEST(text_of(ask("POST", "/v1/refresh")) == "403 forbidden");
    origin = "http://evil.example";
    BOOST_TEST(text_of(ask("POST", path, "x")) == "403 foreign_origin");
    origin.clear();

    right = Right::none;
    may_message = false;
    ApiAccess messages{.messages = true, .messages_token = "token-of-messages"};
    ApiAccess everything{.read = true,
                         .control = true,
                         .read_token = "token-of-readers",
                         .control_token = "token-of-operators",
                         .messages = true,
                         .messages_token = "token-of-messages"};
    ApiAccess others{.read = true, .control = true, .read_token = "token-of-readers", .control_token = "token-of-operators"};
    access = &messages;
    BOOST_TEST(text_of(ask("POST", path, "x")) == "401 unauthorized");
    authorization = "Bearer token-of-messages";
    BOOST_TEST(end_of(ask("POST", path, "x"), 1s) == R"(202 {"accepted":true})");
    BOOST_TEST(text_of(ask("GET", "/v1/status")) == "404 not_found");
    access = &everything;
    BOOST_TEST(text_of(ask("GET", "/v1/status")) == "401 unauthorized");
    authorization = "Bearer token-of-operators";
    BOOST_TEST(text_of(ask("POST", path, "x")) == "403 forbidden");
    access = &others;
    BOOST_TEST(text_of(ask("POST", path, "x")) == "404 not_found");
}

BOOST_AUTO_TEST_CASE(a_large_body_is_for_those_who_may_send_one) {
    ApiRequest head;
    head.method = "POST";
    head.target = "/v1/messages/mesh?channel=jobs";
    head.right = Right::control;
    BOOST_TEST(router->body_limit(head) == 16'777'216u);
    head.right = Right::read;
    BOOST_TEST(router->body_limit(head) == 65'536u);
    head.may_message = true;
    BOOST_TEST(router->body_limit(head) == 16'777'216u);
    head.target = "/v1/reload";
    BOOST_TEST(router->body_limit(head) == 65'536u);
    head.target = "/v1/messages/mesh";
    head.method = "GET";
    BOOST_TEST(router->body_limit(head) == 65'536u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::app::test
