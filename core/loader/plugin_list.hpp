// SPDX-License-Identifier: MIT
//
// What `kith plugins` prints.
#pragma once

#include "core/loader/registry.hpp"

namespace kith::core {

/// {"plugins": [...], "refused": [{"file", "rule", "reason", "remedy"}]}, indented, with a line end.
std::string plugins_as_json(const Registry &registry);

/// A table for people; with `details` also where each comes from and what it asks for. The options are told by core/config.
std::string plugins_as_text(const Registry &registry, bool details = false);

} // namespace kith::core
