// SPDX-License-Identifier: MIT
//
// The output of `kith plugins`.
#pragma once

#include "core/loader/registry.hpp"

#include <functional>
#include <string>
#include <vector>

namespace kith::core {

/// What `plugins.grants` permits the plugins of a file. Empty: no configuration was read.
using GrantsOfFile = std::function<std::vector<std::string>(const Library &library)>;

/// {"plugins": [...], "refused": [{"file", "rule", "reason", "remedy"}]}, indented, with a line end.
std::string plugins_as_json(const Registry &registry, const GrantsOfFile &grants = {});

/// A table; with `details` also the file, SHA-256, services, flags and grants of each plugin. core/config prints the options.
std::string plugins_as_text(const Registry &registry, bool details = false, const GrantsOfFile &grants = {});

} // namespace kith::core
