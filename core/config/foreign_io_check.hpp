// SPDX-License-Identifier: MIT
//
// Plugins that declare sockets of their own (KITH_FLAG_FOREIGN_IO) and whose file is not of this build. The process of such an instance
// reaches every address and reads every file that kith can read, which no other grant limits. So `"isolate": "auto"` warns of it and `"all"`
// refuses it, unless plugins.grants has `foreign_io` for its file. An instance that runs without a sandbox, because the configuration says
// so, has all rights anyway.
#pragma once

#include <core/config/config.hpp>
#include <core/config/diagnostic_collector.hpp>
#include <core/config/plugin_catalogue.hpp>
#include <core/config/source_location.hpp>

namespace kith::core {

/// isolate, location: of the instance. names: of the instance; its message is set here, and it is added to the security warnings of the
/// configuration when it is one.
void check_foreign_io(const PluginInfo &plugin, const PluginCatalogue &catalogue, const IsolateSetting &isolate,
                      const SourceLocation &location, SecurityWarning names, Config &config, DiagnosticCollector &collector);

} // namespace kith::core
