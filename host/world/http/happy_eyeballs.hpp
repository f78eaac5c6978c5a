// SPDX-License-Identifier: MIT
//
// Connects to a name with several addresses as described in RFC 8305: the address families alternate, and an unresponsive
// address delays the next one by only 250 ms. The first connection that is established is used.
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
    /// socket: open only with KITH_OK. Called once, later, on the loop; not after abort.
    using Done = std::function<void(std::int32_t status, std::string text, tcp::socket socket)>;

    HappyEyeballs(TenantResources &resources, std::string name, std::uint16_t port, Done done);

    /// Throws std::system_error when the lookup of the name cannot be started.
    void start();
    void abort();
    /// Describes the present step, for the text of a timeout.
    std::string phase() const;

  private:
    void resolved(const Resolved &result);
    void found(std::vector<boost::asio::ip::address> addresses);
    void end_later(std::int32_t status, const std::string &why);
    void next();
    void tried(std::size_t which, const Error &error);
    void end(std::int32_t status, std::string text, tcp::socket socket);

    std::shared_ptr<TenantResources> resources_;
    std::string name_;
    std::uint16_t port_;
    Done done_;
    boost::asio::steady_timer pace_;
    std::vector<boost::asio::ip::address> addresses_;
    std::vector<std::unique_ptr<tcp::socket>> runners_; // by address; null: failed
    std::size_t failed_ = 0;
    Error error_; // the error to report when no address is left
    bool over_ = false;
};

} // namespace kith::app
