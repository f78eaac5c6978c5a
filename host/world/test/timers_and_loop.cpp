// SPDX-License-Identifier: MIT
//
// Operations, timers, posts, clock and random, in both worlds.
#include "real_and_simulated_worlds.hpp"

#include <algorithm>
#include <array>
#include <thread>

using namespace kith::test;

BOOST_AUTO_TEST_SUITE(time_)

BOOST_AUTO_TEST_CASE_TEMPLATE(timers_fire_in_the_order_of_their_time, Fixture, Fixtures) {
    Fixture fixture;
    TestTenant tenant(fixture.world());
    tenant.timer(30 * ms, 1);
    tenant.timer(10 * ms, 2);
    tenant.timer(0, 3);
    tenant.timer(UINT64_MAX, 4);
    BOOST_TEST(tenant.done.empty());
    BOOST_TEST(fixture.world().outstanding(tenant.host) == 4u);
    BOOST_TEST(fixture.until([&] { return tenant.done.size() == 3; }));
    BOOST_TEST(tenant.users() == (std::vector<std::uint64_t>{3, 2, 1}), boost::test_tools::per_element());
    BOOST_TEST(fixture.world().outstanding(tenant.host) == 1u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_timer_does_not_fire_early, Fixture, Fixtures) {
    Fixture fixture;
    TestTenant tenant(fixture.world());
    const auto *clock = tenant.template table<kith_clock_host>(KITH_CLOCK);
    for (const std::uint64_t delay : {0 * ms, 1 * ms, 7 * ms}) {
        const std::uint64_t begin = clock->monotonic(&tenant.host);
        fixture.await(tenant, tenant.timer(delay));
        BOOST_TEST(clock->monotonic(&tenant.host) - begin >= delay);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(cancel_completes_once_later_and_is_stale_afterwards, Fixture, Fixtures) {
    Fixture fixture;
    TestTenant tenant(fixture.world());
    const auto op = tenant.timer(3'600'000 * ms, 7);
    BOOST_TEST(tenant.cancel(op) == KITH_OK);
    BOOST_TEST(tenant.cancel(op) == KITH_OK);
    BOOST_TEST(tenant.done.empty());
    BOOST_TEST(fixture.world().outstanding(tenant.host) == 1u);
    const Completion done = fixture.await(tenant, op);
    BOOST_TEST(done.status == KITH_CANCELLED);
    BOOST_TEST(done.user == 7u);
    BOOST_TEST(tenant.cancel(op) == KITH_STALE);
    BOOST_TEST(tenant.cancel(0) == KITH_STALE);
    BOOST_TEST(tenant.cancel(123'456'789) == KITH_STALE);
    fixture.settle();
    BOOST_TEST(tenant.done.size() == 1u);
    TestTenant other(fixture.world(), "other");
    const auto mine = tenant.timer(1 * ms);
    BOOST_TEST(other.cancel(mine) == KITH_STALE);
    BOOST_TEST(fixture.await(tenant, mine).status == KITH_OK);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(cancel_all_ends_outstanding_operations_and_new_ones_may_begin, Fixture, Fixtures) {
    Fixture fixture;
    TestTenant tenant(fixture.world());
    for (std::uint64_t user = 1; user <= 50; ++user) tenant.timer(3'600'000 * ms, user);
    fixture.world().cancel_all(tenant.host);
    const auto farewell = tenant.timer(1 * ms, 51);
    BOOST_TEST(tenant.done.empty());
    BOOST_TEST(fixture.await(tenant, farewell).status == KITH_OK);
    BOOST_TEST(tenant.done.size() == 51u);
    BOOST_TEST(std::count_if(tenant.done.begin(), tenant.done.end(),
                             [](const Completion &one) { return one.status == KITH_CANCELLED; }) == 50);
    BOOST_TEST(fixture.world().outstanding(tenant.host) == 0u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(after_close_there_are_no_completions, Fixture, Fixtures) {
    Fixture fixture;
    TestTenant tenant(fixture.world());
    fixture.put("file", "bytes");
    tenant.timer(1 * ms);
    tenant.timer(0);
    tenant.cancel(tenant.timer(1 * ms));
    tenant.read_file(fixture.path("file"));
    tenant.watch(fixture.path("none"), 0);
    tenant.save("state");
    tenant.post(1);
    tenant.connect("127.0.0.1", 1);
    tenant.connect("localhost", 1);
    tenant.leave_world();
    fixture.settle();
    BOOST_TEST(tenant.done.empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(ids_are_never_reused, Fixture, Fixtures) {
    Fixture fixture;
    TestTenant a(fixture.world(), "a"), b(fixture.world(), "b");
    std::vector<std::uint64_t> ids;
    for (int i = 0; i < 100; ++i) {
        ids.push_back(a.timer(0));
        ids.push_back(b.timer(0));
        ids.push_back(fixture.world().next_id());
        fixture.await(b, ids[ids.size() - 2]);
    }
    std::sort(ids.begin(), ids.end());
    BOOST_TEST((std::adjacent_find(ids.begin(), ids.end()) == ids.end()));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(clocks_advance, Fixture, Fixtures) {
    Fixture fixture;
    TestTenant tenant(fixture.world());
    const auto *clock = tenant.template table<kith_clock_host>(KITH_CLOCK);
    const std::uint64_t begin = clock->monotonic(&tenant.host);
    const std::int64_t wall = clock->wall(&tenant.host);
    BOOST_TEST(wall > 1'700'000'000'000'000'000);
    fixture.await(tenant, tenant.timer(2 * ms));
    BOOST_TEST(clock->monotonic(&tenant.host) >= begin + 2 * ms);
    BOOST_TEST(clock->wall(&tenant.host) >= wall + static_cast<std::int64_t>(2 * ms));
}

// `clock.jumped` is tested in the simulated world only (sdk/testkit/test/simulated_time.cpp): no namespace has a wall clock of its own, so a test
// of the real one would set the clock of the whole machine.

BOOST_AUTO_TEST_CASE_TEMPLATE(random_fills_the_whole_buffer, Fixture, Fixtures) {
    Fixture fixture;
    TestTenant tenant(fixture.world());
    std::array<unsigned char, 4096> once{}, twice{};
    const auto *random = tenant.template table<kith_random_host>(KITH_RANDOM);
    random->fill(&tenant.host, once.data(), once.size());
    random->fill(&tenant.host, twice.data(), twice.size());
    random->fill(&tenant.host, nullptr, 0);
    BOOST_TEST((once != twice));
    BOOST_TEST((std::count(once.begin() + 2048, once.end(), 0) < 100));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(unknown_services_are_not_offered, Fixture, Fixtures) {
    Fixture fixture;
    for (const char *id : {"kith.timer/2", "kith.log/1", "kith.http/9", ""}) BOOST_TEST(fixture.world().service(id) == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(loop)

BOOST_AUTO_TEST_CASE_TEMPLATE(posts_come_later_and_in_order, Fixture, Fixtures) {
    Fixture fixture;
    TestTenant tenant(fixture.world());
    for (std::uint64_t user = 0; user < 100; ++user) BOOST_TEST(tenant.post(user) == KITH_OK);
    BOOST_TEST(tenant.done.empty());
    BOOST_TEST(fixture.until([&] { return tenant.done.size() == 100; }));
    for (std::uint64_t user = 0; user < 100; ++user) BOOST_TEST(tenant.done[user].user == user);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(no_more_than_65536_posts_wait_for_one_tenant, Fixture, Fixtures) {
    Fixture fixture;
    TestTenant tenant(fixture.world()), other(fixture.world(), "other");
    for (std::uint64_t user = 0; user < 65'536; ++user) BOOST_REQUIRE(tenant.post(user) == KITH_OK);
    BOOST_TEST(tenant.post(0) == KITH_LIMIT);
    BOOST_TEST(other.post(0) == KITH_OK);
    tenant.done.reserve(65'537);
    BOOST_TEST(fixture.until([&] { return tenant.done.size() == 65'536; }));
    BOOST_TEST(tenant.post(0) == KITH_OK);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(after_stopped_posts_are_refused_and_those_before_still_come, Fixture, Fixtures) {
    Fixture fixture;
    TestTenant tenant(fixture.world());
    BOOST_TEST(tenant.post(1) == KITH_OK);
    BOOST_TEST(tenant.post(2) == KITH_OK);
    fixture.world().silence(tenant.host);
    BOOST_TEST(tenant.post(3) == KITH_CANCELLED);
    fixture.settle();
    BOOST_TEST(tenant.users() == (std::vector<std::uint64_t>{1, 2}), boost::test_tools::per_element());
}

// One reason for the thread sanitizer: only `post` and the clocks may be called here.
BOOST_AUTO_TEST_CASE_TEMPLATE(four_threads_post_at_once_each_in_its_order, Fixture, Fixtures) {
    constexpr std::uint64_t each = 5000;
    Fixture fixture;
    TestTenant tenant(fixture.world());
    const auto *loop = tenant.template table<kith_loop_host>(KITH_LOOP);
    const auto *clock = tenant.template table<kith_clock_host>(KITH_CLOCK);
    std::vector<std::thread> threads;
    for (std::uint64_t thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&, thread] {
            for (std::uint64_t i = 0; i < each; ++i) {
                while (loop->post(&tenant.host, thread << 32U | i) == KITH_LIMIT) std::this_thread::yield();
                clock->monotonic(&tenant.host);
                clock->wall(&tenant.host);
            }
        });
    }
    const auto bound = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    bool all = false; // a simulated world waits a moment only for threads, which a busy machine may not run within it
    while (!all && std::chrono::steady_clock::now() < bound)
        all = fixture.until([&] { return tenant.done.size() == 4 * each; });
    for (std::thread &thread : threads) thread.join();
    BOOST_REQUIRE(all);
    std::array<std::uint64_t, 4> next{};
    for (const Completion &one : tenant.done) BOOST_REQUIRE((one.user & 0xffffffffU) == next[one.user >> 32U]++);
}

BOOST_AUTO_TEST_SUITE_END()
