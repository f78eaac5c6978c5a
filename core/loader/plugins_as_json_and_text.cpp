// SPDX-License-Identifier: MIT
#include "core/loader/plugins_as_json_and_text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace kith::core {

namespace {

namespace json = boost::json;

constexpr std::array<std::pair<std::uint32_t, const char *>, 5> flag_names{{{KITH_FLAG_AUTHENTICATED, "authenticated"},
                                                                            {KITH_FLAG_ROTATING, "rotating"},
                                                                            {KITH_FLAG_FOREIGN_IO, "foreign_io"},
                                                                            {KITH_FLAG_THREADS, "threads"},
                                                                            {KITH_FLAG_TRUSTS_PEERS, "trusts_peers"}}};

const char *kind_name(std::uint32_t kind) {
    switch (kind) {
    case KITH_KIND_STRATEGY: return "strategy";
    case KITH_KIND_CONNECTOR: return "connector";
    default: return "sink";
    }
}

const char *prune_name(std::uint32_t prune) {
    switch (prune) {
    case KITH_PRUNE_DISCONNECT: return "disconnect";
    case KITH_PRUNE_KEEP: return "keep";
    case KITH_PRUNE_REPORT: return "report";
    default: return nullptr;
    }
}

json::array array_of(std::span<const std::string_view> words) {
    json::array result;
    for (const auto word : words) result.emplace_back(json::string(word));
    return result;
}

std::vector<std::string_view> flags_of(const Plugin &plugin) {
    std::vector<std::string_view> result;
    for (const auto &[flag, name] : flag_names)
        if (plugin.has_flag(flag)) result.emplace_back(name);
    return result;
}

// The loader has already checked that the schema is JSON.
json::value options_of(const Plugin &plugin) {
    json::parse_options deep;
    deep.max_depth = 64;
    boost::system::error_code error;
    json::value schema = json::parse(json::string_view(plugin.options()), error, {}, deep);
    return error ? json::value(json::object{}) : schema;
}

json::object object_of(const Plugin &plugin, const GrantsOfFile &grants) {
    json::object result;
    result["id"] = json::string(plugin.id());
    result["kind"] = kind_name(plugin.kind());
    result["aliases"] = array_of(plugin.aliases());
    result["version"] = json::string(plugin.version());
    result["licence"] = json::string(plugin.licence());
    result["summary"] = json::string(plugin.summary());
    result["abi"] = plugin.library().abi();
    result["file"] = plugin.library().file();
    const auto &hash = plugin.library().sha256();
    result["sha256"] = hash.empty() ? json::value(nullptr) : json::value(json::string(hash));
    result["pinned"] = plugin.library().pinned();
    result["services"] = json::object{{"required", array_of(plugin.required())}, {"optional", array_of(plugin.optional())}};
    result["env"] = array_of(plugin.env());
    result["flags"] = array_of(flags_of(plugin));
    result["stranger"] = !plugin.library().first_party();
    if (grants) {
        json::array granted;
        for (const std::string &one : grants(plugin.library())) granted.emplace_back(one);
        result["grants"] = std::move(granted);
    }
    if (plugin.kind() == KITH_KIND_CONNECTOR) {
        const char *const prune = prune_name(plugin.prune());
        result["prune"] = prune ? json::value(prune) : json::value(nullptr);
        result["parallel"] = plugin.parallel();
    }
    result["options"] = options_of(plugin);
    return result;
}

// Boost.JSON serializes to one line, so this prints with indentation.
void print(std::string &out, const json::value &value, std::size_t depth) {
    const auto line = [&out](std::size_t indent) { out.append("\n").append(indent * 2, ' '); };
    const auto each = [&](char open, char close, const auto &members, const auto &member) {
        out += open;
        bool first = true;
        for (const auto &item : members) {
            if (!std::exchange(first, false)) out += ',';
            line(depth + 1);
            member(item);
        }
        line(depth);
        out += close;
    };
    if (const auto *object = value.if_object(); object && !object->empty())
        each('{', '}', *object, [&](const json::key_value_pair &member) {
            out += json::serialize(json::string(member.key())) + ": ";
            print(out, member.value(), depth + 1);
        });
    else if (const auto *array = value.if_array(); array && !array->empty())
        each('[', ']', *array, [&](const json::value &item) { print(out, item, depth + 1); });
    else
        out += json::serialize(value);
}

// Each column but the last is as wide as its widest cell.
using Row = std::vector<std::string>;
void print(std::string &out, const std::vector<Row> &rows) {
    std::vector<std::size_t> widths;
    for (const auto &row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    for (const auto &row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            out += row[i];
            if (i + 1 < row.size()) out.append(widths[i] - row[i].size() + 2, ' ');
        }
        out += '\n';
    }
}

std::string joined(std::span<const std::string_view> words) {
    std::string result;
    for (const auto word : words) (result += result.empty() ? "" : ", ") += word;
    return result.empty() ? "none" : result;
}

void print_details(std::string &out, const Plugin &plugin, const GrantsOfFile &grants) {
    out += "\n" + std::string(kind_name(plugin.kind())) + " " + std::string(plugin.id()) + "\n";
    out += "  file       " + plugin.library().file() + "\n";
    const auto &hash = plugin.library().sha256();
    out += "  sha256     " + (hash.empty() ? "none (linked into kith)" : hash) + "\n";
    if (plugin.library().pinned()) out += "  pinned     by plugins.allow\n";
    if (!plugin.aliases().empty()) out += "  aliases    " + joined(plugin.aliases()) + "\n";
    out += "  services   " + joined(plugin.required()) + "\n";
    if (!plugin.optional().empty()) out += "  optional   " + joined(plugin.optional()) + "\n";
    if (!plugin.env().empty()) out += "  reads env  " + joined(plugin.env()) + "\n";
    if (const auto flags = flags_of(plugin); !flags.empty()) out += "  flags      " + joined(flags) + "\n";
    if (!plugin.library().first_party()) out += "  origin     not of this build: it is isolated\n";
    if (grants) {
        const std::vector<std::string> granted = grants(plugin.library());
        out += "  grants     " + joined(std::vector<std::string_view>(granted.begin(), granted.end())) + "\n";
    }
    if (plugin.kind() != KITH_KIND_CONNECTOR) return;
    if (const char *const prune = prune_name(plugin.prune()))
        out += "  prune      " + std::string(prune) + " unless the policy sets it\n";
    if (plugin.parallel() != 0) out += "  parallel   " + std::to_string(plugin.parallel()) + " operations at most\n";
}

} // namespace

std::string plugins_as_json(const Registry &registry, const GrantsOfFile &grants,
                            const std::vector<QuarantinedInstance> *quarantined) {
    json::array plugins, refused;
    for (const Plugin *plugin : registry.plugins()) plugins.emplace_back(object_of(*plugin, grants));
    for (const Refusal &refusal : registry.refused())
        refused.emplace_back(json::object{
            {"file", refusal.file}, {"rule", refusal.rule}, {"reason", refusal.reason}, {"remedy", refusal.remedy}});
    json::object document{{"plugins", std::move(plugins)}, {"refused", std::move(refused)}};
    if (quarantined != nullptr) {
        json::array instances;
        for (const auto &one : *quarantined)
            instances.emplace_back(json::object{{"instance", json::string(one.instance)},
                                                {"plugin", json::string(one.plugin)},
                                                {"file", json::string(one.file)},
                                                {"reason", json::string(one.reason)}});
        document["quarantined"] = std::move(instances);
    }
    std::string out;
    print(out, document, 0);
    return out + "\n";
}

std::string plugins_as_text(const Registry &registry, bool details, const GrantsOfFile &grants) {
    std::string out;
    if (registry.plugins().empty()) {
        out += "no plugins\n";
    } else {
        std::vector<Row> rows{{"ID", "KIND", "VERSION", "ABI", "LICENCE", "SUMMARY"}};
        for (const Plugin *plugin : registry.plugins())
            rows.push_back({std::string(plugin->id()), kind_name(plugin->kind()), std::string(plugin->version()),
                            plugin->library().abi(), std::string(plugin->licence()), std::string(plugin->summary())});
        print(out, rows);
        if (details)
            for (const Plugin *plugin : registry.plugins()) print_details(out, *plugin, grants);
    }
    if (registry.refused().empty()) return out;
    out += "\nrefused:\n";
    for (const Refusal &refusal : registry.refused())
        out += "  " + refusal.file + " (" + refusal.rule + ")\n    " + refusal.reason + "\n    -> " + refusal.remedy + "\n";
    return out;
}

} // namespace kith::core
