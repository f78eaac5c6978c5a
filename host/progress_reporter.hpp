// SPDX-License-Identifier: MIT
//
// On a terminal, while a command waits for strategies: which ones, and for how long.
#pragma once

#include <host/log/progress_line.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace kith::app {

/// The strategies that have not reported, as a phrase that names the first one.
class AwaitedStrategies {
  public:
    void add(std::string_view source, std::string_view topology);
    bool empty() const { return count_ == 0; }
    /// "epmd of topology t and 2 other strategies".
    std::string text() const;

  private:
    std::string first_;
    std::size_t count_ = 0;
};

class ProgressReporter {
  public:
    /// The line for a wait of so many seconds; nothing: the wait is over, for good.
    using Text = std::function<std::optional<std::string>(std::chrono::seconds waited)>;

    /// Does nothing when standard error is not a terminal; otherwise calls `text` from the loop, until it returns nothing.
    ProgressReporter(boost::asio::io_context &io, Text text);
    void erase() { line_.erase(); }

  private:
    void wait();
    void show();

    const Text text_;
    const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
    ProgressLine line_;
    boost::asio::steady_timer timer_;
};

} // namespace kith::app
