// SPDX-License-Identifier: MIT
//
// Reads from JSON the parts of a configuration file that contain no plugin instances: name, state_dir, plugins, log, events.
#pragma once

#include <core/config/config_file_content.hpp>

#include <boost/json/value.hpp>

namespace kith::core {

// root: checked by schema.json and filled with its defaults. Values of the wrong type are ignored.
void read_global_settings(const boost::json::value &root, ConfigFileContent &file);

} // namespace kith::core
