// SPDX-License-Identifier: MIT
//
// The output of `kith plugins`, and of /v1/plugins.
#pragma once

#include "core/loader/registry.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace kith::core {

/// What `plugins.grants` permits the plugins of a file. Empty: no configuration was read.
using GrantsOfFile = std::function<std::vector<std::string>(const Library &library)>;

/// An instance that crashed too often. Strings: borrowed.
struct QuarantinedInstance {
    std::string_view instance; ///< such as topologies.NAME.SOURCE
    std::string_view plugin;
    std::string_view file; ///< without directory
    std::string_view reason;
};

/// {"plugins": [...], "refused": [{"file", "rule", "reason", "remedy"}]}, indented, with a line end. With `quarantined` (null: there are no
/// instances) also "quarantined": [{"instance", "plugin", "file", "reason"}].
std::string plugins_as_json(const Registry &registry, const GrantsOfFile &grants = {},
                            const std::vector<QuarantinedInstance> *quarantined = nullptr);

/// A table; with `details` also the file, SHA-256, services, flags and grants of each plugin. core/config prints the options.
std::string plugins_as_text(const Registry &registry, bool details = false, const GrantsOfFile &grants = {});

} // namespace kith::core
