// SPDX-License-Identifier: MIT
//
// Finds the installed plugins that the configuration names, and checks their options by their schemas.
#pragma once

#include <core/config/diagnostic_collector.hpp>
#include <core/config/json_schema_validator.hpp>
#include <core/config/plugin_catalogue.hpp>
#include <core/config/plugin_grant.hpp>
#include <core/config/source_location.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kith::core {

// The options of a plugin instance, checked and filled with defaults.
struct CheckedOptions {
    boost::json::value value;
    std::string text;           // the value as JSON text, as the plugin gets it; holds secrets
    bool authenticated = false; // of a strategy: its observations are authenticated with these options
};

class PluginAndOptionsResolver {
  public:
    // The arguments outlive the object.
    PluginAndOptionsResolver(const PluginCatalogue &catalogue, const std::vector<FileGrants> &grants,
                             const FileFault &file_fault, DiagnosticCollector &collector)
        : catalogue_(catalogue), grants_(grants), file_fault_(file_fault), collector_(collector) {}

    const PluginCatalogue &catalogue() const { return catalogue_; }

    // The plugin with this id, which is at `location` in the file; null, with an error, when there is none.
    const PluginInfo *plugin(std::uint32_t kind, const std::string &id, const SourceLocation &location);

    // The ids of the installed plugins of a kind, sorted.
    std::vector<std::string> ids(std::uint32_t kind, bool aliases) const;

    // The end of an error message: "; installed: a, b".
    std::string choices(std::uint32_t kind) const;

    // Null when the plugin's schema is invalid, which is reported the first time.
    const JsonSchemaValidator *schema(const PluginInfo &plugin, const SourceLocation &location);

    // None, with errors unless the schema has reported it, when the options are invalid.
    std::optional<CheckedOptions> options(const PluginInfo &plugin, std::optional<boost::json::object> options,
                                          const SourceLocation &location);

  private:
    std::string refused_files() const;
    bool counts_as_authenticated(const PluginInfo &plugin, const SourceLocation &location);

    const PluginCatalogue &catalogue_;
    const std::vector<FileGrants> &grants_;
    const FileFault &file_fault_;
    DiagnosticCollector &collector_;
    std::map<const PluginInfo *, std::optional<JsonSchemaValidator>> schemas_;
};

} // namespace kith::core
