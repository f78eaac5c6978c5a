// SPDX-License-Identifier: MIT
//
// The loop of kith-plugin-host: messages of kith to the instances of one library.
#pragma once

#include "../call_trace.hpp"
#include "../hello.hpp"
#include "outbox.hpp"
#include "plugin_library.hpp"
#include "simulation.hpp"
#include "surroundings.hpp"

#include <sdk/messages/frames.hpp>
#include <sdk/messages/isolated_instance.hpp>

#include <core/file_descriptor.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace kith::isolation {

class Helper {
  public:
    /// socket: connected to kith. library: the sealed copy.
    Helper(int socket, core::Fd library, CallTrace *trace);

    /// Until kith closes the connection. Throws std::runtime_error for what is no message of kith.
    void run();

  private:
    void read();
    void take(std::string_view message);
    void take_waiting();
    void take_own(const messages::OpenedMessage &message);
    void load(std::string_view arguments);
    PluginLibrary load_in_sandbox(const Hello &hello);
    bool run_posts();

    int socket_;
    core::Fd copy_;
    Outbox to_kith_;
    Surroundings surroundings_;
    messages::FrameReader reader_;
    std::optional<Simulation> simulation_;
    PluginLibrary library_;
    std::map<std::uint32_t, std::unique_ptr<messages::IsolatedInstance>> instances_;
    bool greeted_ = false, over_ = false;
};

} // namespace kith::isolation
