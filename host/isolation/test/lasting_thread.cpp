// SPDX-License-Identifier: MIT
#include "../lasting_thread.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <future>
#include <iterator>
#include <memory>
#include <set>
#include <vector>

namespace kith::isolation {

BOOST_AUTO_TEST_SUITE(lasting_thread)

BOOST_AUTO_TEST_CASE(one_other_thread_does_all_the_work_in_order) {
    LastingThread thread;
    std::vector<int> order;
    std::set<std::thread::id> on;
    for (int batch = 0; batch < 2; ++batch) { // the thread has nothing to do between them
        std::promise<void> last;
        for (int i = 0; i < 100; ++i)
            thread.run([&, i] {
                order.push_back(i);
                on.insert(std::this_thread::get_id());
                if (i == 99) last.set_value();
            });
        last.get_future().wait();
    }
    BOOST_TEST(order.size() == 200U);
    for (int i = 0; i < 200; ++i) BOOST_TEST(order[static_cast<std::size_t>(i)] == i % 100);
    BOOST_TEST(on.size() == 1U);
    BOOST_TEST(!on.contains(std::this_thread::get_id()));
}

BOOST_AUTO_TEST_CASE(the_end_waits_for_the_work_in_progress_and_drops_the_rest) {
    auto dropped = std::make_shared<int>();
    const std::weak_ptr<int> kept = dropped;
    std::promise<void> begun, go_on;
    bool done = false, begun_later = false;
    std::future<void> ended;
    {
        auto thread = std::make_unique<LastingThread>();
        thread->run([&] {
            begun.set_value();
            go_on.get_future().wait();
            done = true;
        });
        thread->run([&begun_later, dropped = std::move(dropped)] { begun_later = true; });
        begun.get_future().wait();
        ended = std::async(std::launch::async, [thread = std::move(thread)]() mutable { thread.reset(); });
    }
    BOOST_TEST((ended.wait_for(std::chrono::milliseconds(20)) == std::future_status::timeout));
    go_on.set_value();
    ended.wait();
    BOOST_TEST(done);
    BOOST_TEST(!begun_later);
    BOOST_TEST(kept.expired());
}

BOOST_AUTO_TEST_CASE(it_receives_no_signal) {
    LastingThread thread;
    std::promise<sigset_t> blocked;
    thread.run([&] {
        sigset_t now{};
        ::pthread_sigmask(SIG_SETMASK, nullptr, &now);
        blocked.set_value(now);
    });
    const sigset_t there = blocked.get_future().get();
    sigset_t here{};
    ::pthread_sigmask(SIG_SETMASK, nullptr, &here);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGCHLD}) {
        BOOST_TEST(::sigismember(&there, signal) == 1);
        BOOST_TEST(::sigismember(&here, signal) == 0);
    }
}

BOOST_AUTO_TEST_CASE(without_work_there_is_no_thread) {
    const auto threads = [] {
        namespace fs = std::filesystem;
        return std::distance(fs::directory_iterator("/proc/self/task"), fs::directory_iterator());
    };
    const auto before = threads();
    LastingThread thread;
    BOOST_TEST(threads() == before);
    std::promise<void> done;
    thread.run([&] { done.set_value(); });
    done.get_future().wait();
    BOOST_TEST(threads() == before + 1);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::isolation
