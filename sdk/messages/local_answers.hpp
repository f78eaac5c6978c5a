// SPDX-License-Identifier: MIT
//
// The calls of a plugin that are answered in its own process: options, environment, clock, random, node name, log level, posts, and the
// definition of a metric.
#pragma once

#include <sdk/messages/instance_stubs.hpp>
#include <sdk/messages/service_functions.hpp>

#include <exception>
#include <mutex>
#include <span>
#include <string>
#include <utility>

namespace kith::messages {

// No exception crosses the line to the plugin (E2).
template <class F>
std::int32_t guarded(const kith_host *host, F &&function) noexcept {
    try {
        return function(IsolatedInstance::of(host));
    } catch (const std::exception &error) {
        host->error(host, {error.what(), std::char_traits<char>::length(error.what())});
    } catch (...) {
    }
    return KITH_INTERNAL;
}

struct InstanceStubs::Local {
    static const Options &options(const kith_host *host) noexcept { return *IsolatedInstance::of(host).options_; }

    static std::uint64_t monotonic(const kith_host *host) noexcept {
        return IsolatedInstance::of(host).surroundings_.monotonic();
    }
    static std::int64_t wall(const kith_host *host) noexcept { return IsolatedInstance::of(host).surroundings_.wall(); }
    static void random(const kith_host *host, void *out, std::uint64_t size) noexcept {
        IsolatedInstance::of(host).surroundings_.fill(out, size);
    }
    static std::uint32_t level(const kith_host *host) noexcept { return IsolatedInstance::of(host).log_level_; }

    static std::int32_t environment(const kith_host *host, kith_str name, kith_str *out) noexcept {
        const auto &known = IsolatedInstance::of(host).environment_;
        const auto found = known.find(view(name));
        if (found == known.end()) return KITH_DENIED;
        if (!found->second) return KITH_NOT_FOUND;
        *out = str(*found->second);
        return KITH_OK;
    }

    static void node(const kith_host *host, kith_str *name, std::uint64_t *epoch) noexcept {
        const IsolatedInstance &me = IsolatedInstance::of(host);
        if (name != nullptr) *name = str(me.node_);
        if (epoch != nullptr) *epoch = me.node_epoch_;
    }

    static std::int32_t post(const kith_host *host, std::uint64_t user) noexcept {
        return guarded(host, [&](IsolatedInstance &me) -> std::int32_t {
            const std::lock_guard lock(me.posting_);
            if (me.silent_) return KITH_CANCELLED;
            if (me.posts_.size() >= IsolatedInstance::max_posts) return KITH_LIMIT;
            me.posts_.push_back(user);
            me.surroundings_.wake();
            return KITH_OK;
        });
    }

    static std::int32_t define(const kith_host *host, std::uint32_t kind, kith_str name, kith_str help,
                               const kith_attribute *labels, std::uint32_t label_count, const double *bounds,
                               std::uint32_t bound_count, std::uint32_t *id) noexcept {
        return guarded(host, [&](IsolatedInstance &me) -> std::int32_t {
            if (label_count > InstanceMetrics::max_labels || bound_count > InstanceMetrics::max_bounds)
                return me.refused(KITH_LIMIT, "metric " + std::string(view(name)) + ": at most 8 labels and 32 bounds");
            Metric metric{.kind = kind,
                          .name = std::string(view(name)),
                          .help = std::string(view(help)),
                          .labels = {},
                          .bounds = {},
                          .counts = {}};
            for (const kith_attribute &label : std::span(labels, label_count))
                metric.labels.emplace_back(view(label.name), view(label.value));
            metric.bounds.assign(bounds, bounds + bound_count);
            const std::size_t before = me.metrics_.all().size();
            std::string why;
            const std::int32_t status = me.metrics_.define(std::move(metric), *id, why);
            if (status != KITH_OK) return me.refused(status, why);
            if (me.metrics_.all().size() == before) return KITH_OK; // defined already
            Writer call;
            call.one(me.number_);
            call.one(functions::table_of<kith_metric_host>);
            call.one(std::uint8_t{0});
            ShapeOf<&kith_metric_host::define>::Shape::write(call,
                                                             {kind, name, help, labels, label_count, bounds, bound_count, id});
            me.to_host_.send(call.bytes);
            return KITH_OK;
        });
    }
};

} // namespace kith::messages
