// SPDX-License-Identifier: MIT
//
// kith.metric/1: counters, gauges and histograms. Make them in the constructor, then use them. Without metrics in the host they do
// nothing, so the service may be optional.
#pragma once

#include "host.hpp"
#include "service/metric.h"

#include <initializer_list>
#include <span>

namespace kith {

struct metric_name {
    std::string_view name; // with its unit as the ending: "polls_total", "answer_seconds"
    std::string_view help;
    std::initializer_list<std::pair<std::string_view, std::string_view>> labels{};
};

/// What the three have in common.
class metric {
  public:
    static constexpr std::string_view id = KITH_METRIC;

  protected:
    metric(host h, std::uint32_t kind, const metric_name &is, std::span<const double> bounds = {})
        : raw_(h.raw()), table_(h.context().find<kith_metric_host>(id)) {
        if (table_ == nullptr) return;
        std::vector<kith_attribute> labels;
        for (const auto &[name, value] : is.labels) labels.push_back({str(name), str(value)});
        const auto status =
            table_->define(raw_, kind, str(is.name), str(is.help), labels.data(), static_cast<std::uint32_t>(labels.size()),
                           bounds.data(), static_cast<std::uint32_t>(bounds.size()), &number_);
        if (status < 0) throw error(status, "metric " + std::string(is.name) + ": " + std::string(meaning(status)));
    }

    const kith_host *raw_;
    const kith_metric_host *table_;
    std::uint32_t number_ = 0;
};

class counter : metric {
  public:
    counter(host h, const metric_name &is) : metric(h, KITH_METRIC_COUNTER, is) {}
    void add(double value = 1) const noexcept {
        if (table_ != nullptr) table_->add(raw_, number_, value);
    }
};

class gauge : metric {
  public:
    gauge(host h, const metric_name &is) : metric(h, KITH_METRIC_GAUGE, is) {}
    void set(double value) const noexcept {
        if (table_ != nullptr) table_->set(raw_, number_, value);
    }
    void add(double value) const noexcept {
        if (table_ != nullptr) table_->add(raw_, number_, value);
    }
};

class histogram : metric {
  public:
    /// bounds: ascending.
    histogram(host h, const metric_name &is, std::span<const double> bounds) : metric(h, KITH_METRIC_HISTOGRAM, is, bounds) {}
    void observe(double value) const noexcept {
        if (table_ != nullptr) table_->observe(raw_, number_, value);
    }
};

} // namespace kith
