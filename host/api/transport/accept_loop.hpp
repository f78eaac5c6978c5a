// SPDX-License-Identifier: MIT
//
// Accepts clients at a listening descriptor, one after another, on the loop.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>

namespace kith::app {

class AcceptLoop {
  public:
    /// Owns `fd`, which is non-blocking. taken: gets each client's descriptor, non-blocking and close-on-exec, which is its own then; it may
    /// destroy this.
    AcceptLoop(boost::asio::io_context &io, int fd, std::function<void(int)> taken);
    AcceptLoop(const AcceptLoop &) = delete;
    AcceptLoop &operator=(const AcceptLoop &) = delete;

  private:
    void await();
    void accept();
    void pause();

    boost::asio::posix::stream_descriptor listener_;
    boost::asio::steady_timer pause_;
    std::function<void(int)> taken_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

} // namespace kith::app
