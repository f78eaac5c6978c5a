// SPDX-License-Identifier: MIT
//
// The clients of a server, within its limits, and the timer they share.
#pragma once

#include "connection.hpp"

#include <host/api/handler_interface.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace kith::app {

class ClientPool {
  public:
    ClientPool(boost::asio::io_context &io, ApiHandler &handler, const ApiLimits &limits);
    /// See ConnectionShare.
    void on_failed_handshake(std::function<void(const std::string &peer, const std::string &why)> report) {
        share_.handshake_failed = std::move(report);
    }
    ~ClientPool(); // ends them all
    ClientPool(const ClientPool &) = delete;
    ClientPool &operator=(const ClientPool &) = delete;

    /// A client that has connected: its descriptor, which is non-blocking, and its protocol. access: null at the Unix socket.
    void take(int fd, const ApiConnection::Socket::protocol_type &protocol, ClientRights rights,
              std::shared_ptr<const ApiAccess> access, ApiTls tls = {});

    /// Ends the clients whose access is among these no more, at once or after the answer that is under way.
    void retire(const std::function<bool(const ApiAccess &)> &goes_on);

  private:
    bool make_room();
    void tick();

    boost::asio::io_context &io_;
    const ApiLimits limits_;
    ConnectionShare share_;
    boost::asio::steady_timer seconds_;
    std::vector<std::shared_ptr<ApiConnection>> connections_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    bool ticking_ = false;
};

} // namespace kith::app
