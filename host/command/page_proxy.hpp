// SPDX-License-Identifier: MIT
//
// Serves the status page on loopback and forwards what it asks to the socket of a daemon, with the rights of this process. One request for
// each connection. Only the page itself is answered without the secret: nothing that lacks it reaches the daemon.
#pragma once

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace kith::app {

struct PageProxySettings {
    std::string socket;                   ///< of the daemon
    std::string secret;                   ///< that a request carries as `Authorization: Bearer`
    std::chrono::nanoseconds idle;        ///< without a client for so long: the loop is stopped
    std::size_t clients = 64;             ///< at once; further ones are closed
    std::chrono::seconds request{10};     ///< from the connection to the last byte of its request
    std::chrono::milliseconds end{2'000}; ///< for the client to close after its answer
};

class PageProxy {
  public:
    /// Listens on a free port of 127.0.0.1. Throws boost::system::system_error.
    PageProxy(boost::asio::io_context &loop, PageProxySettings settings);
    ~PageProxy();
    PageProxy(const PageProxy &) = delete;
    PageProxy &operator=(const PageProxy &) = delete;

    std::uint16_t port() const;

  private:
    class Listener;
    std::shared_ptr<Listener> listener_;
};

} // namespace kith::app
