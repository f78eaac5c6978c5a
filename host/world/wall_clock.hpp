// SPDX-License-Identifier: MIT
//
// Notices that the wall clock was set, and tells every tenant that wants to know (kith_clock_plugin.jumped).
#pragma once

#include "seat.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

namespace kith::app {

class WallClock {
  public:
    explicit WallClock(AsioWorld::Parts &parts);

  private:
    void watch();
    void look();

    AsioWorld::Parts &parts_;
    std::shared_ptr<WallClock *> self_ = std::make_shared<WallClock *>(this);
    boost::asio::posix::stream_descriptor timer_; // a timerfd that the kernel cancels when the clock is set
    std::int64_t offset_ = 0;                     // wall minus monotonic, when last looked
};

} // namespace kith::app
