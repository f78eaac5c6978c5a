// SPDX-License-Identifier: MIT
//
// A pool of threads for blocking work: files and the resolver. Threads are started on demand, up to a limit, and end when idle,
// so a daemon that needs none has a single thread.
#pragma once

#include <kith/plugin.h>

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace kith::app {

/// All functions are called on the loop.
class WorkerThreads {
  public:
    using Ticket = std::uint64_t; ///< not 0

    /// threads: the maximum number of threads.
    explicit WorkerThreads(boost::asio::io_context &io, unsigned threads = 8);
    /// Work in progress continues; its result is dropped, and the destructor does not wait for it.
    ~WorkerThreads();
    WorkerThreads(const WorkerThreads &) = delete;
    WorkerThreads &operator=(const WorkerThreads &) = delete;

    /// Calls `work` on a thread, then `done` with its result on the loop. The jobs of one lane run one at a time, in the order
    /// of the calls, so blocking work occupies one thread, however often it is requested. `work` must not own anything of the
    /// loop, because it may outlive the world; `done` stays on the loop. An exception becomes the status and text of the
    /// result, if it has them. Throws std::system_error when no thread can be started.
    template <class Work, class Done>
    Ticket run(const std::string &lane, Work work, Done done) {
        auto result = std::make_shared<std::invoke_result_t<Work &>>();
        auto call = [result, work = std::move(work)]() mutable {
            try {
                *result = work();
            } catch (const std::exception &error) {
                if constexpr (requires { result->status; }) {
                    result->status = KITH_INTERNAL;
                    result->text = error.what();
                }
            }
        };
        return start(lane, std::move(call), [result, done = std::move(done)]() mutable { done(std::move(*result)); });
    }

    /// Prevents the call of `done`, and of `work` if it has not started. Does nothing for 0 and for a job that is done.
    void forget(Ticket ticket) noexcept;

  private:
    struct Threads;
    Ticket start(const std::string &lane, std::function<void()> work, std::function<void()> done);

    std::shared_ptr<Threads> threads_;
};

} // namespace kith::app
