// SPDX-License-Identifier: MIT
//
// Replaces ${NAME}, ${NAME:-default}, ${file:/path} and $${ in the strings of a configuration.
#pragma once

#include <core/config/diagnostic_collector.hpp>
#include <core/config/load_config.hpp>
#include <core/config/source_map.hpp>

#include <boost/json/value.hpp>

namespace kith::core {

// Replaces in all strings of `value`, and marks the replaced ones in the source map. A replacement is not interpolated again.
void interpolate(boost::json::value &value, SourceMap &source_map, const ConfigInputs &, DiagnosticCollector &);

} // namespace kith::core
