// SPDX-License-Identifier: MIT
//
// Connecting to a name with several addresses as RFC 8305 has it: families take turns, and an address that is mute delays the next
// one by a quarter of a second only. The first that answers wins.
#pragma once

#include <host/world/nonblocking_socket.hpp>
#include <host/world/tenant_resources.hpp>

#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace kith::app {

class HappyEyeballs : public std::enable_shared_from_this<HappyEyeballs> {
  public:
    /// socket: open only with KITH_OK. Called on the loop, later, once; not after abort.
    using Done = std::function<void(std::int32_t status, std::string text, tcp::socket socket)>;

    HappyEyeballs(TenantResources &resources, std::string name, std::uint16_t port, Done done);

    /// Throws std::system_error when the name cannot even be looked up.
    void start();
    void abort();
    /// What it is at, for the text of a timeout.
    std::string phase() const;

  private:
    void resolved(const Resolved &found);
    void next();
    void tried(std::size_t which, const Error &error);
    void end(std::int32_t status, std::string text, tcp::socket socket);

    std::shared_ptr<TenantResources> resources_;
    std::string name_;
    std::uint16_t port_;
    Done done_;
    boost::asio::steady_timer pace_;
    std::vector<boost::asio::ip::address> addresses_;
    std::vector<std::unique_ptr<tcp::socket>> runners_; // by address; null: it has failed
    std::size_t failed_ = 0;
    Error error_; // what is told when no address is left
    bool over_ = false;
};

} // namespace kith::app
