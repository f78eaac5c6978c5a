// SPDX-License-Identifier: MIT
//
// The strategies of a topology with their plugins and checked options, from either form: `strategy` and `config`, or `strategies`.
#pragma once

#include <core/config/config.hpp>
#include <core/config/config_file_content.hpp>
#include <core/config/plugin_and_options_resolver.hpp>

#include <boost/json/value.hpp>

#include <vector>

namespace kith::core {

struct ConfiguredSource {
    Source model;
    const PluginInfo *plugin = nullptr;
    boost::json::value options;      // those of the model
    SourceLocation location;         // of the strategy's id
    SourceLocation options_location; // of the id, when the text does not contain the options
};

// The valid ones; the others are reported.
std::vector<ConfiguredSource> configured_sources(const TopologyEntry &topology, PluginAndOptionsResolver &plugins,
                                                 DiagnosticCollector &collector);

} // namespace kith::core
