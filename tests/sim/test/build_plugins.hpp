// SPDX-License-Identifier: MIT
#pragma once

#include <tests/sim/loaded_plugins.hpp>

namespace kith::sim::test {

/// The plugins of the build tree, loaded at the first call.
inline const LoadedPlugins &build_plugins() {
    static const auto loaded = load_plugins({KITH_BINARY_DIR "/plugins"});
    return *loaded;
}

} // namespace kith::sim::test
