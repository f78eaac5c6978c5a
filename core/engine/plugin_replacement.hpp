// SPDX-License-Identifier: MIT
//
// A new version of a plugin's file that shall take the place of the one in use.
#pragma once

#include <core/cluster/base/time.hpp>
#include <core/config/config.hpp>
#include <core/loader/library.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace kith::core {

struct PluginReplacement {
    static constexpr Time patience = 10'000'000'000; ///< for the new instances to be ready

    /// Of one plugin that has instances.
    struct Version {
        std::uint32_t kind; ///< KITH_KIND_...
        std::string plugin, before, after;
    };
    struct Outcome {
        std::string failure; ///< why the former file goes on; empty: the new one is in use
        std::vector<std::string> instances;
        std::vector<Version> versions;
        Time duration = 0;
    };

    const Library *former = nullptr; ///< of the engine's registry
    std::unique_ptr<Library> next;   ///< sealed
    /// In force with it: that of the engine, with the options of these instances as the new file reads them.
    std::shared_ptr<const Config> config;
    /// Puts a library into the engine's registry, in the place of another one, which it returns.
    std::function<std::unique_ptr<Library>(const Library &out, std::unique_ptr<Library> in)> exchange;
    /// An instance of the new version failed within 10 s after `done`: the former version, with its configuration, is in use again.
    std::function<void(std::shared_ptr<const Config> previous)> taken_back{};
    bool dry_run = false;    ///< nothing starts: the outcome is what would be replaced
    bool going_back = false; ///< to a version that was in use before: what its flags request was permitted
    /// Called once, from the loop or before Engine::replace returns.
    std::function<void(const Outcome &)> done;
};

/// "strategy puppet 1.0.0 -> 1.1.0", for each.
std::string to_text(const std::vector<PluginReplacement::Version> &versions);

} // namespace kith::core
