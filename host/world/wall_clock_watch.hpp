// SPDX-License-Identifier: MIT
//
// Detects that the wall clock was set, and reports it to the tenants (kith_clock_plugin.jumped).
#pragma once

#include "tenant_resources.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

namespace kith::app {

class WallClockWatch {
  public:
    explicit WallClockWatch(AsioWorld::Parts &parts);

  private:
    void watch();
    void look();

    AsioWorld::Parts &parts_;
    std::shared_ptr<WallClockWatch *> self_ = std::make_shared<WallClockWatch *>(this);
    boost::asio::posix::stream_descriptor timer_; // a timerfd that the kernel cancels when the clock is set
    std::int64_t offset_ = 0;                     // wall minus monotonic clock at the last check
};

} // namespace kith::app
