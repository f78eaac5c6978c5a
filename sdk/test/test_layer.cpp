// SPDX-License-Identifier: MIT
//
// Tasks, operations, signals and the life of an instance, over a host that completes what the test tells it to.
#define BOOST_TEST_MODULE sdk_layer
#include "fake_host.hpp"

#include <kith/signal.hpp>

#include <boost/test/unit_test.hpp>

#include <functional>
#include <memory>

using namespace std::chrono_literals;
using kith::test::FakeHost;
using Lines = std::vector<std::string>;

namespace {

/// A strategy whose tasks are the test's.
class Probe : public kith::strategy {
  public:
    static constexpr kith::about about{.id = "probe", .version = "1.0.0", .licence = "MIT", .summary = "For tests."};
    using required = kith::services<kith::timer, kith::tcp>;
    using Script = std::function<kith::task<>(Probe &)>;

    static inline Script on_run, on_farewell;
    static inline std::function<void(Probe &)> on_refresh, on_create;

    explicit Probe(kith::host h) : strategy(h), host(h), timer(h), tcp(h), wake(h), numbers(h) {
        if (on_create) on_create(*this);
    }
    kith::task<> run() override { return on_run ? on_run(*this) : strategy::run(); }
    kith::task<> farewell() override { return on_farewell ? on_farewell(*this) : strategy::farewell(); }
    void refresh() override {
        if (on_refresh) on_refresh(*this);
    }
    using strategy::discovery;
    using strategy::spawn;

    kith::host host;
    kith::timer timer;
    kith::tcp tcp;
    kith::signal wake;
    kith::channel<int> numbers;
};

struct Fixture {
    ~Fixture() {
        host.destroy();
        Probe::on_run = Probe::on_farewell = nullptr;
        Probe::on_refresh = Probe::on_create = nullptr;
    }
    void begin(Probe::Script script) {
        Probe::on_run = std::move(script);
        BOOST_REQUIRE(host.create<Probe>() == KITH_OK);
        BOOST_REQUIRE(host.start() == KITH_OK);
    }
    void refresh() { host.side<kith_discovery_plugin>(KITH_DISCOVERY).refresh(host.instance->self); }
    FakeHost host;
};

/// Says when it goes.
struct Guard {
    FakeHost &host;
    std::string line;
    ~Guard() { host.say(line); }
};

kith::task<int> add(int a, int b) { co_return a + b; }
kith::task<int> broken() {
    throw std::runtime_error("broken on purpose");
    co_return 0;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(tasks, Fixture)

BOOST_AUTO_TEST_CASE(hand_up_values) {
    begin([this](Probe &) -> kith::task<> { host.say(std::to_string(co_await add(co_await add(1, 2), 3))); });
    BOOST_TEST(host.said == Lines{"6"});
}

BOOST_AUTO_TEST_CASE(hand_up_exceptions) {
    begin([this](Probe &) -> kith::task<> {
        try {
            co_await broken();
        } catch (const std::runtime_error &e) {
            host.say(e.what());
        }
    });
    BOOST_TEST(host.said == Lines{"broken on purpose"});
}

BOOST_AUTO_TEST_CASE(keep_the_stack_flat) {
    begin([this](Probe &) -> kith::task<> {
        int sum = 0;
        for (int i = 0; i < 1'000'000; ++i) sum = co_await add(sum, 1);
        host.say(std::to_string(sum));
    });
    BOOST_TEST(host.said == Lines{"1000000"});
}

BOOST_AUTO_TEST_CASE(never_awaited_never_run) {
    begin([](Probe &) -> kith::task<> {
        auto forgotten = broken();
        co_return;
    });
    BOOST_TEST(host.said.empty());
}

BOOST_AUTO_TEST_CASE(an_exception_out_of_one_fails_the_instance) {
    begin([](Probe &) -> kith::task<> { co_await broken(); });
    BOOST_TEST(host.said == Lines{"failed -20 broken on purpose"});
}

BOOST_AUTO_TEST_CASE(an_error_out_of_one_keeps_its_status) {
    begin([](Probe &p) -> kith::task<> {
        co_await p.timer.sleep(1s);
        throw kith::error(KITH_PROTOCOL, "no such message");
    });
    host.complete("timer");
    BOOST_TEST(host.said == Lines{"failed -17 no such message"});
}

BOOST_AUTO_TEST_CASE(something_thrown_that_is_no_exception) {
    begin([](Probe &) -> kith::task<> {
        throw 7;
        co_return;
    });
    BOOST_TEST(host.said == Lines{"failed -20 an exception of a type that is not std::exception"});
}

BOOST_AUTO_TEST_CASE(not_to_be_spawned_in_the_constructor) {
    Probe::on_create = [](Probe &p) { p.spawn(p.strategy::run()); };
    BOOST_TEST(host.create<Probe>() == KITH_INTERNAL);
    BOOST_TEST(host.error == "a task was spawned in the constructor; spawn it in run()");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(operations, Fixture)

BOOST_AUTO_TEST_CASE(a_host_that_refuses_a_timer_cannot_make_a_loop_spin) {
    host.refuse = KITH_LIMIT;
    begin([](Probe &p) -> kith::task<> {
        for (;;) co_await p.timer.sleep(1s);
    });
    BOOST_TEST(host.said == Lines{"failed -8 over a limit on size or number"});
}

BOOST_AUTO_TEST_CASE(a_failure_is_a_value_with_the_hosts_text) {
    begin([this](Probe &p) -> kith::task<> {
        auto stream = co_await p.tcp.connect("nowhere.invalid", 4369, 7s);
        host.say(std::to_string(stream.status()) + " " + stream.error().text);
    });
    host.complete("connect", KITH_UNRESOLVED, "nowhere.invalid: no such host");
    BOOST_TEST(host.said == Lines{"-15 nowhere.invalid: no such host"});
}

BOOST_AUTO_TEST_CASE(refused_at_once_is_a_value_too) {
    host.refuse = KITH_LIMIT;
    begin([this](Probe &p) -> kith::task<> {
        auto stream = co_await p.tcp.connect("a", 1);
        host.say(std::to_string(stream.status()) + " " + stream.error().text);
    });
    BOOST_TEST(host.said == Lines{"-8 over a limit on size or number"});
}

BOOST_AUTO_TEST_CASE(a_stream_reads_writes_and_closes_by_itself) {
    begin([this](Probe &p) -> kith::task<> {
        auto stream = (co_await p.tcp.connect("a", 1)).value();
        host.say(stream.remote.address + ":" + std::to_string(stream.remote.port));
        (co_await stream.write("hello")).value();
        std::array<std::byte, 5> buffer{};
        (co_await stream.read_exactly(buffer)).value();
        host.say(std::string(reinterpret_cast<const char *>(buffer.data()), buffer.size()));
        const auto end = co_await stream.read(buffer);
        host.say("end " + std::to_string(end.status()));
    });
    host.complete("connect");
    host.complete("write");
    host.complete("read", KITH_OK, "wo");
    host.complete("read", KITH_OK, "rld");
    host.complete("read", KITH_CLOSED);
    BOOST_TEST((host.said == Lines{"127.0.0.1:4369", "world", "end -11", "close 7"}));
    BOOST_TEST(host.outstanding.empty());
}

BOOST_AUTO_TEST_CASE(closing_under_a_reader_gives_it_a_value) {
    auto stream = std::make_shared<kith::stream>();
    begin([this, stream](Probe &p) -> kith::task<> {
        *stream = (co_await p.tcp.connect("a", 1)).value();
        std::array<std::byte, 5> buffer{};
        const auto got = co_await stream->read(buffer);
        host.say("read " + std::to_string(got.status()));
    });
    host.complete("connect");
    stream->close();
    BOOST_TEST(host.said == Lines{"close 7"}); // never inside the call
    host.complete_cancelled();
    BOOST_TEST((host.said == Lines{"close 7", "read -1"}));
}

BOOST_AUTO_TEST_CASE(a_closed_stream_is_stale) {
    begin([this](Probe &p) -> kith::task<> {
        auto stream = (co_await p.tcp.connect("a", 1)).value();
        auto other = std::move(stream);
        other.close();
        host.say(std::to_string((co_await other.write("x")).status()));
    });
    host.complete("connect");
    BOOST_TEST((host.said == Lines{"close 7", "-10"}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(signals, Fixture)

BOOST_AUTO_TEST_CASE(wake_a_task_after_the_code_that_notified) {
    Probe::on_refresh = [this](Probe &p) {
        p.wake.notify();
        host.say("refreshed");
    };
    begin([this](Probe &p) -> kith::task<> {
        for (;;) {
            co_await p.wake.wait();
            host.say("woken");
        }
    });
    refresh();
    refresh();
    BOOST_TEST((host.said == Lines{"refreshed", "woken", "refreshed", "woken"}));
}

BOOST_AUTO_TEST_CASE(are_remembered_once) {
    begin([this](Probe &p) -> kith::task<> {
        p.wake.notify();
        p.wake.notify();
        co_await p.wake.wait();
        host.say("first");
        co_await p.wake.wait();
        host.say("second");
    });
    BOOST_TEST(host.said == Lines{"first"});
}

BOOST_AUTO_TEST_CASE(waited_for_in_vain) {
    begin([this](Probe &p) -> kith::task<> { host.say(co_await p.wake.wait_for(1s) ? "notified" : "time over"); });
    host.complete("timer");
    BOOST_TEST(host.said == Lines{"time over"});
}

BOOST_AUTO_TEST_CASE(need_not_wait_for_the_timer_they_beat) {
    Probe::on_refresh = [](Probe &p) { p.wake.notify(); };
    begin([this](Probe &p) -> kith::task<> { host.say(co_await p.wake.wait_for(1s) ? "notified" : "time over"); });
    refresh();
    BOOST_TEST(host.said == Lines{"notified"});
    BOOST_TEST(host.outstanding.size() == 1u);
    host.instance->stop(host.instance->self);
    BOOST_TEST(host.said == Lines{"notified"}); // `stopped` not before the last completion
    host.complete_cancelled();
    BOOST_TEST((host.said == Lines{"notified", "stopped"}));
}

BOOST_AUTO_TEST_CASE(a_timer_that_fires_while_it_is_cancelled_wakes_nobody_twice) {
    Probe::on_refresh = [](Probe &p) { p.wake.notify(); };
    begin([this](Probe &p) -> kith::task<> {
        for (int i = 0; i < 2; ++i) host.say(co_await p.wake.wait_for(1s) ? "notified" : "time over");
    });
    refresh();
    host.complete(host.outstanding.front().op, KITH_OK);
    BOOST_TEST(host.said == Lines{"notified"});
}

BOOST_AUTO_TEST_CASE(channels_keep_the_order) {
    begin([this](Probe &p) -> kith::task<> {
        for (;;) host.say(std::to_string(co_await p.numbers.pop()));
    });
    Probe::on_refresh = [](Probe &p) {
        for (int i = 1; i <= 3; ++i) p.numbers.push(i);
    };
    refresh();
    BOOST_TEST((host.said == Lines{"1", "2", "3"}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(the_end, Fixture)

BOOST_AUTO_TEST_CASE(stop_unwinds_what_sleeps_and_then_says_stopped) {
    begin([this](Probe &p) -> kith::task<> {
        Guard guard{host, "unwound"};
        for (;;) co_await p.timer.sleep(1s);
    });
    const auto op = host.outstanding.front().op;
    host.instance->stop(host.instance->self);
    BOOST_TEST(host.said.empty()); // the completion is still to come
    host.complete(op, KITH_CANCELLED);
    BOOST_TEST((host.said == Lines{"unwound", "stopped"}));
}

BOOST_AUTO_TEST_CASE(stop_ends_loops_that_catch_errors_only) {
    begin([this](Probe &p) -> kith::task<> {
        for (;;) {
            auto stream = co_await p.tcp.connect("a", 1);
            host.say(stream ? "connected" : "failed");
        }
    });
    host.complete("connect", KITH_REFUSED);
    host.stop();
    BOOST_TEST((host.said == Lines{"failed", "stopped"}));
}

BOOST_AUTO_TEST_CASE(what_came_before_stop_is_still_handed_over_then_the_next_await_ends) {
    begin([this](Probe &p) -> kith::task<> {
        auto stream = co_await p.tcp.connect("a", 1);
        host.say(stream ? "connected" : "failed");
        co_await p.timer.sleep(1s);
        host.say("never");
    });
    const auto op = host.outstanding.front().op;
    host.instance->stop(host.instance->self);
    host.complete(op, KITH_OK);
    BOOST_TEST((host.said == Lines{"connected", "close 7", "stopped"}));
}

BOOST_AUTO_TEST_CASE(what_is_spawned_after_stop_ends_at_its_first_await) {
    begin([this](Probe &p) -> kith::task<> {
        (void)co_await p.tcp.connect("a", 1);
        p.spawn([](Probe &q) -> kith::task<> { co_await q.timer.sleep(1s); }(p));
        host.say("spawned");
    });
    const auto op = host.outstanding.front().op;
    host.instance->stop(host.instance->self);
    host.complete(op, KITH_REFUSED);
    BOOST_TEST((host.said == Lines{"spawned", "stopped"}));
    BOOST_TEST(host.outstanding.empty());
}

BOOST_AUTO_TEST_CASE(what_a_farewell_spawns_is_part_of_it) {
    Probe::on_farewell = [](Probe &p) -> kith::task<> {
        p.spawn([](Probe &q) -> kith::task<> { co_await q.timer.sleep(1s); }(p));
        co_return;
    };
    begin(nullptr);
    host.stop();
    BOOST_TEST(host.said.empty());
    host.complete("timer");
    BOOST_TEST(host.said == Lines{"stopped"});
}

BOOST_AUTO_TEST_CASE(stop_wakes_local_waits) {
    begin([this](Probe &p) -> kith::task<> {
        Guard guard{host, "unwound"};
        p.spawn([](Probe &q) -> kith::task<> { co_await q.numbers.pop(); }(p));
        co_await p.wake.wait();
    });
    host.stop();
    BOOST_TEST((host.said == Lines{"unwound", "stopped"}));
}

BOOST_AUTO_TEST_CASE(an_instance_without_tasks_stops_at_once) {
    begin(nullptr);
    host.stop();
    BOOST_TEST(host.said == Lines{"stopped"});
}

BOOST_AUTO_TEST_CASE(a_farewell_may_wait) {
    Probe::on_farewell = [this](Probe &p) -> kith::task<> {
        host.say("farewell");
        co_await p.timer.sleep(1s);
        host.say("said");
    };
    begin([](Probe &p) -> kith::task<> { co_await p.wake.wait(); });
    host.stop();
    BOOST_TEST(host.said == Lines{"farewell"});
    host.complete("timer");
    BOOST_TEST((host.said == Lines{"farewell", "said", "stopped"}));
}

BOOST_AUTO_TEST_CASE(an_exception_in_the_farewell_is_told_and_ends_it) {
    Probe::on_farewell = [](Probe &) -> kith::task<> { co_await broken(); };
    begin(nullptr);
    host.stop();
    BOOST_TEST((host.said == Lines{"failed -20 broken on purpose", "stopped"}));
}

BOOST_AUTO_TEST_CASE(refresh_after_stop_is_not_heard) {
    Probe::on_refresh = [this](Probe &) { host.say("refresh"); };
    begin([](Probe &p) -> kith::task<> { co_await p.timer.sleep(1s); });
    host.instance->stop(host.instance->self);
    refresh();
    BOOST_TEST(host.said.empty());
}

BOOST_AUTO_TEST_CASE(destroy_without_stop_frees_everything_and_asks_nothing) {
    begin([this](Probe &p) -> kith::task<> {
        Guard guard{host, "unwound"};
        auto stream = (co_await p.tcp.connect("a", 1)).value();
        p.spawn([](Probe &q) -> kith::task<> { co_await q.timer.sleep(1s); }(p));
        (void)co_await p.wake.wait_for(1s);
    });
    host.complete("connect");
    host.destroy();
    BOOST_TEST(host.said == Lines{"unwound"}); // no close: that is the host's to do
}

BOOST_AUTO_TEST_CASE(exceptions_in_callbacks_fail_the_instance) {
    Probe::on_refresh = [](Probe &) { throw std::runtime_error("no"); };
    begin(nullptr);
    refresh();
    BOOST_TEST(host.said == Lines{"failed -20 no"});
}

BOOST_AUTO_TEST_SUITE_END()
