// SPDX-License-Identifier: MIT
//
// The API in the daemon: the router over the engine, the counters that only the API needs, and the server.
#pragma once

#include "api.hpp"
#include "event_counters.hpp"
#include "router.hpp"

#include <core/engine/engine.hpp>
#include <host/config_loading.hpp>
#include <host/reload/reloader.hpp>
#include <host/world/asio_world.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <stdexcept>
#include <string>

namespace kith::app {

/// The configured socket cannot be made.
struct ApiUnavailable : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class ApiHost {
  public:
    /// All outlive it. Nothing is served before the loop runs. Null: there is no API. A default socket that cannot be made is a line of the log;
    /// a configured one is an ApiUnavailable.
    static std::unique_ptr<ApiHost> make(boost::asio::io_context &io, const AsioWorld &world, core::Engine &engine,
                                         core::Logger &log, Reloader &reloader, const LoadedConfig &loaded);
    ~ApiHost();

    /// The engine is about to stop.
    void stopping() { router_.stopping(); }

  private:
    ApiHost(boost::asio::io_context &io, const AsioWorld &world, core::Engine &engine, Reloader &reloader,
            const LoadedConfig &loaded);
    ApiContext context(const AsioWorld &world, core::Engine &engine, Reloader &reloader, const LoadedConfig &loaded);
    void measure_lag();

    boost::asio::io_context &io_;
    EventCounters counters_;
    Histogram lag_;
    ApiRouter router_;
    boost::asio::steady_timer second_;
    std::unique_ptr<ApiServer> server_; // the first to go
};

} // namespace kith::app
