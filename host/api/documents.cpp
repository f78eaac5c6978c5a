// SPDX-License-Identifier: MIT
#include "documents.hpp"

#include "diagnosis.hpp"
#include "json_writer.hpp"
#include "orders.hpp"
#include "packed_peers.hpp"
#include "topology_health.hpp"

#include <core/cluster/membership/glob.hpp>
#include <kith/hosting/status.hpp>

#include <algorithm>
#include <vector>

namespace kith::app {

namespace {

constexpr std::size_t most_held_names = 100; // that are listed by name

std::int64_t wall_of(const core::EngineView &view, core::Time time) {
    return view.wall - static_cast<std::int64_t>(view.now - time);
}

// Seconds, for people and programs alike.
double seconds(core::Time duration) { return static_cast<double>(duration / 1'000'000) / 1e3; }

void write_until(JsonWriter &json, core::Time until, const core::EngineView &view) {
    until == 0 ? json.null() : json.time(view.wall + (static_cast<std::int64_t>(until) - static_cast<std::int64_t>(view.now)));
}

void write_health(JsonWriter &json, const core::TopologyView &view, const core::EngineView &engine) {
    const core::LiveTopology &topology = *view.topology;
    const TopologyHealth health = health_of(view, engine.now);
    json.member("name", topology.name()).member("connector", view.connector->connector());
    json.member("health", health.word).member("reason", health.reason);
    json.member("ready", topology.ready()).member("stale", topology.stale());
    json.member("peers", topology.size()).member("linked", topology.linked());
    json.key("paused_until");
    write_until(json, topology.overrides().paused_until(), engine);
}

std::string_view source_state(const core::LiveTopology::SourceStatus &source) {
    if (source.failures != 0) return "failing";
    if (source.stale) return "silent";
    return source.looked ? "ok" : "not_looked";
}

void write_sources(JsonWriter &json, const ApiContext &context, const core::TopologyView &view, core::Time now) {
    json.key("sources").open('[');
    const auto sources = view.topology->sources();
    for (std::size_t i = 0; i < sources.size(); ++i) {
        const auto &source = sources[i];
        json.open('{').member("name", source.name);
        json.member("plugin", i < view.plugins.size() ? view.plugins[i] : std::string_view{});
        json.member("state", source_state(source));
        json.member("reason", source.reason);
        json.key("last_look_age_seconds");
        const auto age = source.looked ? view.topology->known_age(static_cast<core::SourceId>(i), now) : std::nullopt;
        age ? json.value(seconds(*age)) : json.null();
        json.key("next_look_in_seconds");
        const kith_host *host = i < view.hosts.size() ? view.hosts[i] : nullptr;
        const core::Time next = host != nullptr && context.idle_for ? context.idle_for(*host) : core::never;
        next == core::never ? json.null() : json.value(seconds(next));
        json.member("peers", source.peers).member("remembered", source.remembered);
        json.member("failures", source.failures).member("looks", source.looks).member("failed_looks", source.failed_looks);
        json.close('}');
    }
    json.close(']');
}

void write_states(JsonWriter &json, const core::LiveTopology &topology) {
    std::size_t counts[std::size(peer_states)] = {};
    topology.each_name([&](const core::LiveTopology::NameStatus &status) {
        for (std::size_t i = 0; i < std::size(peer_states); ++i) {
            if (peer_states[i] == status.state) ++counts[i];
        }
    });
    json.key("states").open('{');
    for (std::size_t i = 0; i < std::size(peer_states); ++i) json.member(peer_states[i], counts[i]);
    json.close('}');
}

void write_guard(JsonWriter &json, const ApiContext &context, const core::LiveTopology &topology,
                 const core::EngineView &view) {
    json.key("guard").open('{').member("held", topology.guarded()).key("id");
    topology.removal_hold() == 0 ? json.null() : json.value(hold_id(context, topology.removal_hold()));
    core::Time first = core::never;
    std::vector<std::string_view> names;
    if (topology.guarded() != 0) {
        topology.each_name([&](const core::LiveTopology::NameStatus &status) {
            if (status.state != "guarded") return;
            if (names.size() < most_held_names) names.push_back(status.name);
            first = std::min(first, status.since);
        });
    }
    json.key("until");
    if (first == core::never || topology.overrides().paused()) { // in a pause it stands still
        json.null();
    } else {
        json.time(wall_of(view, first) + static_cast<std::int64_t>(core::ns(topology.policy().hold)));
    }
    json.key("names").open('[');
    for (const auto name : names) json.value(name);
    json.close(']').close('}');
}

void write_policy(JsonWriter &json, const core::Policy &policy) {
    json.key("policy").open('{');
    json.member("min_peers", policy.min_peers).member("max_peers", policy.max_peers);
    json.member("grace", policy.grace.count()).member("confirm", policy.confirm);
    json.member("guard", policy.guard).member("max_removal", policy.max_removal).member("hold", policy.hold.count());
    json.member("prune", policy.prune == core::Prune::disconnect ? "disconnect"
                         : policy.prune == core::Prune::report   ? "report"
                                                                 : "keep");
    json.member("merge", policy.merge == core::Merge::first ? "first" : "union");
    json.member("remember", policy.remember).member("connect_parallel", policy.connect_parallel);
    json.member("connect_timeout", policy.connect_timeout.count());
    json.close('}');
}

void write_topology(JsonWriter &json, const ApiContext &context, const core::TopologyView &view,
                    const core::EngineView &engine) {
    json.open('{');
    write_health(json, view, engine);
    write_states(json, *view.topology);
    write_sources(json, context, view, engine.now);
    write_guard(json, context, *view.topology, engine);
    write_policy(json, view.topology->policy());
    json.close('}');
}

void write_peer(JsonWriter &json, const core::TopologyView &view, const core::EngineView &engine,
                const core::LiveTopology::NameStatus &status) {
    view.topology->peer_details(status.name, engine.now, [&](const core::LiveTopology::PeerDetails &details) {
        PackedPeers one;
        one.begin_topology(*view.topology);
        one.add(details, engine);
        one.write_next(json);
    });
}

void write_connector(JsonWriter &json, const core::ConnectorView &view, const core::EngineView &engine) {
    const core::Reconciler &connector = *view.reconciler;
    json.open('{').member("name", view.name).member("plugin", view.plugin);
    std::string_view state = "unknown";
    for (const auto &instance : engine.instances) {
        if (instance.name == "connectors." + std::string(view.name)) state = instance.state;
    }
    json.member("state", state).member("attached", connector.attached()).member("node", connector.node());
    json.member("reason", connector.attached() ? std::string_view{} : connector.detached_text());
    json.member("links", connector.link_count()).member("connects_in_flight", connector.connects_in_flight());
    json.member("disconnects_in_flight", connector.disconnects_in_flight()).close('}');
}

void write_why(JsonWriter &json, const core::TopologyView &view, const core::EngineView &engine, std::string_view name,
               const Diagnosis &found) {
    const core::LiveTopology &topology = *view.topology;
    const core::NameStanding standing = topology.standing(name, engine.now);
    json.open('{').member("topology", topology.name()).member("known", found.known);
    json.member("code", found.code).member("cause", found.cause).member("remedy", found.remedy);
    json.member("details", topology.why(name, engine.now));
    json.member("class", core::to_string(standing.peer_class));
    json.key("since");
    standing.since != 0 ? json.time(wall_of(engine, standing.since)) : json.null();
    json.key("sources").open('[');
    for (const auto &claim : standing.claims) {
        json.open('{').member("source", topology.source_name(claim.source)).member("key", claim.key);
        json.member("state", claim.present ? "found" : claim.remembered ? "remembered" : "missing").close('}');
    }
    json.close(']');
    const auto link = view.connector->link_status(name, engine.now);
    json.key("link").open('{').member("state", link_word(link.state)).member("failures", link.failures);
    json.member("status", link.failures == 0 ? std::string_view{} : status_slug(link.status));
    json.member("reason", link.failures == 0 ? std::string_view{} : link.text);
    json.key("next_attempt_in_ms");
    link.retry_at > engine.now ? json.value((link.retry_at - engine.now) / 1'000'000) : json.null();
    json.close('}').close('}');
}

void write_topologies(JsonWriter &json, const ApiContext &context, const core::EngineView &view) {
    json.key("topologies").open('[');
    for (const auto &topology : view.topologies) write_topology(json, context, topology, view);
    json.close(']');
}

void write_connectors(JsonWriter &json, const core::EngineView &view) {
    json.key("connectors").open('[');
    for (const auto &connector : view.connectors) write_connector(json, connector, view);
    json.close(']');
}

void write_status(JsonWriter &json, const ApiContext &context, const core::EngineView &view) {
    bool ready = view.running;
    for (const auto &topology : view.topologies) ready = ready && topology.topology->ready();
    json.member("version", context.version).member("pid", context.pid).member("run", context.run);
    json.key("started").time(context.started);
    json.member("uptime_seconds", std::max<std::int64_t>(view.wall - context.started, 0) / 1'000'000'000);
    json.key("configuration")
        .open('{')
        .member("file", context.config_file)
        .member("sha256", context.config_sha256 ? context.config_sha256() : std::string{})
        .close('}');
    json.key("last_reload");
    if (const auto last = context.last_reload ? context.last_reload() : std::nullopt) {
        json.open('{').key("time").time(last->time).member("verdict", last->verdict).member("reason", last->reason).close('}');
    } else {
        json.null();
    }
    json.member("ready", ready);
    json.key("topologies").open('[');
    for (const auto &topology : view.topologies) {
        json.open('{');
        write_health(json, topology, view);
        json.close('}');
    }
    json.close(']');
    json.key("quarantined").open('[');
    for (const auto &instance : view.instances) {
        if (instance.quarantine.empty()) continue;
        json.open('{').member("instance", instance.name).member("plugin", instance.plugin).member("file", instance.file);
        json.member("reason", instance.quarantine).close('}');
    }
    json.close(']');
}

struct Listed {
    const core::TopologyView *topology;
    core::LiveTopology::NameStatus status;
};

bool before(const Listed &a, const Listed &b) {
    const std::string_view first = a.topology->topology->name(), second = b.topology->topology->name();
    return first != second ? first < second : a.status.name < b.status.name;
}

} // namespace

std::string status_document(const ApiContext &context, const core::EngineView &view) {
    std::string out;
    JsonWriter json(out);
    json.open('{');
    write_status(json, context, view);
    json.close('}');
    return out;
}

std::optional<std::string> topology_document(const ApiContext &context, const core::EngineView &view, std::string_view name) {
    for (const auto &topology : view.topologies) {
        if (topology.topology->name() != name) continue;
        std::string out;
        JsonWriter json(out);
        write_topology(json, context, topology, view);
        return out;
    }
    return std::nullopt;
}

std::string topologies_document(const ApiContext &context, const core::EngineView &view) {
    std::string out;
    JsonWriter json(out);
    json.open('{');
    write_topologies(json, context, view);
    json.close('}');
    return out;
}

std::string connectors_document(const core::EngineView &view) {
    std::string out;
    JsonWriter json(out);
    json.open('{');
    write_connectors(json, view);
    json.close('}');
    return out;
}

std::string peers_document(const core::EngineView &view, const PeerQuery &query) {
    const std::size_t slash = query.after.find('/');
    const std::string_view after_topology = std::string_view(query.after).substr(0, slash);
    const std::string_view after_name =
        slash == std::string::npos ? std::string_view{} : std::string_view(query.after).substr(slash + 1);
    std::vector<Listed> found;
    for (const auto &topology : view.topologies) {
        const std::string_view name = topology.topology->name();
        if ((!query.topology.empty() && name != query.topology) || name < after_topology) continue;
        topology.topology->each_name([&](const core::LiveTopology::NameStatus &status) {
            if (name == after_topology && status.name <= after_name) return;
            if (!query.state.empty() && status.state != query.state) return;
            if (!query.name.empty() && !core::glob_match(query.name, status.name)) return;
            found.push_back({&topology, status});
        });
    }
    const std::size_t count = std::min({found.size(), query.limit, most_peers_in_page});
    std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(count), found.end(), before);
    std::string out;
    JsonWriter json(out);
    json.open('{').key("peers").open('[');
    std::size_t shown = 0;
    while (shown < count && (shown == 0 || out.size() < most_bytes_in_page)) {
        write_peer(json, *found[shown].topology, view, found[shown].status);
        ++shown;
    }
    json.close(']').key("next");
    if (shown < found.size() && shown != 0) {
        const Listed &last = found[shown - 1];
        json.value(std::string(last.topology->topology->name()) + '/' + std::string(last.status.name));
    } else {
        json.null();
    }
    json.close('}');
    return out;
}

std::string why_document(const core::EngineView &view, std::string_view name) {
    struct Found {
        const core::TopologyView *topology;
        Diagnosis diagnosis;
    };
    std::vector<Found> all;
    for (const auto &topology : view.topologies) all.push_back({&topology, diagnose(view, topology, name)});
    std::stable_partition(all.begin(), all.end(), [](const Found &one) { return one.diagnosis.known; });
    std::string out;
    JsonWriter json(out);
    json.open('{').member("name", name);
    json.member("known", !all.empty() && all.front().diagnosis.known);
    json.key("lines").open('[');
    for (const Found &one : all) {
        const std::string prefix = all.size() > 1 ? std::string(one.topology->topology->name()) + ": " : std::string{};
        json.value(prefix + one.diagnosis.cause).value(prefix + one.diagnosis.remedy);
    }
    json.close(']').key("topologies").open('[');
    for (const Found &one : all) write_why(json, *one.topology, view, name, one.diagnosis);
    json.close(']').close('}');
    return out;
}

std::string state_beginning(const ApiContext &context, const core::EngineView &view) {
    std::string out;
    JsonWriter json(out);
    json.open('{').member("id", context.run + '.' + std::to_string(view.bus.last_seq()));
    json.key("status").open('{');
    write_status(json, context, view);
    json.close('}');
    write_topologies(json, context, view);
    write_connectors(json, view);
    json.key("peers").open('[');
    return out;
}

std::string unready_topologies(const core::EngineView &view, std::string_view name) {
    std::string out;
    for (const auto &topology : view.topologies) {
        if ((!name.empty() && topology.topology->name() != name) || topology.topology->ready()) continue;
        const TopologyHealth health = health_of(topology, view.now);
        out += std::string(topology.topology->name()) + ": " + (health.reason.empty() ? "not ready" : health.reason) + '\n';
    }
    return out;
}

} // namespace kith::app
