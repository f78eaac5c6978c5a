// SPDX-License-Identifier: MIT
#include <core/cluster/membership/glob.hpp>
#include <core/config/config_resolver.hpp>
#include <core/config/configured_sources.hpp>
#include <core/config/connector_instances.hpp>
#include <core/config/foreign_io_check.hpp>
#include <core/config/json_member_or_default.hpp>
#include <core/config/long_short_node_names.hpp>
#include <core/config/name_suggestions.hpp>
#include <core/config/plugin_and_options_resolver.hpp>
#include <core/config/policy_check.hpp>
#include <core/config/schema_accessors.hpp>
#include <core/config/topology_option_check.hpp>

#include <kith/hosting/event_kind.hpp>
#include <kith/plugin.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace kith::core {

namespace {

Prune default_prune(const std::vector<ConfiguredSource> &sources, const PluginInfo &connector) {
    for (const auto &source : sources) {
        if ((source.plugin->flags & KITH_FLAG_ROTATING) != 0) return Prune::keep;
    }
    if (connector.prune == KITH_PRUNE_DISCONNECT) return Prune::disconnect;
    if (connector.prune == KITH_PRUNE_REPORT) return Prune::report;
    return Prune::keep;
}

class ConfigResolver {
  public:
    ConfigResolver(const PluginCatalogue &catalogue, const FileFault &file_fault, Config &config,
                   DiagnosticCollector &collector)
        : config_(config),
          collector_(collector),
          plugins_(catalogue, config.plugins.grants, file_fault, collector),
          connectors_(plugins_, collector) {}

    void run(const ConfigFileContent &file) {
        for (const auto &entry : file.connectors) connectors_.add(entry);
        for (const auto &entry : file.topologies) topology(entry);
        std::vector<std::string> topologies;
        for (const auto &entry : file.topologies) topologies.push_back(entry.name);
        for (const auto &entry : file.sinks) sink(entry, topologies);
        for (const auto &one : connectors_.instances())
            isolation(*one.plugin, one.model.isolate, one.location, {.connector = one.model.name});
        config_.connectors = connectors_.finish();
    }

  private:
    void topology(const TopologyEntry &entry) {
        Topology out;
        out.name = entry.name;
        const auto sources = configured_sources(entry, plugins_, collector_);
        const auto *connector = connectors_.of(entry);
        out.policy = entry.policy.value;
        check_policy(entry.policy, config_.state_dir, collector_);
        if (!connector) return;
        apply_policy_defaults(entry.policy, *connector, out.policy);
        out.connector = connector->model.name;
        if (out.policy.prune == Prune::unsaid) out.policy.prune = default_prune(sources, *connector->plugin);
        for (const auto &source : sources) {
            security(entry, source, *connector);
            isolation(*source.plugin, source.model.isolate, source.location,
                      {.topology = out.name, .source = source.model.name});
            if (out.policy.name.empty()) check_long_short_names(source, *connector); // otherwise the template makes the names
            out.sources.push_back(source.model);
        }
        config_.topologies.push_back(std::move(out));
    }

    // Only instances of one file can share a process.
    void group(const PluginInfo &plugin, const IsolateSetting &isolate, const SourceLocation &location) {
        if (isolate.mode != IsolateSetting::Mode::group || plugin.file.empty()) return;
        const auto [first, fresh] = groups_.try_emplace(isolate.group, plugin.file);
        if (!fresh && first->second != plugin.file)
            collector_.warning(
                location.at, location.path,
                "the group " + in_quotes(isolate.group) + " has instances of " + first->second + " and of " + plugin.file +
                    ": only those of one file share a process, so each file has one of its own; use a name for each file");
    }

    // Of the connector's schema: {"x-kith-policy": {OPTION: {VALUE: {KEY: default, "disconnect": "what it means here"}}}}, and in place of
    // OPTION and VALUE "" for whatever the options are.
    void apply_policy_defaults(const FileMember<Policy> &entry, const ConnectorInstances::Instance &connector, Policy &policy) {
        const auto *rules = plugins_.schema(*connector.plugin, connector.location);
        const auto *options = rules ? schema_accessors::member(rules->json(), "x-kith-policy") : nullptr;
        if (!options || !options->is_object()) return;
        for (const auto &option : options->get_object()) {
            const auto name = schema_accessors::view(option.key());
            const auto *defaults =
                name.empty() ? &option.value()
                             : schema_accessors::member(option.value(), schema_accessors::text_of(connector.options, name));
            if (defaults) apply_policy_defaults(*defaults, entry, policy);
        }
    }

    void apply_policy_defaults(const schema_accessors::json::value &defaults, const FileMember<Policy> &entry, Policy &policy) {
        const auto given = [&](std::string_view key) {
            return entry.location.source_map && entry.location.source_map->member(key);
        };
        const auto count = [&](std::string_view key, std::uint32_t &of) {
            if (!given(key)) of = static_cast<std::uint32_t>(member_or_default::integer_in(defaults, key, of));
        };
        count("first_looks", policy.first_looks);
        count("links", policy.links);
        count("connect_parallel", policy.connect_parallel);
        if (!given("bridge")) policy.bridge = member_or_default::flag_in(defaults, "bridge", policy.bridge);
        if (!given("connect_timeout"))
            policy.connect_timeout = Policy::milliseconds(
                member_or_default::integer_in(defaults, "connect_timeout", policy.connect_timeout.count()));
        const auto meaning = schema_accessors::text_of(defaults, "disconnect");
        if (policy.prune == Prune::disconnect && !meaning.empty()) {
            const auto where = entry.location / "prune";
            collector_.warning(where.at, where.path, std::string(meaning));
        }
    }

    void security(const TopologyEntry &topology, const ConfiguredSource &source,
                  const ConnectorInstances::Instance &connector) {
        if (source.model.authenticated || (connector.plugin->flags & KITH_FLAG_TRUSTS_PEERS) == 0) return;
        const auto *rules = plugins_.schema(*source.plugin, source.location);
        const bool could = rules && rules->keyword("x-kith-authenticated");
        const std::string danger =
            "the strategy `" + source.plugin->id + "`" + (could ? ", with these options," : "") +
            " does not authenticate what it observes, and the connector `" + connector.model.name +
            "` trusts the peers that it connects: an attacker who can announce a peer can take over the node";
        if (topology.policy.value.require_authenticated) {
            const auto at = topology.policy.location / "require_authenticated";
            collector_.error(source.location.at, source.location.path,
                             danger + "; refused by " + at.path.text() +
                                 (could ? "; use its authenticated mode" : "; use another strategy"));
            return;
        }
        const std::string message =
            danger +
            (could ? "; use its authenticated mode" : "; keep untrusted hosts off its network or use another strategy") +
            " (policy.require_authenticated makes this an error)";
        collector_.warning(source.location.at, source.location.path, message);
        config_.security.push_back({topology.name, source.model.name, connector.model.name, message});
    }

    void isolation(const PluginInfo &plugin, const IsolateSetting &isolate, const SourceLocation &location,
                   SecurityWarning names) {
        group(plugin, isolate, location);
        check_foreign_io(plugin, plugins_.catalogue(), isolate, location, std::move(names), config_, collector_);
    }

    void check_long_short_names(const ConfiguredSource &source, const ConnectorInstances::Instance &connector) {
        const auto *of_connector = plugins_.schema(*connector.plugin, connector.location);
        const auto *of_source = plugins_.schema(*source.plugin, source.location);
        if (!of_connector || !of_source) return;
        const auto node = local_node(*of_connector, connector.options);
        if (!node.empty()) warn_of_mixed_node_names(*of_source, source.options, source.options_location, node, collector_);
    }

    void check_filter(const FileMember<std::vector<std::string>> &filter) {
        const std::vector<std::string> kinds(event_kind_names.begin(), event_kind_names.end());
        for (std::size_t i = 0; i < filter.value.size(); ++i) {
            const std::string &pattern = filter.value[i];
            const auto where = filter.location / i;
            if (!check_glob(pattern, where, collector_)) continue;
            if (std::any_of(kinds.begin(), kinds.end(), [&](const auto &kind) { return glob_match(pattern, kind); })) continue;
            const auto near = did_you_mean(pattern, kinds);
            collector_.error(where.at, where.path,
                             "there is no kind of event " + in_quotes(pattern) +
                                 (near.empty() ? "; known are " + listed(kinds, kinds.size()) : near));
        }
    }

    void sink(const SinkEntry &entry, const std::vector<std::string> &topologies) {
        const auto *found = plugins_.plugin(KITH_KIND_SINK, entry.plugin.value, entry.plugin.location);
        check_filter(entry.filter);
        if (!found) return;
        auto options = plugins_.options(*found, entry.options.value, entry.options.location);
        if (!options) return;
        if (const auto *rules = plugins_.schema(*found, entry.plugin.location))
            check_topology_options(rules->json(), options->value, topologies, entry.options.location, collector_);
        isolation(*found, entry.isolate, entry.plugin.location, {});
        config_.sinks.push_back({entry.name, found->id, std::move(options->text), entry.filter.value, entry.isolate});
    }

    Config &config_;
    DiagnosticCollector &collector_;
    PluginAndOptionsResolver plugins_;
    ConnectorInstances connectors_;
    std::map<std::string, std::string> groups_; // the file of the first instance of each
};

} // namespace

void resolve_config(const ConfigFileContent &file, const PluginCatalogue &catalogue, const FileFault &file_fault,
                    Config &config, DiagnosticCollector &collector) {
    ConfigResolver(catalogue, file_fault, config, collector).run(file);
}

} // namespace kith::core
