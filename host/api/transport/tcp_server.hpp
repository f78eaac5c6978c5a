// SPDX-License-Identifier: MIT
//
// The TCP addresses of the API. They change in two steps, so that a reload that cannot bind, or that is taken back, changes nothing.
#pragma once

#include "client_pool.hpp"

#include <host/api/handler_interface.hpp>

#include <kith/address.hpp>

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <vector>

namespace kith::app {

struct ApiTcpListen {
    kith::address address;
    std::shared_ptr<const ApiAccess> access;
};

class ApiTcpServer {
  public:
    ApiTcpServer(boost::asio::io_context &io, ApiHandler &handler, const ApiLimits &limits);
    ~ApiTcpServer();
    ApiTcpServer(const ApiTcpServer &) = delete;
    ApiTcpServer &operator=(const ApiTcpServer &) = delete;

    /// Binds the addresses that are not bound yet; nobody is accepted there before commit(). False, and why, when one cannot be bound: then
    /// nothing is prepared.
    bool prepare(std::vector<ApiTcpListen> next, std::string &why);
    /// What was prepared is served, and nothing else. Clients whose access has changed are ended, each after the answer that is under way.
    void commit();
    /// What was prepared is forgotten.
    void discard();

  private:
    struct Listener;
    struct Prepared;
    boost::asio::io_context &io_;
    ClientPool clients_;
    std::vector<std::unique_ptr<Listener>> listeners_;
    std::vector<std::unique_ptr<Prepared>> prepared_;
};

} // namespace kith::app
