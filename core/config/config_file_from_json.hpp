// SPDX-License-Identifier: MIT
//
// Converts the JSON value of a configuration file to a ConfigFileContent. It is the only reader of that value after the check by
// schema.json.
#pragma once

#include <core/config/config_file_content.hpp>
#include <core/config/source_map.hpp>

#include <boost/json/value.hpp>

namespace kith::core {

// root: checked by schema.json and filled with its defaults. It may still contain errors, which were reported: values of the wrong type are
// ignored. source_map: of root; it outlives the result.
ConfigFileContent config_file_from_json(const boost::json::value &root, const SourceMap &source_map);

} // namespace kith::core
