// SPDX-License-Identifier: MIT
#include <core/cluster/glob.hpp>
#include <core/cluster/naming.hpp>
#include <core/config/resolve.hpp>
#include <core/config/schema.hpp>
#include <core/config/schema_parts.hpp>
#include <core/config/words.hpp>

#include <kith/hosting/event_kind.hpp>
#include <kith/hosting/plugin_kind.hpp>
#include <kith/plugin.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace kith::core {

using namespace parts;

namespace {

const json::object *object_in(const json::value &value, std::string_view name) {
    const auto *found = member(value, name);
    return found ? found->if_object() : nullptr;
}

std::string text_in(const json::value &value, std::string_view name) {
    const auto *found = member(value, name);
    return found && found->is_string() ? std::string(view(found->get_string())) : std::string();
}

std::int64_t integer_in(const json::value &value, std::string_view name, std::int64_t fallback) {
    const auto *found = member(value, name);
    return found && found->is_int64() ? found->get_int64() : fallback;
}

double number_in(const json::value &value, std::string_view name, double fallback) {
    const auto *found = member(value, name);
    if (found && found->is_double()) return found->get_double();
    return found && found->is_int64() ? static_cast<double>(found->get_int64()) : fallback;
}

bool flag_in(const json::value &value, std::string_view name, bool fallback) {
    const auto *found = member(value, name);
    return found && found->is_bool() ? found->get_bool() : fallback;
}

std::vector<std::string> texts_in(const json::value &value, std::string_view name) {
    std::vector<std::string> out;
    const auto *found = member(value, name);
    if (found && found->is_string()) out.emplace_back(view(found->get_string()));
    if (!found || !found->is_array()) return out;
    for (const auto &one : found->get_array()) {
        if (one.is_string()) out.emplace_back(view(one.get_string()));
    }
    return out;
}

// Where something stands: the place itself, or for what has none, that of what it belongs to.
struct Spot {
    const Place *place = nullptr;
    std::uint32_t at = 0; // of the value
    std::uint32_t key_at = 0;
    KeyPath path;

    Spot operator/(std::string_view key) const {
        const auto *below = place ? place->member(key) : nullptr;
        return {below, below ? below->value_at : at, below ? below->key_at : key_at, path / key};
    }
    Spot operator/(std::size_t index) const {
        const auto *below = place ? place->element(index) : nullptr;
        return {below, below ? below->value_at : at, below ? below->key_at : key_at, path / index};
    }
};

Policy policy_from(const json::value *value) {
    if (value && value->is_string()) return libcluster_policy();
    Policy policy;
    if (!value || !value->is_object()) return policy;
    const auto time = [&](std::string_view name, Policy::milliseconds &out) {
        out = Policy::milliseconds(integer_in(*value, name, out.count()));
    };
    const auto count = [&](std::string_view name, std::uint32_t &out) {
        out = static_cast<std::uint32_t>(integer_in(*value, name, out));
    };
    policy.name = text_in(*value, "name");
    policy.self = texts_in(*value, "self");
    policy.include = texts_in(*value, "include");
    policy.exclude = texts_in(*value, "exclude");
    policy.merge = text_in(*value, "merge") == "first" ? Merge::first : Merge::union_of_all;
    count("max_peers", policy.max_peers);
    policy.require_authenticated = flag_in(*value, "require_authenticated", policy.require_authenticated);
    time("grace", policy.grace);
    count("confirm", policy.confirm);
    policy.guard = flag_in(*value, "guard", policy.guard);
    policy.max_removal = number_in(*value, "max_removal", policy.max_removal);
    time("removal_window", policy.removal_window);
    time("hold", policy.hold);
    const auto prune = text_in(*value, "prune");
    if (prune == "disconnect") policy.prune = Prune::disconnect;
    if (prune == "keep") policy.prune = Prune::keep;
    if (prune == "report") policy.prune = Prune::report;
    count("min_peers", policy.min_peers);
    count("connect_parallel", policy.connect_parallel);
    time("connect_timeout", policy.connect_timeout);
    time("backoff_initial", policy.backoff_initial);
    time("backoff_max", policy.backoff_max);
    policy.backoff_jitter = number_in(*value, "backoff_jitter", policy.backoff_jitter);
    return policy;
}

// "Cluster.Strategy.Kubernetes.DNS", as libcluster has it: "kubernetes_dns".
std::string id_from_module(std::string_view module) {
    for (const std::string_view prefix : {"Elixir.", "Cluster.Strategy.", "ClusterEC2.Strategy.", "Cluster.Strategy."}) {
        if (module.starts_with(prefix)) module.remove_prefix(prefix.size());
    }
    std::string id;
    for (std::size_t i = 0; i < module.size(); ++i) {
        const char c = module[i];
        const bool upper = c >= 'A' && c <= 'Z';
        const bool before_lower = i > 0 && module[i - 1] >= 'a' && module[i - 1] <= 'z';
        if (c == '.') {
            id += '_';
        } else {
            if (upper && before_lower) id += '_';
            id += upper ? static_cast<char>(c - 'A' + 'a') : c;
        }
    }
    return id;
}

class Resolution {
  public:
    Resolution(const Catalogue &catalogue, Config &config, Findings &findings)
        : catalogue_(catalogue), config_(config), findings_(findings) {}

    void run(const json::value &root, const Spot &spot) {
        if (const auto *connectors = object_in(root, "connectors")) {
            for (const auto &entry : *connectors) connector(entry, spot / "connectors" / view(entry.key()));
        }
        if (const auto *topologies = object_in(root, "topologies")) {
            for (const auto &entry : *topologies) topology(entry, spot / "topologies" / view(entry.key()));
        }
        if (const auto *sinks = object_in(root, "sinks")) {
            for (const auto &entry : *sinks) sink(entry, spot / "sinks" / view(entry.key()));
        }
        same_node();
        unused(spot);
    }

  private:
    // -- plugins and their options --

    // The plugin by the id that stands at spot; an error when there is none.
    const PluginInfo *plugin(std::uint32_t kind, const std::string &id, const Spot &spot) {
        if (const auto *found = catalogue_.find(kind, id)) return found;
        if (id.empty()) return nullptr; // told by the schema
        const std::string what = "no " + std::string(plugin_kind_name(kind)) + " plugin " + quoted(id) + " is installed";
        for (const std::uint32_t other : {KITH_KIND_STRATEGY, KITH_KIND_CONNECTOR, KITH_KIND_SINK}) {
            if (other != kind && catalogue_.find(other, id)) {
                findings_.error(spot.at, spot.path,
                                quoted(id) + " is a " + std::string(plugin_kind_name(other)) + " plugin; expected a " +
                                    std::string(plugin_kind_name(kind)) + choices(kind));
                return nullptr;
            }
        }
        for (const auto &refused : catalogue_.refused) {
            const auto slash = refused.file.rfind('/');
            const auto name = slash == std::string::npos ? refused.file : refused.file.substr(slash + 1);
            if (name == "lib" + std::string(plugin_kind_name(kind)) + '_' + id + ".so") {
                findings_.error(spot.at, spot.path, what + ": " + refused.file + " was refused: " + refused.reason);
                return nullptr;
            }
        }
        const auto module = id_from_module(id);
        if (module != id && catalogue_.find(kind, module)) {
            findings_.error(spot.at, spot.path, what + "; did you mean `" + module + "`?");
            return nullptr;
        }
        findings_.error(spot.at, spot.path, what + did_you_mean(id, ids(kind, true)) + choices(kind));
        return nullptr;
    }

    std::vector<std::string> ids(std::uint32_t kind, bool aliases) const {
        std::vector<std::string> out;
        for (const auto &plugin : catalogue_.installed) {
            if (plugin.kind != kind) continue;
            out.push_back(plugin.id);
            if (aliases) out.insert(out.end(), plugin.aliases.begin(), plugin.aliases.end());
        }
        std::sort(out.begin(), out.end());
        return out;
    }

    std::string choices(std::uint32_t kind) const {
        const auto all = ids(kind, false);
        if (all.empty()) {
            const auto why = catalogue_.refused.empty() ? std::string("see plugins.dir")
                                                        : catalogue_.refused[0].file + ": " + catalogue_.refused[0].reason;
            return "; none is (" + why + ")";
        }
        return "; installed: " + listed(all);
    }

    const Schema *schema(const PluginInfo &plugin, const Spot &spot) {
        const auto [found, fresh] = schemas_.try_emplace(&plugin);
        if (fresh) {
            std::string error;
            found->second = Schema::parse(plugin.schema, error);
            if (!found->second) {
                findings_.error(spot.at, spot.path,
                                "the options schema of the plugin " + plugin.id + " is not valid (" + error +
                                    "); tell the plugin's author");
            }
        }
        return found->second ? &*found->second : nullptr;
    }

    // Options checked and filled; empty text when they are not good.
    std::string options(const PluginInfo &plugin, json::value value, const Spot &spot, bool *authenticated = nullptr) {
        const auto *rules = schema(plugin, spot);
        if (!rules) return {};
        rules->warn_no_effect(value, spot.place, spot.path, findings_);
        if (!rules->apply(value, spot.place, spot.at, spot.path, findings_)) return {};
        if (authenticated) {
            const auto when = rules->keyword("x-kith-authenticated");
            *authenticated = (plugin.flags & KITH_FLAG_AUTHENTICATED) != 0 || (when && when->matches(value));
        }
        return json::serialize(value);
    }

    static json::value config_of(const json::value &from, std::string_view key = "config") {
        const auto *found = member(from, key);
        return found ? *found : json::value(json::object());
    }

    // -- connectors --

    struct Instance {
        ConnectorInstance model;
        const PluginInfo *plugin = nullptr;
        Spot spot;
        bool named = false; // in `connectors`
        bool used = false;
    };

    void connector(const json::key_value_pair &entry, const Spot &spot) {
        const std::string name(view(entry.key()));
        known_connectors_.insert(name);
        const auto *found = plugin(KITH_KIND_CONNECTOR, text_in(entry.value(), "plugin"), spot / "plugin");
        if (!found) return;
        const auto config = config_of(entry.value());
        if (!config.is_object()) return;
        auto text = options(*found, config, spot / "config");
        if (text.empty()) return;
        if (const auto *same = instance(*found, text)) {
            findings_.warning(spot.key_at, spot.path,
                              "this is the same as connectors." + same->model.name + "; one instance serves both names");
            names_[name] = static_cast<std::size_t>(same - instances_.data());
            return;
        }
        names_[name] = instances_.size();
        instances_.push_back({{name, found->id, std::move(text)}, found, spot, true, false});
    }

    Instance *instance(const PluginInfo &plugin, const std::string &options) {
        for (auto &one : instances_) {
            if (one.plugin == &plugin && one.model.options == options) return &one;
        }
        return nullptr;
    }

    // The instance that a topology names, made if it is a shorthand; null with an error, or when an error was told before.
    Instance *connector_of(const std::string &topology, const json::value &value, const Spot &spot) {
        const auto name = text_in(value, "connector");
        if (name.empty()) return nullptr; // told by the schema
        if (known_connectors_.count(name) != 0) {
            for (const std::string_view key : {"connector_config", "connect", "disconnect", "list_nodes"}) {
                if (!member(value, key)) continue;
                const auto there = KeyPath("connectors") / name / "config";
                findings_.error((spot / key).key_at, (spot / key).path,
                                "the connector `" + name + "` has its options in " + there.text() + "; put " +
                                    (key == "connector_config" ? "these" : "`" + std::string(key) + "`") + " there");
            }
            const auto found = names_.find(name);
            return found == names_.end() ? nullptr : &instances_[found->second];
        }
        const auto *plugin_found = catalogue_.find(KITH_KIND_CONNECTOR, name);
        if (!plugin_found) {
            unknown_connector(name, spot / "connector");
            return nullptr;
        }
        auto config = config_of(value, "connector_config");
        if (!config.is_object()) return nullptr;
        Place merged;
        Spot config_spot = spot / "connector_config";
        if (config_spot.place) merged = *config_spot.place;
        merged.key_at = merged.value_at = config_spot.place ? config_spot.place->value_at : (spot / "connector").at;
        config_spot.place = &merged;
        config_spot.at = merged.value_at;
        if (!libcluster_shorthands(value, spot, config.get_object(), merged)) return nullptr;
        auto text = options(*plugin_found, std::move(config), config_spot);
        if (text.empty()) return nullptr;
        if (auto *same = instance(*plugin_found, text)) return same;
        std::string instance_name = plugin_found->id;
        if (taken(instance_name)) instance_name += '/' + topology;
        config_spot.place = nullptr;
        instances_.push_back(
            {{std::move(instance_name), plugin_found->id, std::move(text)}, plugin_found, spot / "connector", false, false});
        return &instances_.back();
    }

    bool taken(const std::string &name) const {
        return known_connectors_.count(name) != 0 ||
               std::any_of(instances_.begin(), instances_.end(), [&](const auto &i) { return i.model.name == name; });
    }

    // connect, disconnect and list_nodes beside the strategy, as libcluster has them.
    bool libcluster_shorthands(const json::value &value, const Spot &spot, json::object &config, Place &place) {
        bool good = true;
        for (const char *key : {"connect", "disconnect", "list_nodes"}) {
            const auto *found = member(value, key);
            if (!found) continue;
            const auto here = spot / key;
            if (config.contains(key)) {
                findings_.error(here.key_at, here.path, "this is in connector_config too; only one of them can hold");
                good = false;
                continue;
            }
            if (!found->is_array() || found->get_array().size() != 3) { // told by the schema
                good = false;
                continue;
            }
            config[key] = *found;
            if (here.place) place.members[key] = *here.place;
        }
        return good;
    }

    void unknown_connector(const std::string &name, const Spot &spot) {
        for (const std::uint32_t other : {KITH_KIND_STRATEGY, KITH_KIND_SINK}) {
            if (catalogue_.find(other, name)) {
                static_cast<void>(plugin(KITH_KIND_CONNECTOR, name, spot));
                return;
            }
        }
        std::vector<std::string> names(known_connectors_.begin(), known_connectors_.end());
        auto candidates = ids(KITH_KIND_CONNECTOR, true);
        candidates.insert(candidates.end(), names.begin(), names.end());
        if (names.empty()) {
            static_cast<void>(plugin(KITH_KIND_CONNECTOR, name, spot));
            return;
        }
        findings_.error(spot.at, spot.path,
                        "expected a name in `connectors` (" + listed(names) + ") or a connector plugin's id, got " +
                            quoted(name) + did_you_mean(name, candidates) + choices(KITH_KIND_CONNECTOR));
    }

    // Two instances of one plugin that drive one node would undo each other.
    void same_node() {
        for (std::size_t i = 0; i < instances_.size(); ++i) {
            const auto &a = instances_[i];
            const auto found = schemas_.find(a.plugin);
            if (found == schemas_.end() || !found->second || !found->second->property("node")) continue;
            for (std::size_t j = 0; j < i; ++j) {
                const auto &b = instances_[j];
                if (a.plugin != b.plugin) continue;
                const auto node = text_in(json::parse(a.model.options), "node");
                if (node != text_in(json::parse(b.model.options), "node")) continue;
                findings_.error(
                    a.spot.key_at, a.spot.path,
                    "the connectors `" + b.model.name + "` and `" + a.model.name + "` both drive " +
                        (node.empty() ? std::string("the node that the plugin finds by itself") : "the node " + quoted(node)) +
                        " with the plugin " + a.plugin->id +
                        ", with different options: they would undo each other; use one for both");
                break;
            }
        }
    }

    void unused(const Spot &root) {
        if (findings_.failed()) return;
        for (const auto &one : instances_) {
            if (!one.used) {
                findings_.warning(one.spot.key_at, one.spot.path, "no topology uses this connector");
            }
        }
        static_cast<void>(root);
        for (auto &one : instances_) config_.connectors.push_back(std::move(one.model));
    }

    // -- topologies --

    struct FoundSource {
        Source model;
        const PluginInfo *plugin = nullptr;
        Spot spot; // of the strategy's id
    };

    std::optional<FoundSource> source(const json::value &value, const Spot &spot) {
        const auto *found = plugin(KITH_KIND_STRATEGY, text_in(value, "strategy"), spot / "strategy");
        if (!found) return std::nullopt;
        const auto config = config_of(value);
        if (!config.is_object()) return std::nullopt;
        FoundSource out;
        out.plugin = found;
        out.spot = spot / "strategy";
        out.model.plugin = found->id;
        out.model.name = text_in(value, "name");
        if (out.model.name.empty()) out.model.name = text_in(value, "strategy");
        Spot config_spot = spot / "config";
        if (!config_spot.place) config_spot.at = out.spot.at;
        out.model.options = options(*found, config, config_spot, &out.model.authenticated);
        if (out.model.options.empty()) return std::nullopt;
        return out;
    }

    std::vector<FoundSource> sources(const json::value &value, const Spot &spot) {
        std::vector<FoundSource> out;
        const auto *list = member(value, "strategies");
        const bool single = member(value, "strategy") != nullptr;
        if (!list && !single) {
            findings_.error(spot.key_at, spot.path / "strategy",
                            "`strategy` is required: a plugin's id, or `strategies` for several");
        }
        if (list && (single || member(value, "config"))) {
            findings_.error((spot / "strategies").key_at, (spot / "strategies").path,
                            "`strategies` stands in place of `strategy` and `config`; only one of them can hold");
        }
        if (single) {
            if (auto one = source(value, spot)) out.push_back(std::move(*one));
        }
        if (!list || !list->is_array()) return out;
        for (std::size_t i = 0; i < list->get_array().size(); ++i) {
            const auto &value_here = list->get_array()[i];
            if (!value_here.is_object()) continue;
            const auto here = spot / "strategies" / i;
            auto one = source(value_here, here);
            if (!one) continue;
            const auto twice =
                std::any_of(out.begin(), out.end(), [&](const auto &o) { return o.model.name == one->model.name; });
            if (twice) {
                const auto where = member(value_here, "name") ? here / "name" : here / "strategy";
                findings_.error(where.at, where.path,
                                "two strategies of this topology are named " + quoted(one->model.name) +
                                    "; give each a `name` of its own");
                continue;
            }
            out.push_back(std::move(*one));
        }
        return out;
    }

    void topology(const json::key_value_pair &entry, const Spot &spot) {
        if (!entry.value().is_object()) return;
        Topology out;
        out.name = view(entry.key());
        const auto found = sources(entry.value(), spot);
        auto *joined = connector_of(out.name, entry.value(), spot);
        out.policy = policy_from(member(entry.value(), "policy"));
        policy(out.policy, spot / "policy");
        if (!joined) return;
        joined->used = true;
        out.connector = joined->model.name;
        if (out.policy.prune == Prune::unsaid) out.policy.prune = default_prune(found, *joined->plugin);
        for (const auto &one : found) {
            security(out, one, *joined, spot);
            out.sources.push_back(one.model);
        }
        config_.topologies.push_back(std::move(out));
    }

    // Whether it is wrong; empty ones have been told by the schema.
    bool glob(const std::string &pattern, const Spot &spot) {
        const auto fault = pattern.empty() ? std::string() : glob_error(pattern);
        if (!fault.empty()) findings_.error(spot.at, spot.path, fault);
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

    void policy(const Policy &policy, const Spot &spot) {
        if (policy.backoff_initial > policy.backoff_max) {
            const auto at = spot / "backoff_initial";
            findings_.error(at.at, at.path,
                            "expected at most backoff_max (" + std::to_string(policy.backoff_max.count()) + "), got " +
                                std::to_string(policy.backoff_initial.count()));
        }
        if (policy.min_peers > policy.max_peers) {
            const auto at = spot / "min_peers";
            findings_.error(at.at, at.path,
                            "expected at most max_peers (" + std::to_string(policy.max_peers) + "), got " +
                                std::to_string(policy.min_peers));
        }
        if (const auto fault = Naming::error(policy.name); !fault.empty()) {
            findings_.error((spot / "name").at, (spot / "name").path, fault);
        }
        const auto globs = [&](std::string_view key, const std::vector<std::string> &all) {
            for (std::size_t i = 0; i < all.size(); ++i) static_cast<void>(glob(all[i], spot / key / i));
        };
        globs("self", policy.self);
        globs("include", policy.include);
        globs("exclude", policy.exclude);
    }

    void security(const Topology &topology, const FoundSource &source, const Instance &connector, const Spot &spot) {
        if (source.model.authenticated || (connector.plugin->flags & KITH_FLAG_TRUSTS_PEERS) == 0) return;
        const auto *rules = schema(*source.plugin, source.spot);
        const bool could = rules && rules->keyword("x-kith-authenticated");
        const std::string danger = "the strategy `" + source.plugin->id + "`" + (could ? ", with these options," : "") +
                                   " does not authenticate what it observes, and the connector `" + connector.model.name +
                                   "` trusts whom it joins: whoever can announce a peer can take over the node";
        if (topology.policy.require_authenticated) {
            const auto at = spot / "policy" / "require_authenticated";
            findings_.error(source.spot.at, source.spot.path,
                            danger + "; refused by " + at.path.text() +
                                (could ? "; use its authenticated mode" : "; use another strategy"));
            return;
        }
        const std::string message =
            danger +
            (could ? "; use its authenticated mode" : "; keep untrusted hosts off its network or use another strategy") +
            " (policy.require_authenticated makes this an error)";
        findings_.warning(source.spot.at, source.spot.path, message);
        config_.security.push_back({topology.name, source.model.name, connector.model.name, message});
    }

    // -- sinks --

    void sink(const json::key_value_pair &entry, const Spot &spot) {
        const auto *found = plugin(KITH_KIND_SINK, text_in(entry.value(), "plugin"), spot / "plugin");
        const auto filter = texts_in(entry.value(), "filter");
        const std::vector<std::string> kinds(event_kind_names.begin(), event_kind_names.end());
        for (std::size_t i = 0; i < filter.size(); ++i) {
            const auto at = spot / "filter" / i;
            if (glob(filter[i], at)) continue;
            if (std::any_of(kinds.begin(), kinds.end(), [&](const auto &kind) { return glob_match(filter[i], kind); }))
                continue;
            const auto near = did_you_mean(filter[i], kinds);
            findings_.error(at.at, at.path,
                            "there is no kind of event " + quoted(filter[i]) +
                                (near.empty() ? "; known are " + listed(kinds, kinds.size()) : near));
        }
        if (!found) return;
        const auto config = config_of(entry.value());
        if (!config.is_object()) return;
        auto text = options(*found, config, spot / "config");
        if (text.empty()) return;
        config_.sinks.push_back({std::string(view(entry.key())), found->id, std::move(text), filter});
    }

    const Catalogue &catalogue_;
    Config &config_;
    Findings &findings_;
    std::map<const PluginInfo *, std::optional<Schema>> schemas_;
    std::vector<Instance> instances_;
    std::map<std::string, std::size_t> names_; // of `connectors`, to the instance
    std::set<std::string> known_connectors_;   // also those with errors
};

} // namespace

PluginSettings read_plugin_settings(const json::value &root) {
    PluginSettings out;
    const auto *plugins = member(root, "plugins");
    if (!plugins) return out;
    out.dirs = texts_in(*plugins, "dir");
    const auto *allow = member(*plugins, "allow");
    if (!allow || !allow->is_array()) return out;
    for (const auto &pin : allow->get_array()) {
        PluginPin read;
        read.file = text_in(pin, "file");
        read.sha256 = pin.is_string() ? std::string(view(pin.get_string())) : text_in(pin, "sha256");
        if (read.sha256.starts_with("sha256:")) read.sha256.erase(0, 7);
        if (const auto space = read.sha256.find(' '); space != std::string::npos) {
            if (read.file.empty()) read.file = read.sha256.substr(space + 1);
            read.sha256.erase(space);
        }
        for (char &c : read.sha256) {
            if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
        }
        if (read.sha256.size() == 64) out.allow.push_back(std::move(read));
    }
    return out;
}

void read_settings(const json::value &root, Config &config) {
    config.state_dir = text_in(root, "state_dir");
    if (const auto *log = member(root, "log")) {
        config.log.format = text_in(*log, "format");
        config.log.level = text_in(*log, "level");
    }
    if (const auto *events = member(root, "events")) {
        config.events.ring = static_cast<std::uint32_t>(integer_in(*events, "ring", config.events.ring));
        config.events.queue = static_cast<std::uint32_t>(integer_in(*events, "queue", config.events.queue));
    }
}

void resolve(const json::value &root, const Place &place, const Catalogue &catalogue, Config &config, Findings &findings) {
    Resolution(catalogue, config, findings).run(root, Spot{&place, place.value_at, place.key_at, {}});
}

} // namespace kith::core
