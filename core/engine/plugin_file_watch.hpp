// SPDX-License-Identifier: MIT
//
// Watches the files of the plugins in use and publishes `plugin.changed` when one was changed or removed. There is one event
// for each change, after a second without further changes, because a file that is being copied changes many times. The loaded
// plugin is a copy of the file and is not affected.
#pragma once

#include <core/cluster/events/event_bus.hpp>
#include <core/engine/engine_loop.hpp>
#include <core/loader/registry.hpp>
#include <kith/hosting/world.hpp>
#include <kith/service/file.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace kith::core {

class PluginFileWatch final : private Tenant {
  public:
    static constexpr Time quiet = 1'000'000'000;  // a change is complete after this time without another one
    static constexpr Time retry = 60'000'000'000; // after a failed read

    /// effect: asked from the loop for each file that has changed: what follows, for the event.
    using Effect = std::function<std::string(const std::string &file)>;

    /// The arguments outlive the watch.
    PluginFileWatch(World &world, EngineLoop &engine_loop, EventBus &bus, const Registry &registry, Effect effect);
    ~PluginFileWatch();
    PluginFileWatch(const PluginFileWatch &) = delete;
    PluginFileWatch &operator=(const PluginFileWatch &) = delete;

    /// The files are first read a second later, so that the start is not delayed. Changes in that second are found by this
    /// read.
    void start();
    /// A new version of a file is in use: that one is no change.
    void taken(const Library &library);
    /// Call it in each turn.
    void advance(Time now);
    Time next_deadline() const;

  private:
    using State = std::optional<FileState>; // nullopt: there is no such file
    struct File {
        std::string path;
        State known;     // as it was loaded, or published last
        State candidate; // while unsettled: as it was read last
        bool unsettled = false;
        Time due = never;
        bool looking = false, watching = false;
    };

    const void *service(std::string_view id) noexcept override;
    void *self() noexcept override { return this; }
    void enter(const char *) noexcept override {}
    void leave() noexcept override {}
    bool may_read(std::string_view) const noexcept override { return false; }

    void look(std::uint64_t index);
    void looked(std::uint64_t index, std::int32_t status, const kith_file_info *info);
    void changed(std::uint64_t index, std::int32_t status);
    void watch(std::uint64_t index, std::uint64_t version);
    void publish(const File &file);

    World &world_;
    EngineLoop &engine_loop_;
    EventBus &bus_;
    Effect effect_;
    std::vector<File> files_;
    kith_host handle_{};
    const kith_file_host *service_;
};

} // namespace kith::core
