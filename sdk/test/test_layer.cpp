// SPDX-License-Identifier: MIT
//
// Tasks and operations of the C++ layer.
#define BOOST_TEST_MODULE sdk_layer
#include "layer_fixture.hpp"

using namespace std::chrono_literals;
using namespace kith::test;

BOOST_FIXTURE_TEST_SUITE(tasks, LayerFixture)

BOOST_AUTO_TEST_CASE(a_task_returns_its_value_to_the_awaiting_task) {
    begin([this](Probe &) -> kith::task<> { host.record(std::to_string(co_await add(co_await add(1, 2), 3))); });
    BOOST_TEST(host.recorded == Lines{"6"});
}

BOOST_AUTO_TEST_CASE(a_task_throws_its_exception_into_the_awaiting_task) {
    begin([this](Probe &) -> kith::task<> {
        try {
            co_await broken();
        } catch (const std::runtime_error &e) {
            host.record(e.what());
        }
    });
    BOOST_TEST(host.recorded == Lines{"broken on purpose"});
}

BOOST_AUTO_TEST_CASE(awaiting_tasks_in_a_loop_uses_a_constant_stack) {
    begin([this](Probe &) -> kith::task<> {
        int sum = 0;
        for (int i = 0; i < 1'000'000; ++i) sum = co_await add(sum, 1);
        host.record(std::to_string(sum));
    });
    BOOST_TEST(host.recorded == Lines{"1000000"});
}

BOOST_AUTO_TEST_CASE(a_task_that_is_never_awaited_does_not_run) {
    begin([](Probe &) -> kith::task<> {
        auto forgotten = broken();
        co_return;
    });
    BOOST_TEST(host.recorded.empty());
}

BOOST_AUTO_TEST_CASE(an_uncaught_exception_fails_the_instance) {
    begin([](Probe &) -> kith::task<> { co_await broken(); });
    BOOST_TEST(host.recorded == Lines{"failed -20 broken on purpose"});
}

BOOST_AUTO_TEST_CASE(an_uncaught_error_keeps_its_status) {
    begin([](Probe &p) -> kith::task<> {
        co_await p.timer.sleep(1s);
        throw kith::error(KITH_PROTOCOL, "no such message");
    });
    host.complete("timer");
    BOOST_TEST(host.recorded == Lines{"failed -17 no such message"});
}

BOOST_AUTO_TEST_CASE(an_uncaught_object_that_is_not_an_exception_fails_the_instance) {
    begin([](Probe &) -> kith::task<> {
        throw 7;
        co_return;
    });
    BOOST_TEST(host.recorded == Lines{"failed -20 an exception of a type that is not std::exception"});
}

BOOST_AUTO_TEST_CASE(spawning_a_task_in_the_constructor_is_refused) {
    Probe::on_create = [](Probe &p) { p.spawn(p.strategy::run()); };
    BOOST_TEST(host.create<Probe>() == KITH_INTERNAL);
    BOOST_TEST(host.error == "a task was spawned in the constructor; spawn it in run()");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(operations, LayerFixture)

BOOST_AUTO_TEST_CASE(a_refused_timer_fails_the_instance_instead_of_a_busy_loop) {
    host.refuse = KITH_LIMIT;
    begin([](Probe &p) -> kith::task<> {
        for (;;) co_await p.timer.sleep(1s);
    });
    BOOST_TEST(host.recorded == Lines{"failed -8 over a limit on size or number"});
}

BOOST_AUTO_TEST_CASE(a_failed_operation_returns_an_error_with_the_hosts_text) {
    begin([this](Probe &p) -> kith::task<> {
        auto stream = co_await p.tcp.connect("nowhere.invalid", 4369, 7s);
        host.record(std::to_string(stream.status()) + " " + stream.error().text);
    });
    host.complete("connect", KITH_UNRESOLVED, "nowhere.invalid: no such host");
    BOOST_TEST(host.recorded == Lines{"-15 nowhere.invalid: no such host"});
}

BOOST_AUTO_TEST_CASE(an_operation_refused_at_once_returns_an_error) {
    host.refuse = KITH_LIMIT;
    begin([this](Probe &p) -> kith::task<> {
        auto stream = co_await p.tcp.connect("a", 1);
        host.record(std::to_string(stream.status()) + " " + stream.error().text);
    });
    BOOST_TEST(host.recorded == Lines{"-8 over a limit on size or number"});
}

BOOST_AUTO_TEST_CASE(a_stream_reads_and_writes_and_its_destructor_closes_it) {
    begin([this](Probe &p) -> kith::task<> {
        auto stream = (co_await p.tcp.connect("a", 1)).value();
        host.record(stream.remote.address + ":" + std::to_string(stream.remote.port));
        (co_await stream.write("hello")).value();
        std::array<std::byte, 5> buffer{};
        (co_await stream.read_exactly(buffer)).value();
        host.record(std::string(reinterpret_cast<const char *>(buffer.data()), buffer.size()));
        const auto end = co_await stream.read(buffer);
        host.record("end " + std::to_string(end.status()));
    });
    host.complete("connect");
    host.complete("write");
    host.complete("read", KITH_OK, "wo");
    host.complete("read", KITH_OK, "rld");
    host.complete("read", KITH_CLOSED);
    BOOST_TEST((host.recorded == Lines{"127.0.0.1:4369", "world", "end -11", "close 7"}));
    BOOST_TEST(host.outstanding.empty());
}

BOOST_AUTO_TEST_CASE(closing_a_stream_completes_its_pending_read_with_an_error) {
    auto stream = std::make_shared<kith::stream>();
    begin([this, stream](Probe &p) -> kith::task<> {
        *stream = (co_await p.tcp.connect("a", 1)).value();
        std::array<std::byte, 5> buffer{};
        const auto got = co_await stream->read(buffer);
        host.record("read " + std::to_string(got.status()));
    });
    host.complete("connect");
    stream->close();
    BOOST_TEST(host.recorded == Lines{"close 7"}); // never inside the call
    host.complete_cancelled();
    BOOST_TEST((host.recorded == Lines{"close 7", "read -1"}));
}

BOOST_AUTO_TEST_CASE(a_closed_stream_is_stale) {
    begin([this](Probe &p) -> kith::task<> {
        auto stream = (co_await p.tcp.connect("a", 1)).value();
        auto other = std::move(stream);
        other.close();
        host.record(std::to_string((co_await other.write("x")).status()));
    });
    host.complete("connect");
    BOOST_TEST((host.recorded == Lines{"close 7", "-10"}));
}

BOOST_AUTO_TEST_SUITE_END()
