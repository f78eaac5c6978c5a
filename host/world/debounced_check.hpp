// SPDX-License-Identifier: MIT
//
// Triggers a check shortly after a descriptor becomes readable, because changes come in bursts, and every 5 s in any case,
// because notifications may be missing.
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
    /// noticed: reads the notifications and checks. poll: checks, and returns whether to continue polling.
    DebouncedCheck(boost::asio::io_context &io, std::chrono::milliseconds breath, std::function<void()> noticed,
                   std::function<bool()> poll);

    /// Takes ownership of the descriptor. Negative: only polling is used.
    void watch(int descriptor);
    /// Starts polling if it is not active.
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
