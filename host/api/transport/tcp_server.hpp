// SPDX-License-Identifier: MIT
//
// The TCP addresses of the API. They change in two steps, so that a reload that cannot bind, or that is taken back, changes nothing.
#pragma once

#include "client_pool.hpp"
#include "server_certificate.hpp"

#include <host/api/handler_interface.hpp>

#include <kith/address.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kith::app {

struct ApiTcpListen {
    kith::address address;
    std::shared_ptr<const ApiAccess> access;
    std::optional<core::ApiTlsFiles> tls{};
};

class ApiTcpServer {
  public:
    /// level: KITH_LOG_...
    using Log = std::function<void(std::uint32_t level, const std::string &message, const std::string &reason)>;

    ApiTcpServer(boost::asio::io_context &io, ApiHandler &handler, const ApiLimits &limits, Log log);
    ~ApiTcpServer();
    ApiTcpServer(const ApiTcpServer &) = delete;
    ApiTcpServer &operator=(const ApiTcpServer &) = delete;

    /// Binds the addresses that are not bound yet, and reads the files of TLS; nobody is accepted there before commit(). False, and why, when
    /// an address cannot be bound, or its files cannot be used: then nothing is prepared.
    bool prepare(std::vector<ApiTcpListen> next, std::string &why);
    /// What was prepared is served, and nothing else. Clients whose access has changed are ended, each after the answer that is under way.
    void commit();
    /// What was prepared is forgotten.
    void discard();

  private:
    struct Listener;
    struct Prepared;
    void look();
    void report_handshake(const std::string &peer, const std::string &why);

    boost::asio::io_context &io_;
    const ApiLimits limits_;
    Log log_;
    ClientPool clients_;
    std::vector<std::unique_ptr<Listener>> listeners_;
    std::vector<std::unique_ptr<Prepared>> prepared_;
    boost::asio::steady_timer look_;
    std::chrono::steady_clock::time_point next_report_{}; // of a failed handshake
    std::uint64_t unreported_ = 0;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

} // namespace kith::app
