// SPDX-License-Identifier: MIT
#include "machine_test_tenant.hpp"

#include <boost/test/unit_test.hpp>

#include <thread>

using namespace kith::testkit;
using namespace std::chrono_literals;

namespace {

struct TimeFixture {
    SimNet net{7};
    SimulatedMachine &machine = net.machine("a", {"10.0.0.1"});
    MachineTenant tenant{machine};

    const kith_clock_host *clock() const { return tenant.table<kith_clock_host>(KITH_CLOCK); }
    const kith_loop_host *loop() const { return tenant.table<kith_loop_host>(KITH_LOOP); }
    std::vector<std::uint64_t> users() const {
        std::vector<std::uint64_t> out;
        for (const auto &each : tenant.done) out.push_back(each.user);
        return out;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(time_, TimeFixture)

BOOST_AUTO_TEST_CASE(timers_fire_in_the_order_of_time_then_of_their_start) {
    tenant.timer(30, 1);
    tenant.timer(10, 2);
    tenant.timer(30, 3);
    tenant.timer(0, 4);
    BOOST_TEST(tenant.done.empty());
    net.run_for(30ns);
    BOOST_TEST(users() == (std::vector<std::uint64_t>{4, 2, 1, 3}), boost::test_tools::per_element());
    BOOST_TEST(machine.outstanding(tenant.host) == 0u);
}

BOOST_AUTO_TEST_CASE(a_timer_does_not_fire_early_and_the_longest_does_not_overflow) {
    tenant.timer(1'000'000'000, 1);
    tenant.timer(UINT64_MAX, 2);
    net.run_for(999'999'999ns);
    BOOST_TEST(tenant.done.empty());
    net.run_for(1ns);
    BOOST_TEST(tenant.done.size() == 1u);
    net.run_for(1000h);
    BOOST_TEST(tenant.done.size() == 1u);
}

BOOST_AUTO_TEST_CASE(cancel_completes_once_later_and_is_stale_afterwards) {
    const auto op = tenant.timer(1'000'000);
    BOOST_TEST(machine.cancel(tenant.host, op) == KITH_OK);
    BOOST_TEST(machine.cancel(tenant.host, op) == KITH_OK);
    BOOST_TEST(tenant.done.empty());
    BOOST_TEST(machine.outstanding(tenant.host) == 1u);
    net.run_for(1s);
    BOOST_REQUIRE(tenant.done.size() == 1u);
    BOOST_TEST(tenant.done[0].status == KITH_CANCELLED);
    BOOST_TEST(machine.cancel(tenant.host, op) == KITH_STALE);
    BOOST_TEST(machine.cancel(tenant.host, 0) == KITH_STALE);
    BOOST_TEST(machine.cancel(tenant.host, 12345) == KITH_STALE);
}

BOOST_AUTO_TEST_CASE(an_operation_belongs_to_its_tenant) {
    MachineTenant other(machine, "other");
    const auto op = tenant.timer(1'000'000);
    BOOST_TEST(machine.cancel(other.host, op) == KITH_STALE);
}

BOOST_AUTO_TEST_CASE(cancel_all_ends_outstanding_operations_and_new_ones_may_begin) {
    tenant.timer(1'000'000, 1);
    tenant.timer(2'000'000, 2);
    machine.cancel_all(tenant.host);
    tenant.timer(5, 3);
    net.run_for(1s);
    BOOST_TEST(users() == (std::vector<std::uint64_t>{1, 2, 3}), boost::test_tools::per_element());
    BOOST_TEST(tenant.done[0].status == KITH_CANCELLED);
    BOOST_TEST(tenant.done[1].status == KITH_CANCELLED);
    BOOST_TEST(tenant.done[2].status == KITH_OK);
}

BOOST_AUTO_TEST_CASE(close_ends_everything_without_a_completion) {
    tenant.timer(5);
    machine.close(tenant.host);
    net.run_for(1s);
    BOOST_TEST(tenant.done.empty());
}

BOOST_AUTO_TEST_CASE(ids_are_never_reused) {
    std::vector<std::uint64_t> ids;
    for (int i = 0; i < 100; ++i) {
        ids.push_back(tenant.timer(1));
        ids.push_back(machine.next_id());
        net.run_for(10ns);
    }
    std::sort(ids.begin(), ids.end());
    BOOST_TEST((std::adjacent_find(ids.begin(), ids.end()) == ids.end()));
}

BOOST_AUTO_TEST_CASE(clocks_follow_simulated_time_and_their_skew) {
    SimulatedMachine &other = net.machine("b", {"10.0.0.2"});
    other.skew(5s, 3s);
    MachineTenant there(other);
    BOOST_TEST(clock()->wall(&there.host) - clock()->wall(&tenant.host) == 5'000'000'000);
    BOOST_TEST(clock()->monotonic(&there.host) - clock()->monotonic(&tenant.host) == 3'000'000'000u);
    const auto before = clock()->monotonic(&tenant.host);
    net.run_for(90s);
    BOOST_TEST(clock()->monotonic(&tenant.host) - before == 90'000'000'000u);
}

BOOST_AUTO_TEST_CASE(jumps_of_the_wall_clock_are_reported_and_small_steps_are_not) {
    machine.jump_wall(500ms);
    net.run_for(1s);
    BOOST_TEST(tenant.done.empty());
    const auto before = clock()->monotonic(&tenant.host);
    machine.jump_wall(-3600s);
    BOOST_TEST(tenant.done.empty());
    BOOST_TEST(clock()->monotonic(&tenant.host) == before);
    net.run_for(0ns);
    BOOST_REQUIRE(tenant.done.size() == 1u);
    BOOST_TEST(tenant.done[0].delta == -3'600'000'000'000);
}

BOOST_AUTO_TEST_CASE(posts_come_later_and_in_order) {
    for (std::uint64_t i = 0; i < 5; ++i) BOOST_TEST(loop()->post(&tenant.host, i) == KITH_OK);
    BOOST_TEST(tenant.done.empty());
    net.run_for(0ns);
    BOOST_TEST(users() == (std::vector<std::uint64_t>{0, 1, 2, 3, 4}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(posts_have_a_limit_and_end_with_silence) {
    for (std::uint64_t i = 0; i < 65536; ++i) BOOST_REQUIRE(loop()->post(&tenant.host, i) == KITH_OK);
    BOOST_TEST(loop()->post(&tenant.host, 0) == KITH_LIMIT);
    net.run_for(0ns);
    BOOST_TEST(tenant.done.size() == 65536u);
    machine.silence(tenant.host);
    BOOST_TEST(loop()->post(&tenant.host, 0) == KITH_CANCELLED);
}

BOOST_AUTO_TEST_CASE(another_thread_may_post_and_read_the_clock) {
    std::thread thread([&] {
        for (std::uint64_t i = 0; i < 1000; ++i) {
            loop()->post(&tenant.host, i);
            clock()->monotonic(&tenant.host);
            clock()->wall(&tenant.host);
        }
    });
    while (tenant.done.size() < 1000) {
        BOOST_REQUIRE(net.await_post(10s));
        net.run_for(1ms);
    }
    thread.join();
    for (std::uint64_t i = 0; i < 1000; ++i) BOOST_REQUIRE(tenant.done[i].user == i);
}

BOOST_AUTO_TEST_CASE(random_bytes_follow_the_seed) {
    const auto bytes = [](std::uint64_t seed) {
        SimNet world(seed);
        MachineTenant inside(world.machine("m", {}));
        std::string out(37, '\0');
        inside.table<kith_random_host>(KITH_RANDOM)->fill(&inside.host, out.data(), out.size());
        return out;
    };
    BOOST_TEST(bytes(1) == bytes(1));
    BOOST_TEST(bytes(1) != bytes(2));
}

BOOST_AUTO_TEST_CASE(run_until_ends_at_its_bound) {
    const auto begin = net.now();
    BOOST_TEST(!net.run_until([] { return false; }, 10s));
    BOOST_TEST((net.now() - begin == 10s));
    bool called = false;
    net.in(2s, [&] { called = true; });
    BOOST_TEST(net.run_until([&] { return called; }, 10s));
    BOOST_TEST((net.now() - begin == 12s));
}

BOOST_AUTO_TEST_SUITE_END()
