// SPDX-License-Identifier: MIT
#include "progress_reporter.hpp"

#include <utility>

namespace kith::app {

void AwaitedStrategies::add(std::string_view source, std::string_view topology) {
    if (count_++ == 0) first_.append(source).append(" of topology ").append(topology);
}

std::string AwaitedStrategies::text() const {
    if (count_ < 2) return first_;
    return first_ + " and " + std::to_string(count_ - 1) + (count_ == 2 ? " other strategy" : " other strategies");
}

ProgressReporter::ProgressReporter(boost::asio::io_context &io, Text text) : text_(std::move(text)), timer_(io) {
    if (line_.wanted()) wait();
}

void ProgressReporter::wait() {
    timer_.expires_after(ProgressLine::interval);
    timer_.async_wait([this](const boost::system::error_code &error) {
        if (!error) show();
    });
}

void ProgressReporter::show() {
    const auto text = text_(std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - begun_));
    if (!text) return line_.erase();
    line_.show(*text);
    wait();
}

} // namespace kith::app
