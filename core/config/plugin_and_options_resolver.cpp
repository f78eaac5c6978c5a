// SPDX-License-Identifier: MIT
#include <core/config/name_suggestions.hpp>
#include <core/config/plugin_and_options_resolver.hpp>
#include <core/config/schema_accessors.hpp>

#include <kith/hosting/plugin_kind.hpp>
#include <kith/plugin.h>

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace kith::core {

using namespace schema_accessors;

namespace {

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

} // namespace

const PluginInfo *PluginAndOptionsResolver::plugin(std::uint32_t kind, const std::string &id, const SourceLocation &location) {
    if (const auto *found = catalogue_.find(kind, id)) return found;
    if (id.empty()) return nullptr; // the schema has reported it
    const std::string what = "no " + std::string(plugin_kind_name(kind)) + " plugin " + in_quotes(id) + " is installed";
    for (const std::uint32_t other : {KITH_KIND_STRATEGY, KITH_KIND_CONNECTOR, KITH_KIND_SINK}) {
        if (other != kind && catalogue_.find(other, id)) {
            collector_.error(location.at, location.path,
                             in_quotes(id) + " is a " + std::string(plugin_kind_name(other)) + " plugin; expected a " +
                                 std::string(plugin_kind_name(kind)) + choices(kind));
            return nullptr;
        }
    }
    for (const auto &refused : catalogue_.refused) {
        const auto slash = refused.file.rfind('/');
        const auto name = slash == std::string::npos ? refused.file : refused.file.substr(slash + 1);
        if (name == "lib" + std::string(plugin_kind_name(kind)) + '_' + id + ".so") {
            collector_.error(location.at, location.path, what + ": " + refused.file + " was refused: " + refused.reason);
            return nullptr;
        }
    }
    const auto module = id_from_module(id);
    if (module != id && catalogue_.find(kind, module)) {
        collector_.error(location.at, location.path, what + "; did you mean `" + module + "`?");
        return nullptr;
    }
    const std::string suggestion = did_you_mean(id, ids(kind, true));
    collector_.error(location.at, location.path,
                     what + suggestion + choices(kind) + (suggestion.empty() ? refused_files() : ""));
    return nullptr;
}

// The plugin may be in one of them: only its file, which was not read, knows its id.
std::string PluginAndOptionsResolver::refused_files() const {
    constexpr std::size_t most = 3;
    const auto &refused = catalogue_.refused;
    if (refused.empty() || catalogue_.installed.empty()) return {}; // choices() has the first one when nothing is installed
    std::string text = "; possibly it is in a file that was refused: ";
    for (std::size_t i = 0; i < std::min(most, refused.size()); ++i)
        text += (i == 0 ? "" : "; ") + refused[i].file + ": " + refused[i].reason;
    if (refused.size() > most) text += "; and " + std::to_string(refused.size() - most) + " more, see `kith plugins`";
    return text;
}

std::vector<std::string> PluginAndOptionsResolver::ids(std::uint32_t kind, bool aliases) const {
    std::vector<std::string> out;
    for (const auto &plugin : catalogue_.installed) {
        if (plugin.kind != kind) continue;
        out.push_back(plugin.id);
        if (aliases) out.insert(out.end(), plugin.aliases.begin(), plugin.aliases.end());
    }
    std::sort(out.begin(), out.end());
    return out;
}

std::string PluginAndOptionsResolver::choices(std::uint32_t kind) const {
    const auto all = ids(kind, false);
    if (all.empty()) {
        const auto why = catalogue_.refused.empty() ? std::string("see plugins.dir")
                                                    : catalogue_.refused[0].file + ": " + catalogue_.refused[0].reason;
        return "; none is (" + why + ")";
    }
    return "; installed: " + listed(all);
}

const JsonSchemaValidator *PluginAndOptionsResolver::schema(const PluginInfo &plugin, const SourceLocation &location) {
    const auto [found, fresh] = schemas_.try_emplace(&plugin);
    if (fresh) {
        std::string error;
        found->second = JsonSchemaValidator::parse(plugin.schema, error);
        if (!found->second) {
            collector_.error(location.at, location.path,
                             "the options schema of the plugin " + plugin.id + " is not valid (" + error +
                                 "); report it to the plugin's author");
        }
    }
    return found->second ? &*found->second : nullptr;
}

std::optional<CheckedOptions> PluginAndOptionsResolver::options(const PluginInfo &plugin, std::optional<json::object> options,
                                                                const SourceLocation &location) {
    if (!options) return std::nullopt; // the schema has reported it
    const auto *rules = schema(plugin, location);
    if (!rules) return std::nullopt;
    CheckedOptions out;
    out.value = std::move(*options);
    rules->warn(out.value, location.source_map, location.path, file_fault_, collector_);
    if (!rules->apply(out.value, location.source_map, location.at, location.path, collector_)) return std::nullopt;
    out.text = json::serialize(out.value);
    const auto when = rules->keyword("x-kith-authenticated");
    const bool declared = (plugin.flags & KITH_FLAG_AUTHENTICATED) != 0 || (when && when->matches(out.value));
    out.authenticated = declared && counts_as_authenticated(plugin, location);
    return out;
}

// A stranger can declare what is not true, and then its peers would be connected without a warning.
bool PluginAndOptionsResolver::counts_as_authenticated(const PluginInfo &plugin, const SourceLocation &location) {
    if (!plugin.is_stranger()) return true;
    const std::string &file = plugin.file;
    if (std::ranges::any_of(grants_, [&](const FileGrants &one) { return one.file == file && one.has("authenticated"); }))
        return true;
    collector_.warning(location.at, location.path,
                       "the plugin " + plugin.id +
                           " declares that it authenticates what it observes, which does not count, since its file " + file +
                           " is not of this build; if that is true, add \"authenticated\" to the list of \"" + file +
                           "\" in plugins.grants");
    return false;
}

} // namespace kith::core
