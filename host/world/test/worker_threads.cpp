// SPDX-License-Identifier: MIT
#include <host/world/worker_threads.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <vector>

using namespace kith::app;
using namespace std::chrono_literals;

namespace {

struct Fixture {
    template <class Done>
    bool until(Done done) {
        const auto bound = std::chrono::steady_clock::now() + 60s;
        while (!done() && std::chrono::steady_clock::now() < bound) {
            io.restart();
            io.run_one_until(bound);
        }
        return done();
    }
    boost::asio::io_context io{1};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(workers, Fixture)

BOOST_AUTO_TEST_CASE(work_runs_on_a_thread_and_done_on_the_loop) {
    WorkerThreads workers(io);
    const auto here = std::this_thread::get_id();
    std::thread::id worked, ended;
    workers.run(
        "a", [] { return std::this_thread::get_id(); },
        [&](std::thread::id on) {
            worked = on;
            ended = std::this_thread::get_id();
        });
    BOOST_TEST(until([&] { return ended != std::thread::id(); }));
    BOOST_TEST((ended == here));
    BOOST_TEST((worked != here));
}

BOOST_AUTO_TEST_CASE(one_lane_keeps_its_order) {
    WorkerThreads workers(io);
    std::vector<int> order;
    for (int i = 0; i < 300; ++i) {
        workers.run(
            "lane " + std::to_string(i % 3), [i] { return i; }, [&](int done) { order.push_back(done); });
    }
    BOOST_TEST(until([&] { return order.size() == 300; }));
    std::vector<int> last{-1, -1, -1};
    for (const int i : order) {
        BOOST_TEST(i > last[static_cast<std::size_t>(i % 3)]);
        last[static_cast<std::size_t>(i % 3)] = i;
    }
}

BOOST_AUTO_TEST_CASE(a_blocked_lane_does_not_block_others) {
    std::promise<void> release;
    const std::shared_future<void> released = release.get_future().share();
    int hung = 0, other = 0;
    WorkerThreads workers(io);
    const auto wait = [released] {
        released.wait();
        return 0;
    };
    for (int i = 0; i < 50; ++i) workers.run("dead mount", wait, [&](int) { ++hung; });
    for (int i = 0; i < 20; ++i)
        workers.run(
            "path " + std::to_string(i), [] { return 0; }, [&](int) { ++other; });
    BOOST_TEST(until([&] { return other == 20; }));
    BOOST_TEST(hung == 0);
    release.set_value();
    BOOST_TEST(until([&] { return hung == 50; }));
}

BOOST_AUTO_TEST_CASE(the_destructor_does_not_wait_for_blocked_work) {
    std::promise<void> release;
    const std::shared_future<void> released = release.get_future().share();
    std::promise<void> begun;
    bool done = false;
    const auto begin = std::chrono::steady_clock::now();
    {
        WorkerThreads workers(io);
        workers.run(
            "hangs",
            [released, &begun] {
                begun.set_value();
                released.wait();
                return 0;
            },
            [&](int) { done = true; });
        begun.get_future().wait();
    }
    BOOST_TEST((std::chrono::steady_clock::now() - begin < 30s));
    release.set_value();
    io.poll();
    BOOST_TEST(!done);
}

BOOST_AUTO_TEST_SUITE_END()
