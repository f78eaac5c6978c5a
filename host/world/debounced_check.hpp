// SPDX-License-Identifier: MIT
//
// When to look at something outside: a breath after a descriptor has something to say, for changes come in bursts, and every 5 s
// anyway, for descriptors miss things.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace kith::app {

class DebouncedCheck {
  public:
    /// noticed: takes what the descriptor says, and looks. poll: looks, and says whether to go on with it.
    DebouncedCheck(boost::asio::io_context &io, std::chrono::milliseconds breath, std::function<void()> noticed,
                   std::function<bool()> poll);

    /// Its own from now on. A negative one: the poll is left.
    void watch(int descriptor);
    /// Poll, if it does not.
    void keep_polling();

  private:
    void await_notice();
    void await_poll();

    boost::asio::posix::stream_descriptor notices_;
    boost::asio::steady_timer pause_, poll_;
    std::chrono::milliseconds breath_;
    std::function<void()> noticed_;
    std::function<bool()> look_;
    bool polling_ = false;
    std::shared_ptr<DebouncedCheck *> self_ = std::make_shared<DebouncedCheck *>(this);
};

} // namespace kith::app
