// SPDX-License-Identifier: MIT
//
// Reads `plugins.grants`, checks each grant, and warns of those that have no effect.
#pragma once

#include <core/config/diagnostic_collector.hpp>
#include <core/config/plugin_catalogue.hpp>
#include <core/config/plugin_grant.hpp>
#include <core/config/source_map.hpp>

#include <boost/json/value.hpp>

#include <vector>

namespace kith::core {

// root: checked by schema.json. Invalid grants are reported and omitted.
std::vector<FileGrants> read_plugin_grants(const boost::json::value &root, const SourceMap &source_map,
                                           const PluginCatalogue &catalogue, DiagnosticCollector &collector);

} // namespace kith::core
