// SPDX-License-Identifier: MIT
//
// The status of each call that has no completion, as the plugin's own process decides it: by what it knows of the instance, and by the code
// that the host uses. A call that is not listed begins and succeeds.
#pragma once

#include <sdk/messages/instance_stubs.hpp>
#include <sdk/messages/service_functions.hpp>

#include <kith/result.hpp>

#include <algorithm>

namespace kith::messages {

/// Identifies a function of a table.
template <auto Member>
const void *address_of() {
    static const char place = 0;
    return &place;
}

template <auto Member>
struct InstanceStubs::Decision {
    template <class... Args>
    static std::int32_t of(IsolatedInstance &, const Args &...) {
        return KITH_OK;
    }
};

// ---- strategies ----

template <>
struct InstanceStubs::Decision<&kith_discovery_host::replace> {
    static std::int32_t of(IsolatedInstance &me, const kith_peer *peers, std::uint32_t count, std::uint32_t stride) {
        const std::int32_t status = me.peers_.read(peers, count, stride, me.max_peers_);
        if (status != KITH_OK) return me.refused(status, me.peers_.text());
        me.peers_.shrink(count);
        return KITH_OK;
    }
};

template <>
struct InstanceStubs::Decision<&kith_discovery_host::update> {
    static std::int32_t of(IsolatedInstance &me, const kith_peer *peers, std::uint32_t count, std::uint32_t stride,
                           const kith_str *missing, std::uint32_t missing_count, const kith_str *left,
                           std::uint32_t left_count) {
        const std::int32_t status =
            me.peers_.read_update(peers, count, stride, missing, missing_count, left, left_count, me.max_peers_);
        return status == KITH_OK ? KITH_OK : me.refused(status, me.peers_.text());
    }
};

// ---- connectors ----

/// The end of an operation that the host has begun.
struct InstanceStubs::EndOfHostOperation {
    static std::int32_t of(IsolatedInstance &me, std::uint64_t op, std::int32_t, kith_str) {
        return me.host_operations_.erase(op) != 0 ? KITH_OK : me.refused(KITH_STALE, "no such operation is outstanding");
    }
};
template <>
struct InstanceStubs::Decision<&kith_connector_host::done> : EndOfHostOperation {};
template <>
struct InstanceStubs::Decision<&kith_messages_host::done> : EndOfHostOperation {};

template <>
struct InstanceStubs::Decision<&kith_connector_host::attached> {
    static std::int32_t of(IsolatedInstance &me, kith_str node, std::uint64_t epoch) {
        if (epoch <= me.epoch_) return me.refused(KITH_STALE, "the epoch is not above the last one");
        if (node.size == 0) return me.refused(KITH_INVALID, "the node has no name");
        me.epoch_ = epoch;
        me.attached_ = true;
        return KITH_OK;
    }
};

template <>
struct InstanceStubs::Decision<&kith_connector_host::detached> {
    static std::int32_t of(IsolatedInstance &me, std::int32_t, kith_str) {
        me.attached_ = false;
        return KITH_OK;
    }
};

template <>
struct InstanceStubs::Decision<&kith_connector_host::links> {
    static std::int32_t of(IsolatedInstance &me, std::uint64_t epoch, const kith_link *links, std::uint32_t count,
                           std::uint32_t stride) {
        const std::int32_t status = me.links_.read(links, count, stride);
        if (status != KITH_OK) return me.refused(status, me.links_.text());
        if (!me.attached_ || epoch != me.epoch_)
            return me.refused(KITH_STALE, "the attachment that these links belong to is over");
        return KITH_OK;
    }
};

template <>
struct InstanceStubs::Decision<&kith_connector_host::link_up> {
    static std::int32_t of(IsolatedInstance &me, std::uint64_t epoch, const kith_link *link) {
        return Decision<&kith_connector_host::links>::of(me, epoch, link, 1, sizeof *link);
    }
};

template <>
struct InstanceStubs::Decision<&kith_connector_host::link_down> {
    static std::int32_t of(IsolatedInstance &me, std::uint64_t epoch, kith_str, kith_str) {
        if (!me.attached_ || epoch != me.epoch_)
            return me.refused(KITH_STALE, "the attachment that this link belongs to is over");
        return KITH_OK;
    }
};

// ---- sinks ----

template <>
struct InstanceStubs::Decision<&kith_sink_host::taken> {
    static std::int32_t of(IsolatedInstance &me, std::uint64_t batch) {
        if (batch == 0 || batch != me.batch_) return KITH_STALE;
        me.batch_ = 0;
        return KITH_OK;
    }
};

// ---- metrics ----

/// change: a function of InstanceMetrics.
template <auto change>
struct InstanceStubs::ChangeOfMetric {
    static std::int32_t of(IsolatedInstance &me, std::uint32_t id, double value) {
        const std::int32_t status = (me.metrics_.*change)(id, value);
        return status == KITH_OK ? status : me.refused(status, "no such metric of this kind, or a counter that would shrink");
    }
};
template <>
struct InstanceStubs::Decision<&kith_metric_host::add> : ChangeOfMetric<&InstanceMetrics::add> {};
template <>
struct InstanceStubs::Decision<&kith_metric_host::set> : ChangeOfMetric<&InstanceMetrics::set> {};
template <>
struct InstanceStubs::Decision<&kith_metric_host::observe> : ChangeOfMetric<&InstanceMetrics::observe> {};

// ---- multicast ----

template <>
struct InstanceStubs::Decision<&kith_udp_host::join> {
    static std::int32_t of(IsolatedInstance &me, std::uint64_t socket, kith_str group, kith_str interface) {
        if (!me.handles_.contains(socket)) return KITH_STALE;
        const auto joined =
            std::count_if(me.groups_.begin(), me.groups_.end(), [&](const auto &one) { return std::get<0>(one) == socket; });
        IsolatedInstance::Group wanted{socket, view(group), view(interface)};
        if (me.groups_.contains(wanted)) return me.refused(KITH_EXISTS, "it was requested already");
        if (joined >= KITH_UDP_MAX_GROUPS) return me.refused(KITH_LIMIT, "a socket joins at most 64 groups");
        me.groups_.insert(std::move(wanted));
        return KITH_OK;
    }
};

template <>
struct InstanceStubs::Decision<&kith_udp_host::leave> {
    static std::int32_t of(IsolatedInstance &me, std::uint64_t socket, kith_str group, kith_str interface) {
        if (!me.handles_.contains(socket)) return KITH_STALE;
        const IsolatedInstance::Group wanted{socket, view(group), view(interface)};
        return me.groups_.erase(wanted) != 0 ? KITH_OK : KITH_NOT_FOUND;
    }
};

// ---- what is open ----

struct InstanceStubs::Close {
    static std::int32_t of(IsolatedInstance &me, std::uint64_t handle) {
        if (!me.handles_.contains(handle)) return KITH_STALE;
        me.closed(handle);
        return KITH_OK;
    }
};
template <>
struct InstanceStubs::Decision<&kith_tcp_host::close> : Close {};
template <>
struct InstanceStubs::Decision<&kith_udp_host::close> : Close {};
template <>
struct InstanceStubs::Decision<&kith_http_host::close> : Close {};
template <>
struct InstanceStubs::Decision<&kith_process_host::close> : Close {};
template <>
struct InstanceStubs::Decision<&kith_tls_host::close> : Close {};

/// The end of one direction; write: the function of its table.
template <auto write>
struct InstanceStubs::Shutdown {
    static std::int32_t of(IsolatedInstance &me, std::uint64_t handle) {
        if (!me.handles_.contains(handle)) return KITH_STALE;
        const bool busy = std::ranges::any_of(me.operations_, [&](const auto &one) {
            return one.second.of == handle && one.second.function == address_of<write>();
        });
        return busy ? me.refused(KITH_BUSY, "a write is under way") : KITH_OK;
    }
};
template <>
struct InstanceStubs::Decision<&kith_tcp_host::shutdown> : Shutdown<&kith_tcp_host::write> {};
template <>
struct InstanceStubs::Decision<&kith_process_host::shutdown> : Shutdown<&kith_process_host::write> {};

template <>
struct InstanceStubs::Decision<&kith_process_host::end> {
    static std::int32_t of(IsolatedInstance &me, std::uint64_t process) {
        return me.handles_.contains(process) ? KITH_OK : KITH_STALE;
    }
};

} // namespace kith::messages
