// SPDX-License-Identifier: MIT
//
// The engine's services in a PluginHarness: they check and record the calls.
#include "plugin_harness_body.hpp"
#include "simulated_machine_body.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

namespace kith::testkit {

namespace {

using Body = PluginHarness::Body;

std::string own(kith_str s) { return std::string(view(s)); }

Pairs own(const kith_attribute *list, std::uint32_t count) {
    Pairs out;
    for (const auto &[name, value] : std::span(list, count)) out.emplace_back(view(name), view(value));
    return out;
}

Pairs own(std::span<const AttributeView> list) {
    Pairs out;
    for (const auto &[name, value] : list) out.emplace_back(name, value);
    return out;
}

std::vector<RecordedPeer> own(std::span<const PeerView> list) {
    std::vector<RecordedPeer> out;
    for (const PeerView &peer : list) {
        out.push_back({std::string(peer.key), std::string(peer.name), own(peer.attributes),
                       std::chrono::nanoseconds(static_cast<std::int64_t>(peer.ttl))});
    }
    return out;
}

std::vector<std::string> own(const kith_str *list, std::uint32_t count) {
    std::vector<std::string> out;
    for (const auto &each : std::span(list, count)) out.push_back(own(each));
    return out;
}

RecordedLink own(const LinkView &link) { return {std::string(link.name), own(link.attributes)}; }

// A call that is allowed from start to `stopped` for a plugin of that kind, and that fail_call can make fail.
template <class F>
std::int32_t said(const kith_host *host, const char *what, std::uint32_t kind, F &&function) noexcept {
    Body &harness = Body::of(host);
    if (!harness.called(what, true)) return KITH_CANCELLED;
    if (harness.descriptor->kind != kind) return KITH_DENIED;
    if (const std::int32_t status = harness.net.fault_of(what); status != KITH_OK) return status;
    const std::int32_t status = function(harness);
    harness.net.trace(harness.machine.index(), what, 0, status);
    return status;
}

std::int32_t refuse(Body &harness, const char *what, std::int32_t status, const std::string &text) {
    harness.violate(std::string(what) + " was refused: " + text);
    return status;
}

const Options &options_of(const kith_host *host) noexcept { return Body::of(host).options; }

// ---- log and node ----

std::mutex log_mutex; // log lines may come from any thread

constexpr kith_log_host log_table = {
    .level = [](const kith_host *) noexcept -> std::uint32_t { return KITH_LOG_TRACE; },
    .write =
        [](const kith_host *host, std::uint32_t level, kith_str message, const kith_attribute *fields,
           std::uint32_t count) noexcept {
            Body &harness = Body::of(host);
            const std::scoped_lock lock(log_mutex);
            harness.log.push_back({harness.net.now(), level, own(message), own(fields, std::min(count, 32u))});
        },
};

constexpr kith_node_host node_table = {
    .get =
        [](const kith_host *host, kith_str *name, std::uint64_t *epoch) noexcept {
            Body &harness = Body::of(host);
            harness.called("node.get", false);
            if (name != nullptr) *name = str(harness.node_name);
            if (epoch != nullptr) *epoch = harness.node_epoch;
        },
};

// ---- metric ----

std::int32_t define(const kith_host *host, std::uint32_t kind, kith_str name, kith_str help, const kith_attribute *labels,
                    std::uint32_t label_count, const double *bounds, std::uint32_t bound_count, std::uint32_t *id) noexcept {
    Body &harness = Body::of(host);
    harness.called("metric.define", false);
    if (const std::int32_t status = harness.net.fault_of("metric.define"); status != KITH_OK) return status;
    if (kind < KITH_METRIC_COUNTER || kind > KITH_METRIC_HISTOGRAM || label_count > 8 || bound_count > 32) return KITH_INVALID;
    const Pairs of = own(labels, label_count);
    for (std::size_t i = 0; i < harness.metrics.size(); ++i) {
        if (harness.metrics[i].name != view(name) || harness.metrics[i].labels != of) continue;
        if (harness.metrics[i].kind != kind) return KITH_EXISTS;
        *id = static_cast<std::uint32_t>(i);
        return KITH_OK;
    }
    if (harness.metrics.size() >= 256) return KITH_LIMIT;
    harness.metrics.push_back({kind, own(name), own(help), of, {bounds, bounds + bound_count}, 0, {}});
    *id = static_cast<std::uint32_t>(harness.metrics.size() - 1);
    return KITH_OK;
}

RecordedMetric *metric(const kith_host *host, std::uint32_t id) noexcept {
    Body &harness = Body::of(host);
    harness.called("metric", false);
    return id < harness.metrics.size() ? &harness.metrics[id] : nullptr;
}

constexpr kith_metric_host metric_table = {
    .define = define,
    .add = [](const kith_host *host, std::uint32_t id, double value) noexcept -> std::int32_t {
        RecordedMetric *found = metric(host, id);
        if (found == nullptr) return KITH_NOT_FOUND;
        if (found->kind == KITH_METRIC_HISTOGRAM || (found->kind == KITH_METRIC_COUNTER && value < 0)) return KITH_INVALID;
        found->value += value;
        return KITH_OK;
    },
    .set = [](const kith_host *host, std::uint32_t id, double value) noexcept -> std::int32_t {
        RecordedMetric *found = metric(host, id);
        if (found == nullptr) return KITH_NOT_FOUND;
        if (found->kind != KITH_METRIC_GAUGE) return KITH_INVALID;
        found->value = value;
        return KITH_OK;
    },
    .observe = [](const kith_host *host, std::uint32_t id, double value) noexcept -> std::int32_t {
        RecordedMetric *found = metric(host, id);
        if (found == nullptr) return KITH_NOT_FOUND;
        if (found->kind != KITH_METRIC_HISTOGRAM) return KITH_INVALID;
        found->observed.push_back(value);
        found->value += value;
        return KITH_OK;
    },
};

// ---- discovery ----

constexpr kith_discovery_host discovery_table = {
    .replace = [](const kith_host *host, const kith_peer *peers, std::uint32_t count,
                  std::uint32_t stride) noexcept -> std::int32_t {
        return said(host, "discovery.replace", KITH_KIND_STRATEGY, [&](Body &harness) {
            if (const auto status = harness.peer_reader.read(peers, count, stride); status != KITH_OK) {
                return refuse(harness, "discovery.replace", status, harness.peer_reader.text());
            }
            if (harness.peer_reader.peers().size() > harness.max_peers) return KITH_LIMIT;
            const auto doubt = harness.observer.tally().replaced(harness.peer_reader.peers().empty());
            if (doubt && !std::exchange(harness.doubted, true)) { // reported once, because such a plugin does it each time
                harness.violate("E3: discovery.replace with an empty set, though " + *doubt +
                                "; what could not look reports discovery.failed, so that the last set stays");
            }
            Observation &seen = harness.observe(Observation::Kind::replace);
            seen.peers = own(harness.peer_reader.peers());
            harness.peers.replace(seen.peers);
            return KITH_OK;
        });
    },
    .update = [](const kith_host *host, const kith_peer *upserted, std::uint32_t count, std::uint32_t stride,
                 const kith_str *missing, std::uint32_t missing_count, const kith_str *left,
                 std::uint32_t left_count) noexcept -> std::int32_t {
        return said(host, "discovery.update", KITH_KIND_STRATEGY, [&](Body &harness) {
            if (const auto status = harness.peer_reader.read(upserted, count, stride); status != KITH_OK) {
                return refuse(harness, "discovery.update", status, harness.peer_reader.text());
            }
            const auto known = [&](const auto &peer) { return harness.peers.contains(peer.key); };
            const auto more = harness.peer_reader.peers();
            const auto fresh = more.size() - static_cast<std::size_t>(std::ranges::count_if(more, known));
            if (fresh != 0 && harness.peers.all().size() + fresh > harness.max_peers) return KITH_LIMIT;
            harness.observer.tally().updated(!more.empty());
            Observation &seen = harness.observe(Observation::Kind::update);
            seen.peers = own(harness.peer_reader.peers());
            seen.missing = own(missing, missing_count);
            seen.left = own(left, left_count);
            for (const auto &key : seen.missing) harness.peers.erase(key);
            for (const auto &key : seen.left) harness.peers.erase(key);
            for (const auto &peer : seen.peers) harness.peers.upsert(peer);
            return KITH_OK;
        });
    },
    .watching = [](const kith_host *host, std::uint32_t in_sync) noexcept -> std::int32_t {
        return said(host, "discovery.watching", KITH_KIND_STRATEGY, [&](Body &harness) {
            harness.observe(Observation::Kind::watching).in_sync = in_sync != 0;
            return KITH_OK;
        });
    },
    .heard = [](const kith_host *host) noexcept -> std::int32_t {
        return said(host, "discovery.heard", KITH_KIND_STRATEGY, [&](Body &harness) {
            harness.observe(Observation::Kind::heard);
            return KITH_OK;
        });
    },
    .failed = [](const kith_host *host, std::int32_t status, kith_str text) noexcept -> std::int32_t {
        return said(host, "discovery.failed", KITH_KIND_STRATEGY, [&](Body &harness) {
            if (status >= 0)
                harness.violate("discovery.failed with status " + std::to_string(status) + ", which is no failure");
            if (text.size == 0)
                harness.violate("discovery.failed without a text: it must tell what, where, and what to do about it");
            Observation &seen = harness.observe(Observation::Kind::failed);
            seen.status = status;
            seen.text = own(text);
            return KITH_OK;
        });
    },
    .left_out = [](const kith_host *host, std::uint32_t items, kith_str reason) noexcept -> std::int32_t {
        return said(host, "discovery.left_out", KITH_KIND_STRATEGY, [&](Body &harness) {
            Observation &seen = harness.observe(Observation::Kind::left_out);
            seen.items = items;
            seen.text = own(reason);
            return KITH_OK;
        });
    },
};

// ---- connector ----

constexpr kith_connector_host connector_table = {
    .done = [](const kith_host *host, std::uint64_t op, std::int32_t status, kith_str text) noexcept -> std::int32_t {
        // fail_call does not apply: the report is made only once, and a plugin could not repeat it.
        Body &harness = Body::of(host);
        if (!harness.called("connector.done", true)) return KITH_CANCELLED;
        if (op != 0 && op == harness.beginning) harness.violate("T2: connector.done inside the call that began the operation");
        if (harness.joining.erase(op) == 0) {
            harness.violate("T2: connector.done for an operation that is not outstanding (was it said twice?)");
            return KITH_STALE;
        }
        harness.net.trace(harness.machine.index(), "connector.done", op >> 21, status);
        Report &said_now = harness.report(Report::Kind::done);
        said_now.op = op;
        said_now.status = status;
        said_now.text = own(text);
        return KITH_OK;
    },
    .attached = [](const kith_host *host, kith_str node, std::uint64_t epoch) noexcept -> std::int32_t {
        return said(host, "connector.attached", KITH_KIND_CONNECTOR, [&](Body &harness) {
            if (epoch <= harness.epoch_now) {
                harness.violate("connector.attached with epoch " + std::to_string(epoch) + " after " +
                                std::to_string(harness.epoch_now) + ": it must grow");
                return KITH_INVALID;
            }
            harness.is_attached = true;
            harness.links_said = false;
            harness.epoch_now = epoch;
            harness.attached_node = view(node);
            harness.links.clear();
            Report &now = harness.report(Report::Kind::attached);
            now.node = harness.attached_node;
            now.epoch = epoch;
            return KITH_OK;
        });
    },
    .detached = [](const kith_host *host, std::int32_t status, kith_str text) noexcept -> std::int32_t {
        return said(host, "connector.detached", KITH_KIND_CONNECTOR, [&](Body &harness) {
            harness.is_attached = false;
            harness.links.clear();
            Report &now = harness.report(Report::Kind::detached);
            now.status = status;
            now.text = own(text);
            return KITH_OK;
        });
    },
    .links = [](const kith_host *host, std::uint64_t epoch, const kith_link *links, std::uint32_t count,
                std::uint32_t stride) noexcept -> std::int32_t {
        return said(host, "connector.links", KITH_KIND_CONNECTOR, [&](Body &harness) {
            if (!harness.current(epoch)) return KITH_STALE;
            if (const auto status = harness.link_reader.read(links, count, stride); status != KITH_OK) {
                return refuse(harness, "connector.links", status, harness.link_reader.text());
            }
            harness.links_said = true;
            harness.links.clear();
            Report &now = harness.report(Report::Kind::links);
            now.epoch = epoch;
            for (const LinkView &link : harness.link_reader.links()) now.links.push_back(own(link));
            for (const auto &link : now.links) harness.set_link(link.name, true);
            return KITH_OK;
        });
    },
    .link_up = [](const kith_host *host, std::uint64_t epoch, const kith_link *link) noexcept -> std::int32_t {
        return said(host, "connector.link_up", KITH_KIND_CONNECTOR, [&](Body &harness) {
            if (!harness.current(epoch)) return KITH_STALE;
            if (!harness.links_said) harness.violate("connector.link_up before the links of its epoch");
            if (const auto status = harness.link_reader.read(link, 1, sizeof(kith_link)); status != KITH_OK) {
                return refuse(harness, "connector.link_up", status, harness.link_reader.text());
            }
            Report &now = harness.report(Report::Kind::link_up);
            now.epoch = epoch;
            now.links.push_back(own(harness.link_reader.links().front()));
            harness.set_link(now.links.front().name, true);
            return KITH_OK;
        });
    },
    .link_down = [](const kith_host *host, std::uint64_t epoch, kith_str name, kith_str reason) noexcept -> std::int32_t {
        return said(host, "connector.link_down", KITH_KIND_CONNECTOR, [&](Body &harness) {
            if (!harness.current(epoch)) return KITH_STALE;
            if (!harness.links_said) harness.violate("connector.link_down before the links of its epoch");
            Report &now = harness.report(Report::Kind::link_down);
            now.epoch = epoch;
            now.links.push_back({own(name), {}});
            now.text = own(reason);
            harness.set_link(own(name), false);
            return KITH_OK;
        });
    },
};

// ---- sink ----

constexpr kith_sink_host sink_table = {
    .subscribe = [](const kith_host *host, std::uint64_t mask) noexcept -> std::int32_t {
        return said(host, "sink.subscribe", KITH_KIND_SINK, [&](Body &harness) {
            harness.mask = mask;
            return KITH_OK;
        });
    },
    .taken = [](const kith_host *host, std::uint64_t batch) noexcept -> std::int32_t {
        return said(host, "sink.taken", KITH_KIND_SINK, [&](Body &harness) {
            if (batch == 0 || batch != harness.batch) {
                harness.violate("sink.taken for a batch that is not outstanding");
                return KITH_STALE;
            }
            harness.batch = 0;
            harness.deliver();
            return KITH_OK;
        });
    },
};

} // namespace

const void *harness_service(std::string_view id) noexcept {
    if (id == KITH_OPTIONS) return options_table<options_of>();
    if (id == KITH_LOG) return &log_table;
    if (id == KITH_NODE) return &node_table;
    if (id == KITH_METRIC) return &metric_table;
    if (id == KITH_DISCOVERY) return &discovery_table;
    if (id == KITH_CONNECTOR) return &connector_table;
    if (id == KITH_SINK) return &sink_table;
    if (id == KITH_MEMBERS) return harness_members_service();
    if (id == KITH_MESSAGES) return harness_messages_service();
    return nullptr;
}

} // namespace kith::testkit
