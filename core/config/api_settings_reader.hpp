// SPDX-License-Identifier: MIT
//
// Reads the section `api`, and reports what the schema cannot express: invalid addresses, missing tokens, and a token that would
// be sent unencrypted over a network.
#pragma once

#include <core/config/config.hpp>
#include <core/config/diagnostic_collector.hpp>
#include <core/config/source_map.hpp>

#include <boost/json/value.hpp>

namespace kith::core {

// root: checked by schema.json and filled with its defaults.
ApiSettings read_api_settings(const boost::json::value &root, const SourceMap &source_map, DiagnosticCollector &collector);

} // namespace kith::core
