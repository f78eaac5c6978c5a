// SPDX-License-Identifier: MIT
#include <kith/hosting/instance_metrics.hpp>

#include <algorithm>

namespace kith {

namespace {

bool is_metric_name(std::string_view text) {
    const auto word = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
    return !text.empty() && word(text.front()) &&
           std::all_of(text.begin(), text.end(), [&](char c) { return word(c) || (c >= '0' && c <= '9'); });
}

} // namespace

std::int32_t InstanceMetrics::define(Metric metric, std::uint32_t &id, std::string &why) {
    if (!is_metric_name(metric.name)) {
        why = "metric name `" + metric.name + "`: expected [a-z_][a-z0-9_]*";
        return KITH_INVALID;
    }
    if (metric.kind < KITH_METRIC_COUNTER || metric.kind > KITH_METRIC_HISTOGRAM) {
        why = "metric " + metric.name + ": unknown kind";
        return KITH_INVALID;
    }
    if (!std::is_sorted(metric.bounds.begin(), metric.bounds.end())) {
        why = "metric " + metric.name + ": bounds must ascend";
        return KITH_INVALID;
    }
    const auto known = std::find_if(metrics_.begin(), metrics_.end(),
                                    [&](const Metric &m) { return m.name == metric.name && m.labels == metric.labels; });
    if (known != metrics_.end()) {
        if (known->kind != metric.kind) {
            why = "metric " + metric.name + " is defined already, as another kind";
            return KITH_EXISTS;
        }
        id = static_cast<std::uint32_t>(known - metrics_.begin()) + 1;
        return KITH_OK;
    }
    if (metrics_.size() == max_metrics) {
        why = "an instance has at most 256 metrics";
        return KITH_LIMIT;
    }
    metric.counts.assign(metric.kind == KITH_METRIC_HISTOGRAM ? metric.bounds.size() + 1 : 0, 0);
    metrics_.push_back(std::move(metric));
    id = static_cast<std::uint32_t>(metrics_.size());
    return KITH_OK;
}

void InstanceMetrics::drop_gauges() {
    std::erase_if(metrics_, [](const Metric &metric) { return metric.kind == KITH_METRIC_GAUGE; });
}

Metric *InstanceMetrics::find(std::uint32_t id, std::uint32_t kind) {
    if (id == 0 || id > metrics_.size()) return nullptr;
    Metric &metric = metrics_[id - 1];
    return metric.kind == kind ? &metric : nullptr;
}

std::int32_t InstanceMetrics::add(std::uint32_t id, double value) {
    Metric *metric = find(id, KITH_METRIC_GAUGE);
    if (metric == nullptr && value >= 0) metric = find(id, KITH_METRIC_COUNTER);
    if (metric == nullptr) return KITH_INVALID;
    metric->value += value;
    return KITH_OK;
}

std::int32_t InstanceMetrics::set(std::uint32_t id, double value) {
    Metric *metric = find(id, KITH_METRIC_GAUGE);
    if (metric == nullptr) return KITH_INVALID;
    metric->value = value;
    return KITH_OK;
}

std::int32_t InstanceMetrics::observe(std::uint32_t id, double value) {
    Metric *metric = find(id, KITH_METRIC_HISTOGRAM);
    if (metric == nullptr) return KITH_INVALID;
    const auto place = std::lower_bound(metric->bounds.begin(), metric->bounds.end(), value);
    ++metric->counts[static_cast<std::size_t>(place - metric->bounds.begin())];
    metric->value += value;
    return KITH_OK;
}

} // namespace kith
