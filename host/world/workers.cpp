// SPDX-License-Identifier: MIT
#include "workers.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <mutex>
#include <pthread.h>
#include <thread>
#include <utility>

namespace kith::app {

struct Workers::Shared {
    using Work = std::function<std::function<void()>()>;

    std::mutex mutex;
    std::condition_variable wake;
    std::deque<Work> queue;
    boost::asio::io_context *io; // null: the world is gone
    unsigned threads = 0;
    unsigned idle = 0;

    void live() {
        std::unique_lock lock(mutex);
        for (;;) {
            ++idle;
            wake.wait_for(lock, std::chrono::seconds(5), [this] { return !queue.empty() || io == nullptr; });
            --idle;
            if (queue.empty()) break;
            const Work work = std::move(queue.front());
            queue.pop_front();
            lock.unlock();
            std::function<void()> result = work();
            lock.lock();
            if (io != nullptr) boost::asio::post(*io, std::move(result));
        }
        --threads;
    }
};

Workers::Workers(boost::asio::io_context &io) : shared_(std::make_shared<Shared>()) { shared_->io = &io; }

Workers::~Workers() {
    const std::lock_guard lock(shared_->mutex);
    shared_->io = nullptr;
    shared_->queue.clear();
    shared_->wake.notify_all();
}

void Workers::run(std::function<std::function<void()>()> work) {
    const std::lock_guard lock(shared_->mutex);
    shared_->queue.push_back(std::move(work));
    if (shared_->idle >= shared_->queue.size() || shared_->threads == max_threads) {
        shared_->wake.notify_one();
        return;
    }
    // Signals are the loop's.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
        std::thread([shared = shared_] { shared->live(); }).detach();
        ++shared_->threads;
    } catch (...) { // no thread to be had; those there are will come to it
        if (shared_->threads == 0) shared_->queue.pop_back();
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
        if (shared_->threads == 0) throw;
        return;
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

} // namespace kith::app
