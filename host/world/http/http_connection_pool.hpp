// SPDX-License-Identifier: MIT
//
// A client of kith.http/1: its settings, its TLS context, and its idle connections.
#pragma once

#include "connection.hpp"

#include <boost/asio/steady_timer.hpp>

#include <list>
#include <map>
#include <memory>

namespace kith::app {

class HttpExchange;

class HttpConnectionPool : public std::enable_shared_from_this<HttpConnectionPool> {
  public:
    HttpConnectionPool(TenantResources &resources, HttpSettings settings);

    /// The TLS context of the settings, created when first needed; null with the reason in `failure`.
    TlsContext *tls(TlsFailure &failure);

    /// Takes an idle connection; null when there is none.
    std::shared_ptr<Connection> take(const std::string &origin);
    void keep(std::shared_ptr<Connection> connection);
    /// Closes the idle connections to this origin.
    void drop(const std::string &origin);
    /// Closes everything. Outstanding operations complete with KITH_CANCELLED.
    void close();

    HttpSettings settings;
    std::map<std::uint64_t, std::shared_ptr<HttpExchange>> exchanges; ///< active exchanges, by the id of the response

  private:
    struct Kept {
        explicit Kept(boost::asio::io_context &io) : timer(io) {}
        std::shared_ptr<Connection> connection;
        boost::asio::steady_timer timer;
    };
    void forget(const Connection *connection);

    std::shared_ptr<TenantResources> resources_;
    std::unique_ptr<TlsContext> tls_;
    std::list<Kept> kept_; // most recently used first
};

/// The open clients and responses of one tenant.
class HttpResources {
  public:
    ~HttpResources() { close(); }
    void close();

    std::map<std::uint64_t, std::shared_ptr<HttpConnectionPool>> clients;
    std::map<std::uint64_t, std::shared_ptr<HttpExchange>> responses;
};

} // namespace kith::app
