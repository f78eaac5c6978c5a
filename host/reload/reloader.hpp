// SPDX-License-Identifier: MIT
//
// Reloads the configuration of a running daemon: reads the file, compares, asks for a confirmation where it is needed, has the engine apply
// it, and reports the verdict to the caller. An invalid file changes nothing. Runs on the daemon's loop.
#pragma once

#include <core/engine/engine.hpp>
#include <core/loader/registry.hpp>
#include <host/api/reload.hpp>
#include <host/config_loading.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kith::app {

class Reloader {
  public:
    struct Settings {
        std::string file;
        std::string plugin_dir; ///< as load_config
        /// A line of the log. level: KITH_LOG_...
        std::function<void(std::uint32_t level, const std::string &message, const std::string &reason)> log;
        /// Before and after each reload that is applied; for the service manager and for what follows the files.
        std::function<void()> begins, ended;
        /// Of the API's TCP addresses, before a reload is applied: as DaemonApi::prepare and conclude.
        std::function<std::string(const core::Config &)> prepare;
        std::function<void(bool applied)> conclude;
    };
    /// The last reload that was asked for, and is no dry run.
    struct Last {
        std::int64_t time = 0; ///< nanoseconds since 1970
        std::string verdict;   ///< as ReloadVerdict, or refused
        std::string reason;
    };

    /// loaded: what the engine runs with. All outlive it; the registry takes the plugins that a new configuration needs.
    Reloader(core::Engine &engine, core::Registry &registry, const LoadedConfig &loaded, Settings settings);

    /// As ReloadFunction. While a reload is under way it is refused.
    ReloadStart request(const ReloadRequest &request, std::function<void(const ReloadVerdict &)> verdict);

    /// After a reload, or a replacement of a plugin's file: a reload that was requested meanwhile follows.
    void follow_up();

    /// A reload that nobody waits for: its verdict is in the log. While one is under way, another one follows it. unchanged: called when the
    /// file has not changed.
    void request_unattended(std::function<void()> unchanged);

    /// The engine runs with this configuration now, after a replacement of a plugin's file.
    void take(std::shared_ptr<const core::Config> config) { config_ = std::move(config); }

    const core::Config &config() const { return *config_; }
    const std::string &sha256() const { return sha256_; }
    const std::optional<Last> &last() const { return last_; }
    const std::vector<std::string> &files() const { return files_; }

  private:
    ReloadStart refuse(std::string_view code, std::string message, std::string_view remedy, const ReloadRequest &request);
    void conclude(const std::string &failure);
    void note(std::string verdict, const std::string &reason);

    core::Engine &engine_;
    core::Registry &registry_;
    Settings settings_;
    std::shared_ptr<const core::Config> config_; // in force
    std::shared_ptr<const core::Config> next_;   // being applied
    std::string sha256_, next_sha256_;
    std::vector<std::string> files_;
    std::optional<Last> last_;
    std::function<void(const ReloadVerdict &)> verdict_;
    core::Time began_ = 0;
    bool again_ = false;
    std::function<void()> unchanged_;
};

} // namespace kith::app
