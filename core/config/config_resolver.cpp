// SPDX-License-Identifier: MIT
#include <core/cluster/membership/glob.hpp>
#include <core/cluster/membership/name_template.hpp>
#include <core/config/config_resolver.hpp>
#include <core/config/configured_plugins.hpp>
#include <core/config/connector_instances.hpp>
#include <core/config/json_member_or_default.hpp>
#include <core/config/long_short_node_names.hpp>
#include <core/config/name_suggestions.hpp>
#include <core/config/settings_reader.hpp>

#include <kith/hosting/event_kind.hpp>
#include <kith/plugin.h>

#include <boost/json/parse.hpp>

#include <algorithm>

namespace kith::core {

using namespace member_or_default;

namespace {

class ConfigResolver {
  public:
    ConfigResolver(const PluginCatalogue &catalogue, Config &config, DiagnosticCollector &collector)
        : config_(config), collector_(collector), plugins_(catalogue, collector), connectors_(plugins_, collector) {}

    void run(const json::value &root, const SourceLocation &location) {
        if (const auto *connectors = object_in(root, "connectors")) {
            for (const auto &entry : *connectors) connectors_.add(entry, location / "connectors" / view(entry.key()));
        }
        if (const auto *topologies = object_in(root, "topologies")) {
            for (const auto &entry : *topologies) topology(entry, location / "topologies" / view(entry.key()));
        }
        if (const auto *sinks = object_in(root, "sinks")) {
            for (const auto &entry : *sinks) sink(entry, location / "sinks" / view(entry.key()));
        }
        config_.connectors = connectors_.finish();
    }

  private:
    // -- topologies --

    struct FoundSource {
        Source model;
        const PluginInfo *plugin = nullptr;
        SourceLocation location;        // of the strategy's id
        SourceLocation config_location; // of its options
    };

    std::optional<FoundSource> source(const json::value &value, const SourceLocation &location) {
        const auto *found = plugins_.plugin(KITH_KIND_STRATEGY, text_in(value, "strategy"), location / "strategy");
        if (!found) return std::nullopt;
        const auto config = config_in(value);
        if (!config.is_object()) return std::nullopt;
        FoundSource out;
        out.plugin = found;
        out.location = location / "strategy";
        out.model.plugin = found->id;
        out.model.name = text_in(value, "name");
        if (out.model.name.empty()) out.model.name = text_in(value, "strategy");
        SourceLocation config_location = location / "config";
        if (!config_location.source_map) config_location.at = out.location.at;
        out.config_location = config_location;
        out.model.options = plugins_.options(*found, config, config_location, &out.model.authenticated);
        if (out.model.options.empty()) return std::nullopt;
        return out;
    }

    std::vector<FoundSource> sources(const json::value &value, const SourceLocation &location) {
        std::vector<FoundSource> out;
        const auto *list = member(value, "strategies");
        const bool single = member(value, "strategy") != nullptr;
        if (!list && !single) {
            collector_.error(location.key_at, location.path / "strategy",
                             "`strategy` is required: a plugin's id, or `strategies` for several");
        }
        if (list && (single || member(value, "config"))) {
            collector_.error((location / "strategies").key_at, (location / "strategies").path,
                             "`strategies` replaces `strategy` and `config`; only one of the two forms is allowed");
        }
        if (single) {
            if (auto one = source(value, location)) out.push_back(std::move(*one));
        }
        if (!list || !list->is_array()) return out;
        for (std::size_t i = 0; i < list->get_array().size(); ++i) {
            const auto &value_here = list->get_array()[i];
            if (!value_here.is_object()) continue;
            const auto here = location / "strategies" / i;
            auto one = source(value_here, here);
            if (!one) continue;
            const auto twice =
                std::any_of(out.begin(), out.end(), [&](const auto &o) { return o.model.name == one->model.name; });
            if (twice) {
                const auto where = member(value_here, "name") ? here / "name" : here / "strategy";
                collector_.error(where.at, where.path,
                                 "two strategies of this topology are named " + in_quotes(one->model.name) +
                                     "; give each a `name` of its own");
                continue;
            }
            out.push_back(std::move(*one));
        }
        return out;
    }

    void topology(const json::key_value_pair &entry, const SourceLocation &location) {
        if (!entry.value().is_object()) return;
        Topology out;
        out.name = view(entry.key());
        const auto found = sources(entry.value(), location);
        const auto *joined = connectors_.of(out.name, entry.value(), location);
        out.policy = read_policy(member(entry.value(), "policy"));
        policy(out.policy, location / "policy");
        if (!joined) return;
        out.connector = joined->model.name;
        if (out.policy.prune == Prune::unsaid) out.policy.prune = default_prune(found, *joined->plugin);
        for (const auto &one : found) {
            security(out, one, *joined, location);
            if (out.policy.name.empty()) check_long_short_names(one, *joined); // otherwise the template makes the names
            out.sources.push_back(one.model);
        }
        config_.topologies.push_back(std::move(out));
    }

    // Whether the pattern is invalid. Reports it, except an empty pattern, which the schema has reported.
    bool glob(const std::string &pattern, const SourceLocation &location) {
        const auto fault = pattern.empty() ? std::string() : glob_error(pattern);
        if (!fault.empty()) collector_.error(location.at, location.path, fault);
        return pattern.empty() || !fault.empty();
    }

    static Prune default_prune(const std::vector<FoundSource> &sources, const PluginInfo &connector) {
        for (const auto &source : sources) {
            if ((source.plugin->flags & KITH_FLAG_ROTATING) != 0) return Prune::keep;
        }
        if (connector.prune == KITH_PRUNE_DISCONNECT) return Prune::disconnect;
        if (connector.prune == KITH_PRUNE_REPORT) return Prune::report;
        return Prune::keep;
    }

    void policy(const Policy &policy, const SourceLocation &location) {
        if (policy.backoff_initial > policy.backoff_max) {
            const auto at = location / "backoff_initial";
            collector_.error(at.at, at.path,
                             "expected at most backoff_max (" + std::to_string(policy.backoff_max.count()) + "), got " +
                                 std::to_string(policy.backoff_initial.count()));
        }
        if (policy.min_peers > policy.max_peers) {
            const auto at = location / "min_peers";
            collector_.error(at.at, at.path,
                             "expected at most max_peers (" + std::to_string(policy.max_peers) + "), got " +
                                 std::to_string(policy.min_peers));
        }
        if (policy.remember && config_.state_dir.empty()) {
            const auto at = location / "remember";
            collector_.error(at.at, at.path,
                             "expected a `state_dir` to keep the peers in, at the top level of this file or, under systemd, by "
                             "StateDirectory= ($STATE_DIRECTORY); there is none");
        }
        if (const auto fault = NameTemplate::error(policy.name); !fault.empty()) {
            collector_.error((location / "name").at, (location / "name").path, fault);
        }
        const auto globs = [&](std::string_view key, const std::vector<std::string> &all) {
            for (std::size_t i = 0; i < all.size(); ++i) static_cast<void>(glob(all[i], location / key / i));
        };
        globs("self", policy.self);
        globs("include", policy.include);
        globs("exclude", policy.exclude);
    }

    void security(const Topology &topology, const FoundSource &source, const ConnectorInstances::Instance &connector,
                  const SourceLocation &location) {
        if (source.model.authenticated || (connector.plugin->flags & KITH_FLAG_TRUSTS_PEERS) == 0) return;
        const auto *rules = plugins_.schema(*source.plugin, source.location);
        const bool could = rules && rules->keyword("x-kith-authenticated");
        const std::string danger =
            "the strategy `" + source.plugin->id + "`" + (could ? ", with these options," : "") +
            " does not authenticate what it observes, and the connector `" + connector.model.name +
            "` trusts the peers that it connects: an attacker who can announce a peer can take over the node";
        if (topology.policy.require_authenticated) {
            const auto at = location / "policy" / "require_authenticated";
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

    void check_long_short_names(const FoundSource &source, const ConnectorInstances::Instance &connector) {
        const auto *of_connector = plugins_.schema(*connector.plugin, connector.location);
        const auto *of_source = plugins_.schema(*source.plugin, source.location);
        if (!of_connector || !of_source) return;
        const auto node = local_node(*of_connector, json::parse(connector.model.options));
        if (!node.empty())
            warn_of_mixed_node_names(*of_source, json::parse(source.model.options), source.config_location, node, collector_);
    }

    // -- sinks --

    void sink(const json::key_value_pair &entry, const SourceLocation &location) {
        const auto *found = plugins_.plugin(KITH_KIND_SINK, text_in(entry.value(), "plugin"), location / "plugin");
        const auto filter = texts_in(entry.value(), "filter");
        const std::vector<std::string> kinds(event_kind_names.begin(), event_kind_names.end());
        for (std::size_t i = 0; i < filter.size(); ++i) {
            const auto at = location / "filter" / i;
            if (glob(filter[i], at)) continue;
            if (std::any_of(kinds.begin(), kinds.end(), [&](const auto &kind) { return glob_match(filter[i], kind); }))
                continue;
            const auto near = did_you_mean(filter[i], kinds);
            collector_.error(at.at, at.path,
                             "there is no kind of event " + in_quotes(filter[i]) +
                                 (near.empty() ? "; known are " + listed(kinds, kinds.size()) : near));
        }
        if (!found) return;
        const auto config = config_in(entry.value());
        if (!config.is_object()) return;
        auto text = plugins_.options(*found, config, location / "config");
        if (text.empty()) return;
        config_.sinks.push_back({std::string(view(entry.key())), found->id, std::move(text), filter});
    }

    Config &config_;
    DiagnosticCollector &collector_;
    ConfiguredPlugins plugins_;
    ConnectorInstances connectors_;
};

} // namespace

void resolve_config(const json::value &root, const SourceMap &source_map, const PluginCatalogue &catalogue, Config &config,
                    DiagnosticCollector &collector) {
    ConfigResolver(catalogue, config, collector)
        .run(root, SourceLocation{&source_map, source_map.value_at, source_map.key_at, {}});
}

} // namespace kith::core
