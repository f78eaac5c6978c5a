// SPDX-License-Identifier: MIT
//
// The second half of loading: finds the plugins, checks their options, resolves names, and shares connector instances.
#pragma once

#include <core/config/config.hpp>
#include <core/config/config_file_content.hpp>
#include <core/config/diagnostic_collector.hpp>
#include <core/config/file_fault.hpp>
#include <core/config/plugin_catalogue.hpp>

namespace kith::core {

// Adds the connectors, topologies, sinks and security warnings to the configuration, and reports errors. The file may contain errors, which
// were reported. file_fault: see ConfigInputs.
void resolve_config(const ConfigFileContent &file, const PluginCatalogue &, const FileFault &file_fault, Config &config,
                    DiagnosticCollector &);

} // namespace kith::core
