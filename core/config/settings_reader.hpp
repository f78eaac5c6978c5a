// SPDX-License-Identifier: MIT
//
// Reads the sections of the configuration that do not depend on plugins: log, events, api, plugins, policy.
#pragma once

#include <core/config/config.hpp>
#include <core/config/plugin_catalogue.hpp>

#include <boost/json/value.hpp>

namespace kith::core {

// root: checked by schema.json and filled with its defaults.
void read_settings(const boost::json::value &root, Config &config);
PluginSettings read_plugin_settings(const boost::json::value &root);

// Reads a topology's `policy`; null gives the defaults.
Policy read_policy(const boost::json::value *value);

} // namespace kith::core
