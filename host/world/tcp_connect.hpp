// SPDX-License-Identifier: MIT
//
// A connect of kith.tcp/1: resolves the name and tries its addresses one after the other.
#pragma once

#include "nonblocking_socket.hpp"
#include "tenant_resources.hpp"

#include <boost/asio/steady_timer.hpp>

#include <string>
#include <vector>

namespace kith::app {

class TcpConnect : public std::enable_shared_from_this<TcpConnect> {
  public:
    TcpConnect(TenantResources &resources, std::string name, std::uint32_t port);

    void start(std::uint64_t timeout, std::uint64_t user, std::uint64_t *op);

  private:
    void abort();
    void found(std::vector<boost::asio::ip::address> addresses);
    void end_later(std::int32_t status, const std::string &why);
    void next();
    void tried(const Error &error);
    void connected();
    void end(std::int32_t status, std::string_view text);

    std::shared_ptr<TenantResources> resources_;
    std::string name_;
    std::uint32_t port_;
    tcp::socket socket_;
    boost::asio::steady_timer timer_;
    std::vector<boost::asio::ip::address> addresses_;
    std::size_t at_ = 0;
    Error error_; // the error to report when no address is left
    std::uint64_t op_ = 0;
    bool over_ = false;
};

} // namespace kith::app
