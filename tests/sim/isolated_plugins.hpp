// SPDX-License-Identifier: MIT
//
// Isolated plugins of a simulated host. Each call is a message, by the code of both ends of kith-plugin-host; there is no process and no sandbox,
// because a thousand hosts would have thousands of them: a message arrives at once, so a run is the same whether plugins are isolated or not.
// kith-check-plugin --isolated runs one plugin in a process, in simulated time.
#pragma once

#include <core/engine/instance_maker.hpp>
#include <kith/testkit/sim_net.hpp>

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace kith::sim {

class IsolatedPlugins final : public core::InstanceMaker {
  public:
    explicit IsolatedPlugins(testkit::SimNet &net);
    ~IsolatedPlugins();
    IsolatedPlugins(const IsolatedPlugins &) = delete;
    IsolatedPlugins &operator=(const IsolatedPlugins &) = delete;

    Result create(core::PluginInstance &instance, const kith_host &host, const core::Isolation &isolation) override;

    /// As if the processes in which this plugin is had crashed. plugin: an id; empty: each.
    void crash(std::string_view plugin);

  private:
    class Process;

    testkit::SimNet &net_;
    std::vector<std::shared_ptr<Process>> processes_; // one for each instance
};

} // namespace kith::sim
