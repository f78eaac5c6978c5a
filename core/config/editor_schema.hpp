// SPDX-License-Identifier: MIT
//
// One JSON Schema (draft 7) of the whole configuration file, for editors: ours, and in each place the options of the plugin that is
// named there. For `kith schema`.
//
// It is a little wider than what is checked at start: where a ${...} may stand, it takes any text with one in it. And it is made of
// the plugins that are installed: a plugin it does not know, it refuses.
#pragma once

#include <core/config/plugin_catalogue.hpp>

#include <string>

namespace kith::core {

// As text, indented. A plugin whose own schema is no JSON object is left out, as if it took any options.
std::string editor_schema(const PluginCatalogue &catalogue);

} // namespace kith::core
