// SPDX-License-Identifier: MIT
//
// The API in the daemon: the router over the engine, the counters that only the API needs, and the server.
#pragma once

#include "event_counters.hpp"
#include "handler_interface.hpp"
#include "router.hpp"

#include <core/config/config.hpp>
#include <core/engine/engine.hpp>
#include <host/api/transport/tcp_server.hpp>
#include <host/config_loading.hpp>
#include <host/reload/reloader.hpp>
#include <host/reload/replacer.hpp>
#include <host/world/asio_world.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <stdexcept>
#include <string>

namespace kith::app {

/// The configured socket cannot be made, or a configured address cannot be listened on.
struct ApiUnavailable : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class DaemonApi {
  public:
    /// All outlive it. Nothing is served before the loop runs. Null: there is no API. A default socket that cannot be made is a line of the log;
    /// a configured one, or an address that cannot be listened on, is an ApiUnavailable.
    static std::unique_ptr<DaemonApi> make(boost::asio::io_context &io, const AsioWorld &world, core::Engine &engine,
                                           core::Logger &log, Reloader &reloader, Replacer &replacer,
                                           const LoadedConfig &loaded);
    ~DaemonApi();

    /// A reload, in two steps: binds the TCP addresses that `next` has besides those of now. Returns why one cannot be bound; then nothing has
    /// changed.
    std::string prepare(const core::Config &next);
    /// The addresses, tokens and hosts that were prepared are in force (applied), or forgotten.
    void conclude(bool applied);

    /// The engine is about to stop.
    void stopping() { router_.stopping(); }

  private:
    DaemonApi(boost::asio::io_context &io, const AsioWorld &world, core::Engine &engine, core::Logger &log, Reloader &reloader,
              Replacer &replacer, const LoadedConfig &loaded);
    void listen_on_socket(const LoadedConfig &loaded);
    ApiContext context(const AsioWorld &world, core::Engine &engine, Reloader &reloader, Replacer &replacer,
                       const LoadedConfig &loaded);
    void measure_lag();

    boost::asio::io_context &io_;
    EventCounters counters_;
    Histogram lag_;
    ApiRouter router_;
    boost::asio::steady_timer second_;
    core::Logger &log_;
    core::ApiSettings settings_, prepared_; // of the TCP addresses
    ApiTcpServer tcp_;                      // the first to go, with the next one
    std::unique_ptr<ApiServer> server_;
};

} // namespace kith::app
