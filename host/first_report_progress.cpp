// SPDX-License-Identifier: MIT
#include "first_report_progress.hpp"

#include <string>

namespace kith::app {

FirstReportProgress::FirstReportProgress(boost::asio::io_context &io, const core::Engine &engine)
    : engine_(engine), timer_(io) {
    if (line_.wanted()) wait();
}

void FirstReportProgress::wait() {
    timer_.expires_after(ProgressLine::interval);
    timer_.async_wait([this](const boost::system::error_code &error) {
        if (!error) show();
    });
}

void FirstReportProgress::show() {
    std::string first;
    std::size_t others = 0;
    const core::EngineView view = engine_.view();
    for (const core::TopologyView &topology : view.topologies) {
        for (const auto &source : topology.topology->sources()) {
            if (source.looked) continue;
            if (first.empty()) {
                first = std::string(source.name) + " of topology " + std::string(topology.topology->name());
            } else {
                ++others;
            }
        }
    }
    if (first.empty() || !view.running) return line_.erase();
    if (others != 0) first += " and " + std::to_string(others) + (others == 1 ? " other strategy" : " other strategies");
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - begun_).count();
    line_.show("kith run: waiting for the first report of " + first + ", " + std::to_string(seconds) + " s");
    wait();
}

} // namespace kith::app
