// SPDX-License-Identifier: MIT
//
// One JSON Schema (draft 7) of the whole configuration file, for editors and `kith schema`: schema.json, with the schema of the
// options of each installed plugin.
//
// It accepts slightly more than the check at start: where a ${...} is allowed, it accepts any text that contains one. It
// refuses plugins that are not installed.
#pragma once

#include <core/config/plugin_catalogue.hpp>

#include <string>

namespace kith::core {

// The schema as indented text. A plugin whose own schema is not a JSON object is treated as accepting any options.
std::string editor_schema(const PluginCatalogue &catalogue);

} // namespace kith::core
