// SPDX-License-Identifier: MIT
//
// What /metrics shows. The number of series does not depend on the number of peers: no label names one.
#include "documents.hpp"
#include "event_counters.hpp"
#include "metrics_text.hpp"
#include "process_figures.hpp"

#include <kith/hosting/instance_metrics.hpp>
#include <kith/hosting/status.hpp>

#include <map>
#include <vector>

namespace kith::app {

namespace {

void peers(MetricsText &text, const core::EngineView &view) {
    text.family("kith_peers", "gauge", "Names that a topology knows of, by their state.");
    for (const auto &one : view.topologies) {
        double counts[std::size(peer_states)] = {};
        one.topology->each_name([&](const core::LiveTopology::NameStatus &status) {
            for (std::size_t i = 0; i < std::size(peer_states); ++i) {
                if (peer_states[i] == status.state) ++counts[i];
            }
        });
        for (std::size_t i = 0; i < std::size(peer_states); ++i)
            text.sample({{"topology", one.topology->name()}, {"state", peer_states[i]}}, counts[i]);
    }
    const auto each = [&](std::string_view name, std::string_view help, auto value) {
        text.family(name, "gauge", help);
        for (const auto &one : view.topologies)
            text.sample({{"topology", one.topology->name()}}, static_cast<double>(value(*one.topology)));
    };
    using Topology = const core::LiveTopology &;
    each("kith_topology_linked_peers", "Peers of the topology that are linked.", [](Topology t) { return t.linked(); });
    each("kith_topology_min_peers", "Links that the topology needs to be ready.",
         [](Topology t) { return t.policy().min_peers; });
    each("kith_topology_ready", "1 when the topology is ready.", [](Topology t) { return t.ready() ? 1 : 0; });
    each("kith_topology_stale", "1 when a source of the topology cannot look.", [](Topology t) { return t.stale() ? 1 : 0; });
    each("kith_guard_held_peers", "Peers whose removal the guard holds.", [](Topology t) { return t.guarded(); });
}

void sources(MetricsText &text, const core::EngineView &view) {
    text.family("kith_observations_total", "counter", "Looks of a source, by their result.");
    for (const auto &one : view.topologies) {
        for (const auto &source : one.topology->sources()) {
            const auto count = [&](std::string_view result, std::uint64_t value) {
                text.sample({{"topology", one.topology->name()}, {"source", source.name}, {"result", result}},
                            static_cast<double>(value));
            };
            count("ok", source.looks);
            count("failed", source.failed_looks);
        }
    }
    text.family("kith_last_observation_age_seconds", "gauge", "Time since a source last knew what there is.");
    for (const auto &one : view.topologies) {
        const auto all = one.topology->sources();
        for (std::size_t i = 0; i < all.size(); ++i) {
            const auto age = all[i].looked ? one.topology->known_age(static_cast<core::SourceId>(i), view.now) : std::nullopt;
            if (!age) continue;
            text.sample({{"topology", one.topology->name()}, {"source", all[i].name}}, static_cast<double>(*age) / 1e9);
        }
    }
}

void connectors(MetricsText &text, const core::EngineView &view) {
    text.family("kith_connector_attached", "gauge", "1 when the connector is attached to its node.");
    for (const auto &one : view.connectors) text.sample({{"connector", one.name}}, one.reconciler->attached() ? 1 : 0);
    text.family("kith_links", "gauge", "Links of the connector's node, as last reported.");
    for (const auto &one : view.connectors)
        text.sample({{"connector", one.name}}, static_cast<double>(one.reconciler->link_count()));
    text.family("kith_connects_in_flight", "gauge", "Attempts to connect under way.");
    for (const auto &one : view.connectors)
        text.sample({{"connector", one.name}}, static_cast<double>(one.reconciler->connects_in_flight()));
}

void counted(MetricsText &text, const EventCounters &counters) {
    text.family("kith_connect_attempts_total", "counter", "Attempts to connect that were begun.");
    for (const auto &[connector, count] : counters.connects())
        text.sample({{"connector", connector}}, static_cast<double>(count));
    text.family("kith_connect_failures_total", "counter", "Attempts to connect that failed, by their reason.");
    for (const auto &[what, count] : counters.connect_failures())
        text.sample({{"connector", what.first}, {"reason", status_slug(what.second)}}, static_cast<double>(count));
    text.family("kith_peer_link_delay_seconds", "histogram", "Time from the first sight of a peer to its link.");
    for (const auto &[topology, delays] : counters.link_delays())
        text.histogram({{"topology", topology}}, delays.bounds, delays.counts, delays.sum);
    text.family("kith_events_total", "counter", "Events that were published, by their kind.");
    for (std::uint32_t kind = 0; kind < event_kind_names.size(); ++kind) {
        if (counters.of(kind) != 0) text.sample({{"kind", event_kind_name(kind)}}, static_cast<double>(counters.of(kind)));
    }
}

void instances(MetricsText &text, const core::EngineView &view) {
    text.family("kith_plugin_running", "gauge", "1 when the plugin instance runs.");
    for (const auto &one : view.instances)
        text.sample({{"instance_name", one.name}, {"plugin", one.plugin}}, one.state == "running" ? 1 : 0);
    text.family("kith_plugin_calls_total", "counter", "Calls into the plugin instance.");
    for (const auto &one : view.instances) text.sample({{"instance_name", one.name}}, static_cast<double>(one.calls.calls));
    text.family("kith_plugin_call_seconds_total", "counter", "Time that calls into the plugin instance have held the loop.");
    for (const auto &one : view.instances)
        text.sample({{"instance_name", one.name}}, static_cast<double>(one.calls.nanoseconds) / 1e9);
    text.family("kith_plugin_call_longest_seconds", "gauge", "The longest call into the plugin instance.");
    for (const auto &one : view.instances)
        text.sample({{"instance_name", one.name}}, static_cast<double>(one.calls.longest) / 1e9);
}

// What plugins define themselves (kith.metric/1): kith_<plugin id>_<name>, of all instances together.
void own_metrics(MetricsText &text, const core::EngineView &view) {
    struct Sample {
        std::string_view instance;
        const Metric *metric;
    };
    std::map<std::string, std::vector<Sample>> families;
    for (const auto &one : view.instances) {
        if (one.metrics == nullptr) continue;
        for (const Metric &metric : one.metrics->all()) {
            std::string name = "kith_" + std::string(one.plugin) + '_' + metric.name;
            for (char &c : name) {
                if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_')) c = '_';
            }
            if (metric.kind == KITH_METRIC_COUNTER && !name.ends_with("_total")) name += "_total";
            auto &family = families[name];
            if (!family.empty() && family.front().metric->kind != metric.kind) continue; // a family has one type
            family.push_back({one.name, &metric});
        }
    }
    for (const auto &[name, samples] : families) {
        const Metric &first = *samples.front().metric;
        text.family(name,
                    first.kind == KITH_METRIC_COUNTER ? "counter"
                    : first.kind == KITH_METRIC_GAUGE ? "gauge"
                                                      : "histogram",
                    first.help);
        for (const Sample &sample : samples) {
            MetricsText::Labels labels{{"instance_name", sample.instance}};
            for (const auto &[label, value] : sample.metric->labels) {
                if (label != "instance_name" && label != "le") labels.emplace_back(label, value);
            }
            if (first.kind == KITH_METRIC_HISTOGRAM) {
                text.histogram(labels, sample.metric->bounds, sample.metric->counts, sample.metric->value);
            } else {
                text.sample(labels, sample.metric->value);
            }
        }
    }
}

void process(MetricsText &text, const ApiContext &context) {
    const ProcessFigures figures = process_figures();
    const auto gauge = [&](std::string_view name, std::string_view help, double value) {
        text.family(name, "gauge", help);
        text.sample({}, value);
    };
    text.family("process_cpu_seconds_total", "counter", "Processor time that was used, of user and system.");
    text.sample({}, figures.cpu_seconds);
    gauge("process_resident_memory_bytes", "Resident memory.", figures.resident_bytes);
    gauge("process_virtual_memory_bytes", "Virtual memory.", figures.virtual_bytes);
    gauge("process_open_fds", "Open file descriptors.", figures.open_fds);
    gauge("process_max_fds", "Most file descriptors that may be open.", figures.max_fds);
    gauge("process_start_time_seconds", "When it was started, in seconds since 1970.",
          static_cast<double>(context.started) / 1e9);
}

} // namespace

std::string metrics_document(const ApiContext &context, const core::EngineView &view, bool open_metrics) {
    MetricsText text(open_metrics);
    text.family("kith_build_info", "gauge", "1, with the version as a label.");
    text.sample({{"version", context.version}}, 1);
    peers(text, view);
    sources(text, view);
    connectors(text, view);
    if (context.counters != nullptr) counted(text, *context.counters);
    text.family("kith_events_published_total", "counter", "Events of the bus since the start.");
    text.sample({}, static_cast<double>(view.bus.last_seq()));
    text.family("kith_events_lost_total", "counter", "Events that a subscriber lost because it was slow, of all subscribers.");
    text.sample({}, static_cast<double>(view.bus.lost()));
    const auto last = context.last_reload ? context.last_reload() : std::nullopt;
    text.family("kith_config_last_reload_successful", "gauge", "0 when the last reload was refused or taken back, else 1.");
    text.sample({}, last && (last->verdict == "refused" || last->verdict == "failed") ? 0 : 1);
    instances(text, view);
    own_metrics(text, view);
    if (context.requests != nullptr) {
        text.family("kith_api_requests_total", "counter", "Answers of the API, by their status.");
        for (const auto &[status, count] : *context.requests)
            text.sample({{"code", std::to_string(status)}}, static_cast<double>(count));
    }
    if (context.lag != nullptr) {
        text.family("kith_loop_lag_seconds", "histogram", "How late the loop runs what is due, looked at each second.");
        text.histogram({}, context.lag->bounds, context.lag->counts, context.lag->sum);
    }
    process(text, context);
    return text.finish();
}

} // namespace kith::app
