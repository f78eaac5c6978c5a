// SPDX-License-Identifier: MIT
//
// A thread for blocking work that lasts as long as its owner. The kernel counts a process as the child of the thread that has begun it, and
// PR_SET_PDEATHSIG, by which each helper ends with kith, follows the end of that thread. So a thread of a pool, which ends when it is idle,
// must not begin one.
#pragma once

#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

namespace kith::isolation {

class LastingThread {
  public:
    /// Starts no thread: a daemon without isolated plugins has none.
    LastingThread() = default;
    /// Waits for the work in progress; what has not begun is dropped.
    ~LastingThread();
    LastingThread(const LastingThread &) = delete;
    LastingThread &operator=(const LastingThread &) = delete;

    /// Does the work on the thread, in the order of the calls. work: throws nothing, and owns nothing that only the caller's thread may
    /// destroy. Throws std::system_error when the thread cannot be started; the next call tries it again. Called by one thread.
    void run(std::function<void()> work);

  private:
    void live();

    std::mutex mutex_; // guards what follows, but the thread
    std::condition_variable wake_;
    std::list<std::function<void()>> waiting_; // takes no memory without work
    bool ending_ = false;
    std::thread thread_;
};

} // namespace kith::isolation
