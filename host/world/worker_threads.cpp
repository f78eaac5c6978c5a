// SPDX-License-Identifier: MIT
#include "worker_threads.hpp"

#include <boost/asio/post.hpp>

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <mutex>
#include <pthread.h>
#include <system_error>
#include <thread>
#include <unordered_map>

namespace kith::app {

namespace {

constexpr auto patience = std::chrono::seconds(5); // an idle thread ends after this time

struct Job {
    WorkerThreads::Ticket ticket = 0;
    std::string lane;
    std::function<void()> work;
};

// Threads started meanwhile have all signals blocked: the loop handles them.
class SignalsBlocked {
  public:
    SignalsBlocked() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsBlocked(const SignalsBlocked &) = delete;
    SignalsBlocked &operator=(const SignalsBlocked &) = delete;

  private:
    sigset_t before_{};
};

} // namespace

// Outlives the world while a thread is blocked.
struct WorkerThreads::Threads {
    // Used only by the loop.
    std::unordered_map<Ticket, std::function<void()>> done;
    Ticket last = 0;
    unsigned most = 1;

    std::mutex mutex; // guards what follows
    std::condition_variable wake;
    std::deque<Job> ready;
    std::unordered_map<std::string, std::deque<Job>> lanes; // the active lanes, with the jobs that wait in each
    boost::asio::io_context *io = nullptr;                  // null: the world is gone
    unsigned alive = 0;
    unsigned idle = 0;

    void finish(Ticket ticket) {
        if (const auto found = done.extract(ticket)) found.mapped()();
    }

    static void live(const std::shared_ptr<Threads> &me) {
        std::unique_lock lock(me->mutex);
        while (me->io != nullptr) {
            ++me->idle;
            me->wake.wait_for(lock, patience, [&] { return !me->ready.empty() || me->io == nullptr; });
            --me->idle;
            if (me->ready.empty()) break;
            Job job = std::move(me->ready.front());
            me->ready.pop_front();
            lock.unlock();
            job.work();
            job.work = nullptr;
            lock.lock();
            if (me->io == nullptr) break;
            boost::asio::post(*me->io, [me, ticket = job.ticket] { me->finish(ticket); });
            me->leave(job.lane);
        }
        --me->alive;
    }

    void leave(const std::string &lane) {
        const auto found = lanes.find(lane);
        if (found->second.empty()) {
            lanes.erase(found);
            return;
        }
        ready.push_back(std::move(found->second.front())); // this thread runs it, unless another one does
        found->second.pop_front();
    }
};

WorkerThreads::WorkerThreads(boost::asio::io_context &io, unsigned threads) : threads_(std::make_shared<Threads>()) {
    threads_->io = &io;
    threads_->most = threads;
}

WorkerThreads::~WorkerThreads() {
    {
        const std::lock_guard lock(threads_->mutex);
        threads_->io = nullptr;
        threads_->ready.clear();
        threads_->lanes.clear();
        threads_->wake.notify_all();
    }
    const auto dropped = std::exchange(threads_->done, {});
}

WorkerThreads::Ticket WorkerThreads::start(const std::string &lane, std::function<void()> work, std::function<void()> done) {
    Threads &threads = *threads_;
    const Ticket ticket = ++threads.last;
    const std::lock_guard lock(threads.mutex);
    const auto [in, free] = threads.lanes.try_emplace(lane);
    if (free && threads.idle <= threads.ready.size() && threads.alive < threads.most) {
        const SignalsBlocked blocked;
        try {
            std::thread([me = threads_] { Threads::live(me); }).detach();
            ++threads.alive;
        } catch (const std::system_error &) {
            if (threads.alive == 0) {
                threads.lanes.erase(in);
                throw;
            }
        }
    }
    threads.done.emplace(ticket, std::move(done));
    (free ? threads.ready : in->second).push_back({ticket, lane, std::move(work)});
    if (free) threads.wake.notify_one();
    return ticket;
}

void WorkerThreads::forget(Ticket ticket) noexcept {
    const auto dropped = threads_->done.extract(ticket);
    if (!dropped) return;
    const std::lock_guard lock(threads_->mutex);
    const auto same = [&](const Job &job) { return job.ticket == ticket; };
    for (auto &[lane, waiting] : threads_->lanes) {
        if (std::erase_if(waiting, same) != 0) return;
    }
    // A job at the front stays there, because its lane is active, but does nothing.
    for (Job &job : threads_->ready) {
        if (same(job)) job.work = [] {};
    }
}

} // namespace kith::app
