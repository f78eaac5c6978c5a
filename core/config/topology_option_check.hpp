// SPDX-License-Identifier: MIT
//
// Options of a sink that name a topology of the same configuration (`"x-kith-topology": true` in the plugin's schema). Pure functions.
#pragma once

#include <core/config/diagnostic_collector.hpp>
#include <core/config/source_location.hpp>

#include <boost/json/value.hpp>

#include <string>
#include <vector>

namespace kith::core {

/// Reports each such option that names none of `topologies`, and each that is empty where there is not exactly one.
/// schema, options: of the sink; only options at the top level are checked. location: of the options.
void check_topology_options(const boost::json::value &schema, const boost::json::value &options,
                            const std::vector<std::string> &topologies, const SourceLocation &location,
                            DiagnosticCollector &collector);

} // namespace kith::core
