// SPDX-License-Identifier: MIT
//
// Replaces the file of plugins of a running daemon: reads the new version and the configuration with it, and has the engine take it into
// use. Runs on the daemon's loop.
#pragma once

#include "reloader.hpp"

#include <core/engine/engine.hpp>
#include <core/loader/registry.hpp>
#include <host/api/replacement.hpp>

#include <functional>
#include <string>

namespace kith::app {

class Replacer {
  public:
    /// All but the name of the configuration's file outlive it. The engine reports the files that change to it (plugins.watch).
    Replacer(core::Engine &engine, core::Registry &registry, Reloader &reloader, std::string config_file);

    /// As ReplaceFunction.
    ReplacementStart request(const std::string &file, bool dry_run, std::function<void(const ReplacementVerdict &)> verdict);

  private:
    ReplacementStart begin(const core::Library &former, bool dry_run, std::function<void(const ReplacementVerdict &)> verdict);
    void conclude(std::shared_ptr<const core::Config> config, const core::PluginReplacement::Outcome &outcome);

    core::Engine &engine_;
    core::Registry &registry_;
    Reloader &reloader_;
    const std::string config_file_;
};

} // namespace kith::app
