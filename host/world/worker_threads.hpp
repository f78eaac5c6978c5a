// SPDX-License-Identifier: MIT
//
// Threads for what may hang: files, and the resolver. Begun when there is work, a few at most, and ended when idle, so that a
// daemon which needs none has one thread.
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

/// All of it is called on the loop.
class WorkerThreads {
  public:
    using Ticket = std::uint64_t; ///< never 0

    /// threads: at most so many at once.
    explicit WorkerThreads(boost::asio::io_context &io, unsigned threads = 8);
    /// Work that is under way goes on; what it comes to is dropped, and nobody waits for it.
    ~WorkerThreads();
    WorkerThreads(const WorkerThreads &) = delete;
    WorkerThreads &operator=(const WorkerThreads &) = delete;

    /// Call `work` on a thread, then `done` with its result on the loop. Work of one lane is done one at a time, in the order of the
    /// calls: what hangs holds one thread, however often it is asked for. `work` owns nothing of the loop, for it may outlive the world;
    /// `done` never leaves the loop. An exception becomes the result's status and text, where it has them. Throws
    /// std::system_error when no thread is to be had.
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

    /// Its `done` is not called any more, and work that has not begun never does. 0 and what is done already: nothing.
    void forget(Ticket ticket) noexcept;

  private:
    struct Threads;
    Ticket start(const std::string &lane, std::function<void()> work, std::function<void()> done);

    std::shared_ptr<Threads> threads_;
};

} // namespace kith::app
