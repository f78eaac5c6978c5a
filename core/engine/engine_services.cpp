// SPDX-License-Identifier: MIT
#include <core/engine/engine_services.hpp>

#include <core/engine/plugin_instance.hpp>
#include <kith/service/log.h>
#include <kith/service/metric.h>
#include <kith/service/options.h>

#include <algorithm>
#include <array>
#include <utility>

namespace kith::core {

namespace {

// The boundary to plugins: no exception crosses it (E2), and calls from foreign threads are refused (T1).
template <class F>
std::int32_t guarded(const kith_host *host, F &&function) noexcept {
    PluginInstance &called = PluginInstance::of(host);
    if (!called.on_loop()) {
        called.dependencies().logger.write(
            KITH_LOG_ERROR, view(host->instance),
            "T1: the plugin called from a thread of its own, which only log, clock and post allow", {});
        return KITH_DENIED;
    }
    try {
        return function(called);
    } catch (const std::exception &error) {
        host->error(host, {error.what(), std::char_traits<char>::length(error.what())});
    } catch (...) {
    }
    return KITH_INTERNAL;
}

// Refuses a service that this kind of plugin does not have, and every call after `stopped`.
template <class Receiver, class F>
std::int32_t with_receiver(const kith_host *host, Receiver *PluginInstance::Dependencies::*receiver, F &&function) noexcept {
    return guarded(host, [&](PluginInstance &instance) -> std::int32_t {
        Receiver *found = instance.dependencies().*receiver;
        if (found == nullptr) return instance.refuse(KITH_DENIED, "this service is not for plugins of its kind");
        const auto state = instance.state();
        if (state != PluginInstance::State::running && state != PluginInstance::State::stopping) return KITH_CANCELLED;
        return function(*found);
    });
}

constexpr kith_log_host log_table = {
    .level = [](const kith_host *host) -> std::uint32_t { return PluginInstance::of(host).dependencies().logger.level(); },
    .write =
        [](const kith_host *host, std::uint32_t level, kith_str message, const kith_attribute *fields, std::uint32_t count) {
            Logger &logger = PluginInstance::of(host).dependencies().logger;
            if (level >= logger.level())
                logger.write(level, view(host->instance), view(message), {fields, std::min(count, 32U)});
        },
};

const Options &options_of(const kith_host *host) noexcept { return PluginInstance::of(host).options(); }

constexpr kith_node_host node_table = {
    .get =
        [](const kith_host *host, kith_str *name, std::uint64_t *epoch) {
            const NodeKnowledge *node = PluginInstance::of(host).dependencies().node;
            const NodeKnowledge known = node != nullptr ? *node : NodeKnowledge{};
            if (name != nullptr) *name = {known.name.data(), known.name.size()};
            if (epoch != nullptr) *epoch = known.epoch;
        },
};

template <auto Function>
std::int32_t count(const kith_host *host, std::uint32_t id, double value) noexcept {
    return guarded(host, [&](PluginInstance &instance) {
        const std::int32_t status = (instance.metrics().*Function)(id, value);
        return status == KITH_OK ? status
                                 : instance.refuse(status, "no such metric of this kind, or a counter that would shrink");
    });
}

constexpr kith_metric_host metric_table = {
    .define =
        [](const kith_host *host, std::uint32_t kind, kith_str name, kith_str help, const kith_attribute *labels,
           std::uint32_t label_count, const double *bounds, std::uint32_t bound_count, std::uint32_t *id) {
            return guarded(host, [&](PluginInstance &instance) -> std::int32_t {
                if (label_count > InstanceMetrics::max_labels || bound_count > InstanceMetrics::max_bounds) {
                    return instance.refuse(KITH_LIMIT,
                                           "metric " + std::string(view(name)) + ": at most 8 labels and 32 bounds");
                }
                Metric metric{.kind = kind,
                              .name = std::string(view(name)),
                              .help = std::string(view(help)),
                              .labels = {},
                              .bounds = {},
                              .counts = {}};
                for (const kith_attribute &label : std::span(labels, label_count)) {
                    metric.labels.emplace_back(view(label.name), view(label.value));
                }
                metric.bounds.assign(bounds, bounds + bound_count);
                std::string why;
                const std::int32_t status = instance.metrics().define(std::move(metric), *id, why);
                return status == KITH_OK ? status : instance.refuse(status, why);
            });
        },
    .add = [](const kith_host *host, std::uint32_t id, double value) { return count<&InstanceMetrics::add>(host, id, value); },
    .set = [](const kith_host *host, std::uint32_t id, double value) { return count<&InstanceMetrics::set>(host, id, value); },
    .observe = [](const kith_host *host, std::uint32_t id,
                  double value) { return count<&InstanceMetrics::observe>(host, id, value); },
};

constexpr auto discovery_receiver = &PluginInstance::Dependencies::discovery;

constexpr kith_discovery_host discovery_table = {
    .replace =
        [](const kith_host *host, const kith_peer *peers, std::uint32_t count, std::uint32_t stride) {
            return with_receiver(host, discovery_receiver,
                                 [&](DiscoveryReceiver &receiver) { return receiver.replace(peers, count, stride); });
        },
    .update =
        [](const kith_host *host, const kith_peer *upserted, std::uint32_t count, std::uint32_t stride, const kith_str *missing,
           std::uint32_t missing_count, const kith_str *left, std::uint32_t left_count) {
            return with_receiver(host, discovery_receiver, [&](DiscoveryReceiver &receiver) {
                return receiver.update(upserted, count, stride, missing, missing_count, left, left_count);
            });
        },
    .watching =
        [](const kith_host *host, std::uint32_t in_sync) {
            return with_receiver(host, discovery_receiver,
                                 [&](DiscoveryReceiver &receiver) { return receiver.watching(in_sync != 0); });
        },
    .heard =
        [](const kith_host *host) {
            return with_receiver(host, discovery_receiver, [&](DiscoveryReceiver &receiver) { return receiver.heard(); });
        },
    .failed =
        [](const kith_host *host, std::int32_t status, kith_str text) {
            return with_receiver(host, discovery_receiver,
                                 [&](DiscoveryReceiver &receiver) { return receiver.failed(status, view(text)); });
        },
    .left_out =
        [](const kith_host *host, std::uint32_t items, kith_str reason) {
            return with_receiver(host, discovery_receiver,
                                 [&](DiscoveryReceiver &receiver) { return receiver.left_out(items, view(reason)); });
        },
};

constexpr auto connector_receiver = &PluginInstance::Dependencies::connector;

constexpr kith_connector_host connector_table = {
    .done =
        [](const kith_host *host, std::uint64_t op, std::int32_t status, kith_str text) {
            return with_receiver(host, connector_receiver,
                                 [&](ConnectorReceiver &receiver) { return receiver.done(op, status, view(text)); });
        },
    .attached =
        [](const kith_host *host, kith_str node, std::uint64_t epoch) {
            return with_receiver(host, connector_receiver,
                                 [&](ConnectorReceiver &receiver) { return receiver.attached(view(node), epoch); });
        },
    .detached =
        [](const kith_host *host, std::int32_t status, kith_str text) {
            return with_receiver(host, connector_receiver,
                                 [&](ConnectorReceiver &receiver) { return receiver.detached(status, view(text)); });
        },
    .links =
        [](const kith_host *host, std::uint64_t epoch, const kith_link *links, std::uint32_t count, std::uint32_t stride) {
            return with_receiver(host, connector_receiver,
                                 [&](ConnectorReceiver &receiver) { return receiver.links(epoch, links, count, stride); });
        },
    .link_up =
        [](const kith_host *host, std::uint64_t epoch, const kith_link *link) {
            return with_receiver(host, connector_receiver,
                                 [&](ConnectorReceiver &receiver) { return receiver.link_up(epoch, link); });
        },
    .link_down =
        [](const kith_host *host, std::uint64_t epoch, kith_str name, kith_str reason) {
            return with_receiver(host, connector_receiver, [&](ConnectorReceiver &receiver) {
                return receiver.link_down(epoch, view(name), view(reason));
            });
        },
};

constexpr auto sink_receiver = &PluginInstance::Dependencies::sink;

constexpr kith_sink_host sink_table = {
    .subscribe =
        [](const kith_host *host, std::uint64_t mask) {
            return with_receiver(host, sink_receiver, [&](SinkReceiver &receiver) { return receiver.subscribe(mask); });
        },
    .taken =
        [](const kith_host *host, std::uint64_t batch) {
            return with_receiver(host, sink_receiver, [&](SinkReceiver &receiver) { return receiver.taken(batch); });
        },
};

constexpr auto members_receiver = &PluginInstance::Dependencies::members;

constexpr kith_members_host members_table = {
    .take =
        [](const kith_host *host, kith_str topology, std::uint32_t max, std::uint64_t user, std::uint64_t *op) {
            return with_receiver(host, members_receiver,
                                 [&](MembersReceiver &receiver) { return receiver.take(view(topology), max, user, op); });
        },
    .read =
        [](const kith_host *host, std::uint64_t snapshot, std::uint32_t max, std::uint64_t user, std::uint64_t *op) {
            return with_receiver(host, members_receiver,
                                 [&](MembersReceiver &receiver) { return receiver.read(snapshot, max, user, op); });
        },
    .left_out =
        [](const kith_host *host, kith_str topology, kith_str name, kith_str reason) {
            return with_receiver(host, members_receiver, [&](MembersReceiver &receiver) {
                return receiver.left_out(view(topology), view(name), view(reason));
            });
        },
};

constexpr auto messages_receiver = &PluginInstance::Dependencies::messages;

constexpr kith_messages_host messages_table = {
    .done =
        [](const kith_host *host, std::uint64_t op, std::int32_t status, kith_str text) {
            return with_receiver(host, messages_receiver,
                                 [&](MessagesReceiver &receiver) { return receiver.done(op, status, view(text)); });
        },
    .arrived =
        [](const kith_host *host, const kith_message *messages, std::uint32_t count, std::uint32_t stride) {
            return with_receiver(host, messages_receiver,
                                 [&](MessagesReceiver &receiver) { return receiver.arrived(messages, count, stride); });
        },
    .lost =
        [](const kith_host *host, kith_str peer, kith_str channel, std::uint64_t count, std::int32_t status, kith_str text) {
            return with_receiver(host, messages_receiver, [&](MessagesReceiver &receiver) {
                return receiver.lost(view(peer), view(channel), count, status, view(text));
            });
        },
};

constexpr std::array<std::string_view, 9> ids = {KITH_LOG,       KITH_OPTIONS, KITH_NODE,    KITH_METRIC,  KITH_DISCOVERY,
                                                 KITH_CONNECTOR, KITH_SINK,    KITH_MEMBERS, KITH_MESSAGES};

} // namespace

const void *engine_service(std::string_view id) noexcept {
    if (id == KITH_LOG) return &log_table;
    if (id == KITH_OPTIONS) return options_table<&options_of>();
    if (id == KITH_NODE) return &node_table;
    if (id == KITH_METRIC) return &metric_table;
    if (id == KITH_DISCOVERY) return &discovery_table;
    if (id == KITH_CONNECTOR) return &connector_table;
    if (id == KITH_SINK) return &sink_table;
    if (id == KITH_MEMBERS) return &members_table;
    if (id == KITH_MESSAGES) return &messages_table;
    return nullptr;
}

std::span<const std::string_view> engine_services() noexcept { return ids; }

} // namespace kith::core
