// SPDX-License-Identifier: MIT
//
// Makes instances in processes of their own.
#pragma once

#include "isolated_process.hpp"

#include <core/engine/instance_maker.hpp>

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <vector>

namespace kith::isolation {

class Isolator final : public core::InstanceMaker {
  public:
    struct Settings {
        std::string program; ///< path of kith-plugin-host
        std::uint64_t memory = 0;
        Time answer = 0;
    };

    Isolator(boost::asio::io_context &io, Settings settings) : io_(io), settings_(std::move(settings)) {}

    Result create(core::PluginInstance &instance, const kith_host &host, const core::Isolation &isolation) override;

  private:
    struct Process {
        const core::Library *library;
        core::Isolation isolation;
        std::shared_ptr<IsolatedProcess> process;
    };

    boost::asio::io_context &io_;
    Settings settings_;
    LastingThread thread_; // begins the processes
    std::vector<Process> processes_;
};

/// The path of kith-plugin-host: beside this program (a build tree), or else installed.
std::string helper_program();

} // namespace kith::isolation
