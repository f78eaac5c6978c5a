// SPDX-License-Identifier: MIT
//
// Each service of the C++ layer once, in the simulated world: what the wrapper makes of the table behind it.
#define BOOST_TEST_MODULE sdk_services
#include <kith/clock.hpp>
#include <kith/env.hpp>
#include <kith/file.hpp>
#include <kith/loop.hpp>
#include <kith/metric.hpp>
#include <kith/node.hpp>
#include <kith/plugin.hpp>
#include <kith/random.hpp>
#include <kith/signal.hpp>
#include <kith/state.hpp>
#include <kith/tcp.hpp>

#include <kith/testkit/fail_each.hpp>
#include <kith/testkit/plugin_harness.hpp>
#include <kith/testkit/scripted_server.hpp>

#include <boost/test/unit_test.hpp>

#include <functional>
#include <thread>

using namespace std::chrono_literals;
using namespace kith::testkit;
using Lines = std::vector<std::string>;

namespace {

Lines recorded;
void record(std::string line) { recorded.push_back(std::move(line)); }

/// A strategy with every service there is, whose task is the test's.
class Everything : public kith::strategy {
  public:
    static constexpr kith::about about{.id = "everything",
                                       .version = "1.0.0",
                                       .licence = "MIT",
                                       .summary = "For tests.",
                                       .options = R"({"type": "object"})",
                                       .flags = KITH_FLAG_THREADS};
    using required = kith::services<kith::options, kith::timer, kith::tcp, kith::file, kith::state, kith::env, kith::clock,
                                    kith::random, kith::node, kith::loop>;
    using optional = kith::services<kith::metric>;
    static constexpr std::array<std::string_view, 2> env{"HOME", "UNSET"};

    static inline std::function<kith::task<>(Everything &)> script;

    explicit Everything(kith::host h)
        : strategy(h),
          options(h),
          timer(h),
          tcp(h),
          file(h),
          state(h),
          environment(h),
          clock(h),
          random(h),
          node(h),
          loop(h, [](std::uint64_t user) { record("posted " + std::to_string(user)); }),
          polls(h, {"polls_total", "Looks that were begun.", {{"way", "tcp"}}}),
          size(h, {"size_bytes", "Of the answer."}),
          took(h, {"answer_seconds", "Time to an answer."}, bounds) {}
    kith::task<> run() override { return script(*this); }
    void refresh() override {}
    using strategy::discovery;
    using strategy::spawn;

    static constexpr double bounds[] = {0.1, 1};
    kith::options options;
    kith::timer timer;
    kith::tcp tcp;
    kith::file file;
    kith::state state;
    kith::env environment;
    kith::clock clock;
    kith::random random;
    kith::node node;
    kith::loop loop;
    kith::counter polls;
    kith::gauge size;
    kith::histogram took;
};

/// Takes a second for each batch.
class Taker : public kith::sink {
  public:
    static constexpr kith::about about{.id = "taker", .version = "1.0.0", .licence = "MIT", .summary = "For tests."};
    using required = kith::services<kith::timer>;
    explicit Taker(kith::host h) : sink(h), timer(h) {}
    kith::task<> run() override {
        subscribe(std::uint64_t{1} << KITH_EVENT_LINK_UP);
        co_return;
    }
    kith::task<> events(std::vector<kith::event> batch) override {
        for (const auto &e : batch) record(e.peer + " " + e.json);
        co_await timer.sleep(1s);
        record("taken");
    }
    kith::timer timer;
};

constexpr kith_entry entry = kith::detail::entry<Everything, Taker>;

struct Fixture {
    Fixture() { recorded.clear(); }
    ~Fixture() {
        for (const auto &broken : harness.violations()) BOOST_ERROR(broken);
    }
    void begin(std::function<kith::task<>(Everything &)> script) {
        Everything::script = std::move(script);
        BOOST_REQUIRE(harness.start() == KITH_OK);
    }
    SimNet net;
    SimulatedMachine &here = net.machine("here", {"10.0.0.7"});
    SimulatedMachine &there = net.machine("there", {"10.0.0.8"});
    PluginHarness harness{
        here, entry, "everything",
        R"({"flag": true, "count": -7, "share": 0.5, "text": "word", "list": ["a", "b"], "object": {"k": 1}, "wait": 1500})"};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(services, Fixture)

BOOST_AUTO_TEST_CASE(options_are_read_by_type) {
    begin([](Everything &p) -> kith::task<> {
        BOOST_TEST(p.options.flag("/flag"));
        BOOST_TEST(p.options.integer("/count") == -7);
        BOOST_TEST(p.options.number("/share") == 0.5);
        BOOST_TEST(p.options.number("/count") == -7.0);
        BOOST_TEST(p.options.text("/text") == "word");
        BOOST_TEST((p.options.texts("/list") == std::vector<std::string_view>{"a", "b"}));
        BOOST_TEST(p.options.member("/object", 0) == "k");
        BOOST_TEST((p.options.milliseconds("/wait") == 1500ms));
        BOOST_TEST(!p.options.has("/absent"));
        BOOST_TEST(p.options.json().size() > 20u);
        try {
            (void)p.options.integer("/text");
            BOOST_ERROR("a string was an integer");
        } catch (const kith::error &e) {
            BOOST_TEST(e.text == "option /text is not an integer");
        }
        co_return;
    });
    BOOST_TEST(!harness.failed());
}

BOOST_AUTO_TEST_CASE(a_file_is_read_written_and_watched) {
    here.file("/etc/hosts.list", "a\n");
    begin([](Everything &p) -> kith::task<> {
        auto first = (co_await p.file.read("/etc/hosts.list")).value();
        record(first.bytes);
        (co_await p.file.watch("/etc/hosts.list", first.info.version)).value();
        record((co_await p.file.read("/etc/hosts.list")).value().bytes);
        (co_await p.file.write("/etc/copy", "b", 0600)).value();
        kith_file_info info{};
        const auto large = co_await p.file.read("/etc/hosts.list", 1, &info);
        record(std::to_string(large.status()) + " " + std::to_string(info.size));
        record(std::to_string((co_await p.file.read("/absent")).status()));
    });
    harness.run_for(1s);
    BOOST_TEST(recorded == Lines{"a\n"});
    here.file("/etc/hosts.list", "a\nb\n");
    harness.run_for(10s);
    BOOST_TEST((recorded == Lines{"a\n", "a\nb\n", "-8 4", "-5"}));
    BOOST_TEST(here.file("/etc/copy").value_or("") == "b");
}

BOOST_AUTO_TEST_CASE(state_outlives_the_instance) {
    begin([](Everything &p) -> kith::task<> {
        const auto before = co_await p.state.load();
        record(before ? *before : before.error().text);
        (co_await p.state.save(std::string_view("7\0x", 3))).value();
    });
    harness.run_for(1s);
    BOOST_REQUIRE(harness.stop());
    harness.destroy();
    BOOST_REQUIRE(harness.start() == KITH_OK);
    harness.run_for(1s);
    BOOST_REQUIRE(recorded.size() == 2u);
    BOOST_TEST(recorded[1] == std::string_view("7\0x", 3));
}

BOOST_AUTO_TEST_CASE(declared_variables_are_read_and_others_are_refused) {
    here.env("HOME", "/home/kith");
    begin([](Everything &p) -> kith::task<> {
        BOOST_TEST(p.environment.get("HOME").value_or("") == "/home/kith");
        BOOST_TEST(!p.environment.get("UNSET").has_value());
        BOOST_CHECK_THROW((void)p.environment.get("PATH"), kith::error);
        co_return;
    });
    BOOST_TEST(!harness.failed());
}

BOOST_AUTO_TEST_CASE(clocks_advance_and_jumps_are_reported) {
    begin([](Everything &p) -> kith::task<> {
        const auto mono = p.clock.monotonic(), wall = p.clock.wall();
        co_await p.timer.sleep(5s);
        BOOST_TEST((p.clock.monotonic() - mono == 5s));
        BOOST_TEST((p.clock.wall() - wall == 5s));
        co_await p.clock.jumped.wait();
        record(std::to_string(p.clock.jump().count()));
    });
    harness.run_for(6s);
    here.jump_wall(-1h);
    harness.run_for(1s);
    BOOST_TEST(recorded == Lines{"-3600000000000"});
}

BOOST_AUTO_TEST_CASE(random_numbers_are_within_their_bounds) {
    begin([](Everything &p) -> kith::task<> {
        bool differs = false;
        for (int i = 0; i < 1000; ++i) {
            BOOST_TEST(p.random.below(10) < 10u);
            const auto wait = p.random.around(10s, 0.2);
            BOOST_TEST((wait >= 8s && wait <= 12s));
            differs = differs || wait != 10s;
        }
        BOOST_TEST(differs);
        BOOST_TEST(p.random.below(0) == 0u);
        BOOST_TEST((p.random.around(0s) == 0s));
        co_return;
    });
}

BOOST_AUTO_TEST_CASE(changes_of_the_local_node_wake_waiting_tasks) {
    begin([](Everything &p) -> kith::task<> {
        for (;;) {
            record(p.node.name() + " " + std::to_string(p.node.epoch() > 0 ? 1 : 0));
            co_await p.node.changed.wait();
        }
    });
    harness.node("app@10.0.0.7");
    harness.run_for(1s);
    harness.node("");
    harness.run_for(1s);
    BOOST_TEST((recorded == Lines{" 0", "app@10.0.0.7 1", " 1"}));
}

BOOST_AUTO_TEST_CASE(posts_of_another_thread_arrive_in_order) {
    begin([](Everything &p) -> kith::task<> {
        std::thread([&p] {
            for (std::uint64_t i = 1; i <= 3; ++i) BOOST_TEST(p.loop.post(i) == KITH_OK);
        }).join();
        record("not yet");
        co_return;
    });
    harness.run_for(1s);
    BOOST_TEST((recorded == Lines{"not yet", "posted 1", "posted 2", "posted 3"}));
}

BOOST_AUTO_TEST_CASE(metrics_are_defined_and_updated) {
    begin([](Everything &p) -> kith::task<> {
        p.polls.add();
        p.polls.add(2);
        p.size.set(10);
        p.size.add(-3);
        p.took.observe(0.5);
        co_return;
    });
    BOOST_REQUIRE(harness.metrics().size() == 3u);
    BOOST_TEST(harness.metrics()[0].name == "polls_total");
    BOOST_TEST((harness.metrics()[0].labels == Pairs{{"way", "tcp"}}));
    BOOST_TEST(harness.metrics()[0].value == 3.0);
    BOOST_TEST(harness.metrics()[1].value == 7.0);
    BOOST_TEST(harness.metrics()[2].observed.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_listener_accepts_and_closes) {
    begin([](Everything &p) -> kith::task<> {
        auto listener = (co_await p.tcp.listen("", 4711)).value();
        record("listening on " + std::to_string(listener.local.port));
        for (;;) {
            auto stream = (co_await listener.accept()).value();
            record("from " + stream.remote.address);
            (co_await stream.write("hello\n")).value();
            stream.shutdown();
        }
    });
    harness.run_for(1s);
    ScriptedServer client(there, 0);
    client.dial("10.0.0.7", 4711, [](Conversation &c) { c.on_bytes([](Conversation &me) { record("got " + me.take()); }); });
    harness.run_for(1s);
    BOOST_TEST((recorded == Lines{"listening on 4711", "from 10.0.0.8", "got hello\n"}));
    BOOST_TEST(harness.stop());
    BOOST_TEST(here.open_listeners() == 0u);
    BOOST_TEST(here.open_streams() == 0u);
}

BOOST_AUTO_TEST_CASE(observations_are_passed_to_the_host) {
    begin([](Everything &p) -> kith::task<> {
        const std::vector<kith::peer> peers{{.key = "k", .name = "a@b", .attributes = {{"zone", "x"}}, .ttl = 15s},
                                            {.key = "l", .name = "c@d"}};
        BOOST_TEST(p.discovery.left_out(2, "not ready") == KITH_OK);
        BOOST_TEST(p.discovery.replace(peers) == KITH_OK);
        BOOST_TEST(p.discovery.watching(true) == KITH_OK);
        BOOST_TEST(p.discovery.heard() == KITH_OK);
        const std::vector<std::string> left{"l"};
        BOOST_TEST(p.discovery.update({}, {}, left) == KITH_OK);
        BOOST_TEST(p.discovery.failed(kith::error(KITH_REFUSED, "nobody there")) == KITH_OK);
        co_return;
    });
    BOOST_REQUIRE(harness.peers().size() == 1u);
    BOOST_TEST(harness.peers()[0].attribute("zone") == "x");
    BOOST_TEST((harness.peers()[0].ttl == 15s));
    BOOST_TEST(harness.observations().size() >= 6u);
}

BOOST_AUTO_TEST_CASE(a_sink_takes_one_batch_at_a_time) {
    PluginHarness sink{there, entry, "taker", "{}", {"", "", "taker"}};
    BOOST_REQUIRE(sink.start() == KITH_OK);
    BOOST_TEST(sink.mask() == std::uint64_t{1} << KITH_EVENT_LINK_UP);
    sink.event(KITH_EVENT_LINK_UP, R"({"n":1})", "a@b");
    net.run_for(100ms);
    sink.event(KITH_EVENT_LINK_UP, R"({"n":2})", "c@d");
    sink.event(KITH_EVENT_LINK_DOWN, R"({"n":3})", "c@d");
    net.run_for(100ms);
    BOOST_TEST(recorded == Lines{R"(a@b {"n":1})"});
    net.run_for(5s);
    BOOST_TEST((recorded == Lines{R"(a@b {"n":1})", "taken", R"(c@d {"n":2})", "taken"}));
    BOOST_TEST(sink.stop());
    BOOST_TEST(sink.violations().empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(it_recovers_when_any_one_service_call_fails) {
    const auto failed = kith::testkit::fail_each([](SimNet &net) {
        recorded.clear();
        auto &here = net.machine("here", {"10.0.0.7"});
        here.file("/f", "x");
        Everything::script = [](Everything &p) -> kith::task<> {
            (void)co_await p.state.load();
            (void)co_await p.state.save("s");
            const auto content = co_await p.file.read("/f");
            const std::string bytes = content ? content->bytes : "none";
            (void)co_await p.file.write("/g", bytes, 0600);
            if (auto listener = co_await p.tcp.listen("", 4711)) {
                auto stream = co_await p.tcp.connect("here", 4711, 1s);
                auto other = co_await listener->accept();
                if (stream && other) {
                    (void)co_await stream->write("x", 1s);
                    std::array<std::byte, 1> one;
                    (void)co_await other->read(one, 1s);
                }
            }
            co_await p.timer.sleep(1s);
            record("end");
        };
        PluginHarness harness{here, entry, "everything", "{}"};
        if (harness.start() == KITH_OK) harness.run_for(10s);
        BOOST_TEST((!harness.running() || harness.stop()), net.fault() << ": does not stop");
        for (const auto &broken : harness.violations()) BOOST_ERROR(net.fault() << ": " << broken);
    });
    BOOST_TEST(failed >= 15u);
}
