// SPDX-License-Identifier: MIT
//
// Long and short names of BEAM nodes: app@10.0.0.7 and app@host.domain are long names, app@host is a short name, and nodes of
// the two kinds never connect to each other. Names in the options of strategies are compared with the name of the connector's
// node.
#pragma once

#include <core/config/diagnostic_collector.hpp>
#include <core/config/json_schema_validator.hpp>
#include <core/config/source_location.hpp>

#include <boost/json/value.hpp>

#include <string>
#include <string_view>

namespace kith::core {

// The local node's name (name@host) from the connector's option with the keyword `x-kith-node-name`; empty when there is none.
std::string local_node(const JsonSchemaValidator &schema, const boost::json::value &options);

// Warns of each peer's name (x-kith-node-name: full or peer, also in a list) that is of the other kind than `node`, which is
// not empty.
void warn_of_mixed_node_names(const JsonSchemaValidator &schema, const boost::json::value &options,
                              const SourceLocation &location, std::string_view node, DiagnosticCollector &collector);

} // namespace kith::core
