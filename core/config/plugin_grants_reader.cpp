// SPDX-License-Identifier: MIT
#include <core/config/json_member_or_default.hpp>
#include <core/config/name_suggestions.hpp>
#include <core/config/plugin_grants_reader.hpp>
#include <core/config/source_location.hpp>

#include <algorithm>
#include <string>

namespace kith::core {

using namespace member_or_default;

namespace {

// The names of the plugin files, with those that were refused.
std::vector<std::string> file_names(const PluginCatalogue &catalogue) {
    std::vector<std::string> out;
    const auto add = [&out](const std::string &path) {
        std::string name = path.substr(path.rfind('/') + 1);
        if (!name.empty() && std::ranges::find(out, name) == out.end()) out.push_back(std::move(name));
    };
    for (const auto &plugin : catalogue.installed) add(plugin.file);
    for (const auto &refused : catalogue.refused) add(refused.file);
    return out;
}

} // namespace

std::vector<FileGrants> read_plugin_grants(const json::value &root, const SourceMap &source_map,
                                           const PluginCatalogue &catalogue, DiagnosticCollector &collector) {
    std::vector<FileGrants> out;
    const auto *plugins = member(root, "plugins");
    const auto *grants = plugins ? object_in(*plugins, "grants") : nullptr;
    if (!grants) return out;
    const SourceLocation location =
        SourceLocation{&source_map, source_map.value_at, source_map.key_at, {}} / "plugins" / "grants";
    const std::vector<std::string> files = file_names(catalogue);
    for (const auto &entry : *grants) {
        FileGrants &one = out.emplace_back(FileGrants{std::string(view(entry.key())), {}});
        const SourceLocation here = location / one.file;
        if (catalogue.complete && !files.empty() && std::ranges::find(files, one.file) == files.end())
            collector.warning(here.key_at, here.path,
                              "no plugin has the file " + in_quotes(one.file) + did_you_mean(one.file, files) +
                                  "; these grants have no effect");
        const auto *texts = entry.value().if_array();
        for (std::size_t i = 0; texts && i < texts->size(); ++i) {
            const auto *text = (*texts)[i].if_string();
            if (!text) continue;
            std::string grant(view(*text)), expected;
            if (parse_grant(grant, expected)) {
                one.grants.push_back(std::move(grant));
            } else {
                const auto at = here / i;
                collector.error(at.at, at.path, "expected " + expected + ", got the string " + in_quotes(grant));
            }
        }
    }
    return out;
}

} // namespace kith::core
