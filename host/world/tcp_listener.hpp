// SPDX-License-Identifier: MIT
//
// A listener of kith.tcp/1. A connection is taken from the kernel's queue only while an accept is outstanding.
#pragma once

#include "nonblocking_socket.hpp"
#include "tenant_resources.hpp"

#include <boost/asio/steady_timer.hpp>

namespace kith::app {

class TcpListener : public std::enable_shared_from_this<TcpListener> {
  public:
    /// Listens on `local`. any_family: on every address of both families, or of IPv4 only where there is no IPv6; `local` is [::] then.
    TcpListener(TenantResources &resources, tcp::endpoint local, bool any_family, std::uint32_t backlog, Error &error);

    std::int32_t accept(std::uint64_t user, std::uint64_t *op);
    void close();
    tcp::endpoint local() const;

  private:
    void await_connection();
    void can_accept();
    void fail(const Error &error);

    std::shared_ptr<TenantResources> resources_;
    tcp::acceptor acceptor_;
    boost::asio::steady_timer pause_; // after an accept that failed because no descriptor was free
    std::uint64_t op_ = 0;            // the outstanding accept
    std::uint64_t last_ = 0;          // the last accept
    bool waiting_ = false;
};

} // namespace kith::app
