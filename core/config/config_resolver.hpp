// SPDX-License-Identifier: MIT
//
// The second half of loading: finds the plugins, checks their options, resolves names, and shares connector instances.
#pragma once

#include <core/config/config.hpp>
#include <core/config/diagnostic_collector.hpp>
#include <core/config/plugin_catalogue.hpp>
#include <core/config/source_map.hpp>

#include <boost/json/value.hpp>

namespace kith::core {

// root: checked by schema.json and filled with its defaults. It may still contain errors, which were reported: values of the wrong type are
// ignored.
void resolve_config(const boost::json::value &root, const SourceMap &source_map, const PluginCatalogue &, Config &config,
                    DiagnosticCollector &);

} // namespace kith::core
