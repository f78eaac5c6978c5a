// SPDX-License-Identifier: MIT
//
// On a terminal, while strategies have not reported their first list: which ones. It ends when all have, for good.
#pragma once

#include <core/engine/engine.hpp>
#include <host/log/progress_line.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>

namespace kith::app {

class FirstReportProgress {
  public:
    /// The engine outlives it. Does nothing when standard error is not a terminal.
    FirstReportProgress(boost::asio::io_context &io, const core::Engine &engine);

  private:
    void wait();
    void show();

    const core::Engine &engine_;
    const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
    ProgressLine line_;
    boost::asio::steady_timer timer_;
};

} // namespace kith::app
