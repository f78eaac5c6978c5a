// SPDX-License-Identifier: MIT
//
// The exposition formats of Prometheus: text 0.0.4, and OpenMetrics 1.0.0, which differ in the names of counters and the end.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kith::app {

class MetricsText {
  public:
    using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

    explicit MetricsText(bool open_metrics) : open_metrics_(open_metrics) {}

    /// Begins a family. type: gauge, counter or histogram. The name of a counter ends in _total. All of its samples follow at once.
    void family(std::string_view name, std::string_view type, std::string_view help);
    void sample(const Labels &labels, double value);
    /// counts: one more than bounds, not cumulative.
    void histogram(const Labels &labels, std::span<const double> bounds, std::span<const std::uint64_t> counts, double sum);
    /// The text; nothing is added any more.
    std::string finish();

  private:
    void line(std::string_view suffix, const Labels &labels, std::string_view bound, double value);

    bool open_metrics_;
    std::string name_;
    std::string out_;
};

/// A number as both formats want it: NaN, +Inf and -Inf have names.
std::string metric_number(double value);

} // namespace kith::app
