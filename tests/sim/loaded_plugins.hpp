// SPDX-License-Identifier: MIT
//
// The real plugin libraries, loaded once under the daemon's rules and shared by all hosts (rule I1).
#pragma once

#include <core/config/catalogue.hpp>
#include <core/loader/registry.hpp>

#include <string>
#include <vector>

namespace kith::sim {

/// What the simulated world and the engine together offer to a plugin.
core::Offer simulated_offer();

struct LoadedPlugins {
    core::Registry registry{simulated_offer()};
    core::Catalogue catalogue;
};

/// All of these directories. What is wrong with one is in the catalogue's refused files.
std::unique_ptr<LoadedPlugins> load_plugins(const std::vector<std::string> &directories);

} // namespace kith::sim
