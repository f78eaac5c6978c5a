// SPDX-License-Identifier: MIT
//
// The metrics that one plugin instance defines and updates (kith.metric/1).
#pragma once

#include <kith/service/metric.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kith {

struct Metric {
    std::uint32_t kind = 0; // KITH_METRIC_...
    std::string name;
    std::string help;
    std::vector<std::pair<std::string, std::string>> labels;
    double value = 0;                  // the value of a counter or gauge; the sum of a histogram
    std::vector<double> bounds;        // of a histogram
    std::vector<std::uint64_t> counts; // one more than bounds: the observations up to each bound, then those above the last
};

class InstanceMetrics {
  public:
    static constexpr std::size_t max_metrics = 256;
    static constexpr std::size_t max_labels = 8;
    static constexpr std::size_t max_bounds = 32;

    /// Implements kith_metric_host. `why` receives the text of a failure. The caller has checked the numbers of labels and
    /// bounds.
    std::int32_t define(Metric metric, std::uint32_t &id, std::string &why);
    std::int32_t add(std::uint32_t id, double value);
    std::int32_t set(std::uint32_t id, double value);
    std::int32_t observe(std::uint32_t id, double value);

    /// The instance has ended and no id is in use: what it has counted stays for its next run, what it has measured is not true any more.
    void drop_gauges();

    const std::vector<Metric> &all() const { return metrics_; }

  private:
    Metric *find(std::uint32_t id, std::uint32_t kind);
    std::vector<Metric> metrics_; // the id of a metric is its index + 1
};

} // namespace kith
