// SPDX-License-Identifier: MIT
//
// Tasks and operations of the C++ layer.
#define BOOST_TEST_MODULE sdk_layer
#include "layer_fixture.hpp"

using namespace std::chrono_literals;
using namespace kith::test;

BOOST_FIXTURE_TEST_SUITE(tasks, LayerFixture)

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

BOOST_FIXTURE_TEST_SUITE(operations, LayerFixture)

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
