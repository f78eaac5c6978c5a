// SPDX-License-Identifier: MIT
#include <core/config/json_schema_validator.hpp>
#include <core/config/load_config.hpp>

#include <kith/plugin.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace kith::core {
namespace {

namespace json = boost::json;

std::string_view prune_name(Prune prune) {
    switch (prune) {
    case Prune::disconnect: return "disconnect";
    case Prune::keep: return "keep";
    case Prune::report: return "report";
    case Prune::unsaid: break;
    }
    return "unsaid";
}

json::array list(const std::vector<std::string> &texts) { return json::array(texts.begin(), texts.end()); }

json::object policy_object(const Policy &policy) {
    json::object out;
    out["name"] = policy.name;
    out["self"] = list(policy.self);
    out["include"] = list(policy.include);
    out["exclude"] = list(policy.exclude);
    out["merge"] = policy.merge == Merge::first ? "first" : "union";
    out["max_peers"] = policy.max_peers;
    out["require_authenticated"] = policy.require_authenticated;
    out["grace"] = policy.grace.count();
    out["confirm"] = policy.confirm;
    out["guard"] = policy.guard;
    out["max_removal"] = policy.max_removal;
    out["removal_window"] = policy.removal_window.count();
    out["hold"] = policy.hold.count();
    out["prune"] = json::string_view(prune_name(policy.prune).data(), prune_name(policy.prune).size());
    out["remember"] = policy.remember;
    out["min_peers"] = policy.min_peers;
    out["expected_nodes"] = policy.expected_nodes;
    out["first_looks"] = policy.first_looks;
    out["links"] = policy.links == 0 ? json::value("all") : json::value(policy.links);
    out["bridge"] = policy.bridge;
    out["connect_parallel"] = policy.connect_parallel;
    out["connect_timeout"] = policy.connect_timeout.count();
    out["backoff_initial"] = policy.backoff_initial.count();
    out["backoff_max"] = policy.backoff_max.count();
    out["backoff_jitter"] = policy.backoff_jitter;
    return out;
}

// Without a schema it is unknown which members are secret, so none is shown.
json::value masked(std::string_view options, const std::optional<JsonSchemaValidator> &schema) {
    boost::system::error_code code;
    auto value = json::parse(json::string_view(options.data(), options.size()), code);
    if (code || !schema) return "***";
    schema->mask(value);
    return value;
}

json::value masked(std::uint32_t kind, const std::string &plugin, const std::string &options,
                   const PluginCatalogue &catalogue) {
    const auto *found = catalogue.find(kind, plugin);
    std::string error;
    return masked(options, found ? JsonSchemaValidator::parse(found->schema, error) : std::nullopt);
}

} // namespace

std::string mask_options(std::string_view options, std::string_view schema) {
    std::string error;
    return json::serialize(masked(options, JsonSchemaValidator::parse(schema, error)));
}

std::string render(const Config &config, const PluginCatalogue &catalogue) {
    json::object out;
    json::object plugins;
    if (!config.plugins.dirs.empty()) plugins["dir"] = list(config.plugins.dirs);
    json::array allow;
    for (const auto &pin : config.plugins.allow) {
        json::object shown_pin{{"sha256", pin.sha256}};
        if (!pin.file.empty()) shown_pin["file"] = pin.file;
        allow.push_back(std::move(shown_pin));
    }
    plugins["allow"] = std::move(allow);
    json::object grants;
    for (const auto &one : config.plugins.grants) grants[one.file] = list(one.grants);
    plugins["grants"] = std::move(grants);
    out["plugins"] = std::move(plugins);
    if (!config.state_dir.empty()) out["state_dir"] = config.state_dir;
    json::object log;
    if (!config.log.format.empty()) log["format"] = config.log.format;
    if (!config.log.level.empty()) log["level"] = config.log.level;
    out["log"] = std::move(log);
    out["events"] = json::object{{"ring", config.events.ring}, {"queue", config.events.queue}};
    if (!config.name.empty()) out["name"] = config.name;
    json::object api;
    if (!config.api.socket.empty()) api["socket"] = config.api.socket;
    if (!config.api.control_group.empty()) api["control_group"] = config.api.control_group;
    if (!config.api.messages_group.empty()) api["messages_group"] = config.api.messages_group;
    if (!config.api.listen.empty()) {
        json::array listen;
        for (const auto &one : config.api.listen) {
            json::object shown_listener{{"address", one.address}, {"serve", list(one.serve)}};
            if (one.insecure) shown_listener["insecure"] = true;
            if (one.tls) {
                json::object files{{"certificate", one.tls->certificate}, {"key", one.tls->key}};
                if (!one.tls->client_authorities.empty()) files["client_authorities"] = one.tls->client_authorities;
                shown_listener["tls"] = std::move(files);
            }
            listen.push_back(std::move(shown_listener));
        }
        api["listen"] = std::move(listen);
    }
    json::object tokens;
    if (!config.api.read_token.empty()) tokens["read"] = "***";
    if (!config.api.control_token.empty()) tokens["control"] = "***";
    if (!config.api.messages_token.empty()) tokens["messages"] = "***";
    if (!tokens.empty()) api["tokens"] = std::move(tokens);
    if (!config.api.hosts.empty()) api["hosts"] = list(config.api.hosts);
    out["api"] = config.api.on ? json::value(std::move(api)) : json::value(false);
    json::object connectors;
    for (const auto &one : config.connectors) {
        connectors[one.name] =
            json::object{{"plugin", one.plugin}, {"config", masked(KITH_KIND_CONNECTOR, one.plugin, one.options, catalogue)}};
    }
    out["connectors"] = std::move(connectors);
    json::object topologies;
    for (const auto &topology : config.topologies) {
        json::array strategies;
        for (const auto &source : topology.sources) {
            strategies.push_back(
                json::object{{"name", source.name},
                             {"strategy", source.plugin},
                             {"config", masked(KITH_KIND_STRATEGY, source.plugin, source.options, catalogue)}});
        }
        topologies[topology.name] = json::object{{"strategies", std::move(strategies)},
                                                 {"connector", topology.connector},
                                                 {"policy", policy_object(topology.policy)}};
    }
    out["topologies"] = std::move(topologies);
    json::object sinks;
    for (const auto &sink : config.sinks) {
        sinks[sink.name] = json::object{{"plugin", sink.plugin},
                                        {"config", masked(KITH_KIND_SINK, sink.plugin, sink.options, catalogue)},
                                        {"filter", list(sink.filter)}};
    }
    out["sinks"] = std::move(sinks);
    return json::serialize(out);
}

} // namespace kith::core
