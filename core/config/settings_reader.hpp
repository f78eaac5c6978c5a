// SPDX-License-Identifier: MIT
//
// The sections of the file that need no plugin.
#pragma once

#include <core/config/config.hpp>
#include <core/config/plugin_catalogue.hpp>

#include <boost/json/value.hpp>

namespace kith::core {

// root fits schema.json, with its defaults.
void read_settings(const boost::json::value &root, Config &config);
PluginSettings read_plugin_settings(const boost::json::value &root);

// A topology's `policy`; null: the defaults.
Policy read_policy(const boost::json::value *value);

} // namespace kith::core
