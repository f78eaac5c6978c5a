// SPDX-License-Identifier: MIT
//
// The output of `kith plugins`.
#pragma once

#include "core/loader/registry.hpp"

namespace kith::core {

/// {"plugins": [...], "refused": [{"file", "rule", "reason", "remedy"}]}, indented, with a line end.
std::string plugins_as_json(const Registry &registry);

/// A table; with `details` also the file, SHA-256, services and flags of each plugin. core/config prints the options.
std::string plugins_as_text(const Registry &registry, bool details = false);

} // namespace kith::core
