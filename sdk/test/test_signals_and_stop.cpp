// SPDX-License-Identifier: MIT
//
// Signals and channels of the C++ layer, and the end of an instance.
#include "layer_fixture.hpp"

using namespace std::chrono_literals;
using namespace kith::test;

BOOST_FIXTURE_TEST_SUITE(signals, LayerFixture)

BOOST_AUTO_TEST_CASE(a_notified_task_runs_after_the_notifying_code) {
    Probe::on_refresh = [this](Probe &p) {
        p.wake.notify();
        host.record("refreshed");
    };
    begin([this](Probe &p) -> kith::task<> {
        for (;;) {
            co_await p.wake.wait();
            host.record("woken");
        }
    });
    refresh();
    refresh();
    BOOST_TEST((host.recorded == Lines{"refreshed", "woken", "refreshed", "woken"}));
}

BOOST_AUTO_TEST_CASE(a_signal_without_a_waiter_is_stored_once) {
    begin([this](Probe &p) -> kith::task<> {
        p.wake.notify();
        p.wake.notify();
        co_await p.wake.wait();
        host.record("first");
        co_await p.wake.wait();
        host.record("second");
    });
    BOOST_TEST(host.recorded == Lines{"first"});
}

BOOST_AUTO_TEST_CASE(wait_for_returns_false_after_its_time) {
    begin([this](Probe &p) -> kith::task<> { host.record(co_await p.wake.wait_for(1s) ? "notified" : "time over"); });
    host.complete("timer");
    BOOST_TEST(host.recorded == Lines{"time over"});
}

BOOST_AUTO_TEST_CASE(a_signal_before_the_timeout_wakes_the_task_at_once) {
    Probe::on_refresh = [](Probe &p) { p.wake.notify(); };
    begin([this](Probe &p) -> kith::task<> { host.record(co_await p.wake.wait_for(1s) ? "notified" : "time over"); });
    refresh();
    BOOST_TEST(host.recorded == Lines{"notified"});
    BOOST_TEST(host.outstanding.size() == 1u);
    host.instance->stop(host.instance->self);
    BOOST_TEST(host.recorded == Lines{"notified"}); // `stopped` not before the last completion
    host.complete_cancelled();
    BOOST_TEST((host.recorded == Lines{"notified", "stopped"}));
}

BOOST_AUTO_TEST_CASE(a_timer_that_fires_while_it_is_cancelled_wakes_no_task_twice) {
    Probe::on_refresh = [](Probe &p) { p.wake.notify(); };
    begin([this](Probe &p) -> kith::task<> {
        for (int i = 0; i < 2; ++i) host.record(co_await p.wake.wait_for(1s) ? "notified" : "time over");
    });
    refresh();
    host.complete(host.outstanding.front().op, KITH_OK);
    BOOST_TEST(host.recorded == Lines{"notified"});
}

BOOST_AUTO_TEST_CASE(channels_keep_the_order) {
    begin([this](Probe &p) -> kith::task<> {
        for (;;) host.record(std::to_string(co_await p.numbers.pop()));
    });
    Probe::on_refresh = [](Probe &p) {
        for (int i = 1; i <= 3; ++i) p.numbers.push(i);
    };
    refresh();
    BOOST_TEST((host.recorded == Lines{"1", "2", "3"}));
}

BOOST_AUTO_TEST_SUITE_END()

// A task that waits for a connection, or for the signal that refresh notifies; and records each end.
struct FirstOfFixture : LayerFixture {
    FirstOfFixture() {
        Probe::on_refresh = [](Probe &p) { p.wake.notify(); };
        begin([this](Probe &p) -> kith::task<> {
            Guard guard{host, "unwound"};
            for (;;) {
                auto stream = co_await kith::first_of(p.tcp.connect("a", 1), p.wake.wait());
                if (!stream) host.record("notified");
                if (stream) host.record(*stream ? "connected" : "failed " + std::to_string(stream->status()));
            }
        });
    }
    std::uint64_t op() const { return host.outstanding.front().op; }
};

BOOST_FIXTURE_TEST_SUITE(first_of, FirstOfFixture)

BOOST_AUTO_TEST_CASE(the_result_of_the_operation_if_it_ends_first) {
    host.complete("connect");
    host.complete("connect", KITH_REFUSED);
    BOOST_TEST((host.recorded == Lines{"connected", "close 7", "failed " + std::to_string(KITH_REFUSED)}));
}

BOOST_AUTO_TEST_CASE(a_notification_cancels_the_operation_and_waits_for_its_completion) {
    refresh();
    BOOST_TEST(host.recorded.empty()); // the operation still refers to the task's frame
    host.complete_cancelled();
    BOOST_TEST(host.recorded == Lines{"notified"});
    BOOST_TEST(host.outstanding.size() == 1u); // and again, without a notification that is left over
}

BOOST_AUTO_TEST_CASE(a_result_that_was_under_way_is_kept_and_so_is_the_notification) {
    refresh();
    host.complete(op(), KITH_OK);
    BOOST_TEST((host.recorded == Lines{"connected", "close 7", "notified"}));
}

BOOST_AUTO_TEST_CASE(an_operation_that_others_cancel_is_not_a_notification) {
    host.complete(op(), KITH_CANCELLED);
    BOOST_TEST(host.recorded == Lines{"failed " + std::to_string(KITH_CANCELLED)});
}

BOOST_AUTO_TEST_CASE(stop_ends_it_whether_notified_or_not) {
    host.stop();
    BOOST_TEST((host.recorded == Lines{"unwound", "stopped"}));
}

BOOST_AUTO_TEST_CASE(stop_ends_it_while_the_cancelled_operation_is_still_to_complete) {
    refresh();
    host.stop();
    BOOST_TEST((host.recorded == Lines{"unwound", "stopped"}));
}

BOOST_AUTO_TEST_CASE(destroy_without_stop_leaves_nothing) {
    refresh();
    host.destroy();
    BOOST_TEST(host.recorded == Lines{"unwound"});
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(first_of_at_once, LayerFixture)

BOOST_AUTO_TEST_CASE(a_stored_notification_begins_no_operation) {
    begin([this](Probe &p) -> kith::task<> {
        p.wake.notify();
        auto stream = co_await kith::first_of(p.tcp.connect("a", 1), p.wake.wait());
        host.record(stream ? "ended" : "notified");
    });
    BOOST_TEST(host.recorded == Lines{"notified"});
    BOOST_TEST(host.outstanding.empty());
}

BOOST_AUTO_TEST_CASE(an_operation_that_cannot_begin_is_its_result_and_the_signal_is_left) {
    host.refuse = KITH_LIMIT;
    begin([this](Probe &p) -> kith::task<> {
        auto stream = co_await kith::first_of(p.tcp.connect("a", 1), p.wake.wait());
        host.record(stream && stream->status() == KITH_LIMIT ? "refused" : "wrong");
        p.wake.notify(); // nobody waits
        co_await p.wake.wait();
        host.record("notified");
    });
    BOOST_TEST((host.recorded == Lines{"refused", "notified"}));
}

BOOST_AUTO_TEST_CASE(yield_continues_after_the_loop_was_reached) {
    begin([this](Probe &) -> kith::task<> {
        host.record("before");
        co_await kith::yield();
        host.record("after");
    });
    BOOST_TEST(host.recorded == Lines{"before"});
    host.complete("timer");
    BOOST_TEST((host.recorded == Lines{"before", "after"}));
}

BOOST_AUTO_TEST_CASE(yield_ends_at_stop) {
    begin([this](Probe &) -> kith::task<> {
        Guard guard{host, "unwound"};
        for (;;) co_await kith::yield();
    });
    host.complete("timer");
    host.stop();
    BOOST_TEST((host.recorded == Lines{"unwound", "stopped"}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(stop_and_destroy, LayerFixture)

BOOST_AUTO_TEST_CASE(stop_unwinds_sleeping_tasks_and_then_reports_stopped) {
    begin([this](Probe &p) -> kith::task<> {
        Guard guard{host, "unwound"};
        for (;;) co_await p.timer.sleep(1s);
    });
    const auto op = host.outstanding.front().op;
    host.instance->stop(host.instance->self);
    BOOST_TEST(host.recorded.empty()); // the completion is still to come
    host.complete(op, KITH_CANCELLED);
    BOOST_TEST((host.recorded == Lines{"unwound", "stopped"}));
}

BOOST_AUTO_TEST_CASE(stop_ends_loops_that_catch_errors_only) {
    begin([this](Probe &p) -> kith::task<> {
        for (;;) {
            auto stream = co_await p.tcp.connect("a", 1);
            host.record(stream ? "connected" : "failed");
        }
    });
    host.complete("connect", KITH_REFUSED);
    host.stop();
    BOOST_TEST((host.recorded == Lines{"failed", "stopped"}));
}

BOOST_AUTO_TEST_CASE(a_result_from_before_stop_is_delivered_and_the_next_await_ends_the_task) {
    begin([this](Probe &p) -> kith::task<> {
        auto stream = co_await p.tcp.connect("a", 1);
        host.record(stream ? "connected" : "failed");
        co_await p.timer.sleep(1s);
        host.record("never");
    });
    const auto op = host.outstanding.front().op;
    host.instance->stop(host.instance->self);
    host.complete(op, KITH_OK);
    BOOST_TEST((host.recorded == Lines{"connected", "close 7", "stopped"}));
}

BOOST_AUTO_TEST_CASE(a_task_spawned_after_stop_ends_at_its_first_await) {
    begin([this](Probe &p) -> kith::task<> {
        (void)co_await p.tcp.connect("a", 1);
        p.spawn([](Probe &q) -> kith::task<> { co_await q.timer.sleep(1s); }(p));
        host.record("spawned");
    });
    const auto op = host.outstanding.front().op;
    host.instance->stop(host.instance->self);
    host.complete(op, KITH_REFUSED);
    BOOST_TEST((host.recorded == Lines{"spawned", "stopped"}));
    BOOST_TEST(host.outstanding.empty());
}

BOOST_AUTO_TEST_CASE(stopped_is_reported_after_tasks_spawned_by_farewell) {
    Probe::on_farewell = [](Probe &p) -> kith::task<> {
        p.spawn([](Probe &q) -> kith::task<> { co_await q.timer.sleep(1s); }(p));
        co_return;
    };
    begin(nullptr);
    host.stop();
    BOOST_TEST(host.recorded.empty());
    host.complete("timer");
    BOOST_TEST(host.recorded == Lines{"stopped"});
}

BOOST_AUTO_TEST_CASE(stop_wakes_local_waits) {
    begin([this](Probe &p) -> kith::task<> {
        Guard guard{host, "unwound"};
        p.spawn([](Probe &q) -> kith::task<> { co_await q.numbers.pop(); }(p));
        co_await p.wake.wait();
    });
    host.stop();
    BOOST_TEST((host.recorded == Lines{"unwound", "stopped"}));
}

BOOST_AUTO_TEST_CASE(an_instance_without_tasks_stops_at_once) {
    begin(nullptr);
    host.stop();
    BOOST_TEST(host.recorded == Lines{"stopped"});
}

BOOST_AUTO_TEST_CASE(farewell_may_await_operations) {
    Probe::on_farewell = [this](Probe &p) -> kith::task<> {
        host.record("farewell");
        co_await p.timer.sleep(1s);
        host.record("said");
    };
    begin([](Probe &p) -> kith::task<> { co_await p.wake.wait(); });
    host.stop();
    BOOST_TEST(host.recorded == Lines{"farewell"});
    host.complete("timer");
    BOOST_TEST((host.recorded == Lines{"farewell", "said", "stopped"}));
}

BOOST_AUTO_TEST_CASE(an_exception_in_farewell_is_reported_and_ends_it) {
    Probe::on_farewell = [](Probe &) -> kith::task<> { co_await broken(); };
    begin(nullptr);
    host.stop();
    BOOST_TEST((host.recorded == Lines{"failed -20 broken on purpose", "stopped"}));
}

BOOST_AUTO_TEST_CASE(a_refresh_after_stop_is_ignored) {
    Probe::on_refresh = [this](Probe &) { host.record("refresh"); };
    begin([](Probe &p) -> kith::task<> { co_await p.timer.sleep(1s); });
    host.instance->stop(host.instance->self);
    refresh();
    BOOST_TEST(host.recorded.empty());
}

BOOST_AUTO_TEST_CASE(destroy_without_stop_frees_everything_without_host_calls) {
    begin([this](Probe &p) -> kith::task<> {
        Guard guard{host, "unwound"};
        auto stream = (co_await p.tcp.connect("a", 1)).value();
        p.spawn([](Probe &q) -> kith::task<> { co_await q.timer.sleep(1s); }(p));
        (void)co_await p.wake.wait_for(1s);
    });
    host.complete("connect");
    host.destroy();
    BOOST_TEST(host.recorded == Lines{"unwound"}); // no close: that is the host's to do
}

BOOST_AUTO_TEST_CASE(exceptions_in_callbacks_fail_the_instance) {
    Probe::on_refresh = [](Probe &) { throw std::runtime_error("no"); };
    begin(nullptr);
    refresh();
    BOOST_TEST(host.recorded == Lines{"failed -20 no"});
}

BOOST_AUTO_TEST_SUITE_END()
