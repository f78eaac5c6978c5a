// SPDX-License-Identifier: MIT
#include <core/config/foreign_io_check.hpp>

#include <kith/plugin.h>

#include <algorithm>
#include <string>
#include <utility>

namespace kith::core {

namespace {

// A process has one sandbox, which all plugins of its file have.
bool has_foreign_io(const std::string &file, const PluginCatalogue &catalogue) {
    return std::ranges::any_of(catalogue.installed, [&](const PluginInfo &other) {
        return other.file == file && (other.flags & KITH_FLAG_FOREIGN_IO) != 0;
    });
}

bool is_in_sandbox(const IsolateSetting &isolate, PluginSettings::Isolate all) {
    using Mode = IsolateSetting::Mode;
    switch (isolate.mode) {
    case Mode::unset: return all != PluginSettings::Isolate::none;
    case Mode::yes:
    case Mode::group: return true;
    case Mode::no:
    case Mode::crash: return false;
    }
    return true;
}

} // namespace

void check_foreign_io(const PluginInfo &plugin, const PluginCatalogue &catalogue, const IsolateSetting &isolate,
                      const SourceLocation &location, SecurityWarning names, Config &config, DiagnosticCollector &collector) {
    const PluginSettings &settings = config.plugins;
    if (!has_foreign_io(plugin.file, catalogue) || !is_in_sandbox(isolate, settings.isolate) || !plugin.is_stranger()) return;
    if (std::ranges::any_of(settings.grants,
                            [&](const FileGrants &one) { return one.file == plugin.file && one.has("foreign_io"); }))
        return;
    const bool refused = settings.isolate == PluginSettings::Isolate::all;
    names.message = "the file " + plugin.file + " of the plugin " + plugin.id +
                    " declares sockets of its own (KITH_FLAG_FOREIGN_IO) and is not of this build: its process reaches every "
                    "address, and reads every file that kith can read" +
                    (refused ? R"(, which plugins.isolate "all" refuses; to permit it, add "foreign_io" to the list of ")"
                             : R"(; if that is meant, add "foreign_io" to the list of ")") +
                    plugin.file + "\" in plugins.grants" + (refused ? "" : ", which ends this warning");
    if (refused) return collector.error(location.at, location.path, names.message);
    collector.warning(location.at, location.path, names.message);
    config.security.push_back(std::move(names));
}

} // namespace kith::core
