// SPDX-License-Identifier: MIT
//
// The installed plugins as the configuration names them, and their options, checked by their schemas.
#pragma once

#include <core/config/diagnostic_collector.hpp>
#include <core/config/json_schema.hpp>
#include <core/config/plugin_catalogue.hpp>
#include <core/config/source_location.hpp>

#include <boost/json/value.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kith::core {

class ConfiguredPlugins {
  public:
    // Both outlive it.
    ConfiguredPlugins(const PluginCatalogue &catalogue, DiagnosticCollector &collector)
        : catalogue_(catalogue), collector_(collector) {}

    const PluginCatalogue &catalogue() const { return catalogue_; }

    // The plugin by the id that stands at location; null, with an error, when there is none.
    const PluginInfo *plugin(std::uint32_t kind, const std::string &id, const SourceLocation &location);

    // Of the installed plugins of a kind, sorted.
    std::vector<std::string> ids(std::uint32_t kind, bool aliases) const;

    // "; installed: a, b", to end a sentence.
    std::string choices(std::uint32_t kind) const;

    // Null, with an error the first time, when the plugin's schema is none.
    const JsonSchema *schema(const PluginInfo &plugin, const SourceLocation &location);

    // Options checked and filled, as JSON; empty, with errors, when they are not good. authenticated: are the strategy's observations, with
    // these options?
    std::string options(const PluginInfo &plugin, boost::json::value value, const SourceLocation &location,
                        bool *authenticated = nullptr);

  private:
    const PluginCatalogue &catalogue_;
    DiagnosticCollector &collector_;
    std::map<const PluginInfo *, std::optional<JsonSchema>> schemas_;
};

} // namespace kith::core
