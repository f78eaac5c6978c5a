// SPDX-License-Identifier: MIT
//
// Threads for what may hang: files, and the resolver. Begun when there is work, a few at most, and ended when idle, so that a
// daemon which needs none has one thread.
#pragma once

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>

namespace kith::app {

class Workers {
  public:
    static constexpr unsigned max_threads = 8;

    explicit Workers(boost::asio::io_context &io);
    /// Work that is still under way goes on; what it came to is dropped.
    ~Workers();
    Workers(const Workers &) = delete;
    Workers &operator=(const Workers &) = delete;

    /// Run `work` on a thread of its own, and what it returns on the loop.
    void run(std::function<std::function<void()>()> work);

  private:
    struct Shared;
    std::shared_ptr<Shared> shared_;
};

} // namespace kith::app
