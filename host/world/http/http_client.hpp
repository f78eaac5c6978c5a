// SPDX-License-Identifier: MIT
//
// A client of kith.http/1: its settings, its trust, and the connections that it keeps.
#pragma once

#include "connection.hpp"

#include <boost/asio/steady_timer.hpp>

#include <list>
#include <map>
#include <memory>

namespace kith::app {

class HttpExchange;

class HttpClient : public std::enable_shared_from_this<HttpClient> {
  public:
    HttpClient(TenantResources &resources, HttpSettings settings);

    /// The trust that was asked for, made when it is first needed; null, and why.
    TlsContext *tls(TlsFailure &failure);

    /// A connection that was kept; null when there is none.
    std::shared_ptr<Connection> take(const std::string &origin);
    void keep(std::shared_ptr<Connection> connection);
    /// Those that were kept are of no use any more.
    void drop(const std::string &origin);
    /// All of it: what is outstanding completes with KITH_CANCELLED.
    void close();

    HttpSettings settings;
    std::map<std::uint64_t, std::shared_ptr<HttpExchange>> exchanges; ///< by the id of the response; begun and not over

  private:
    struct Kept {
        explicit Kept(boost::asio::io_context &io) : timer(io) {}
        std::shared_ptr<Connection> connection;
        boost::asio::steady_timer timer;
    };
    void forget(const Connection *connection);

    std::shared_ptr<TenantResources> resources_;
    std::unique_ptr<TlsContext> tls_;
    std::list<Kept> kept_; // the one that was used last in front
};

/// What is open of kith.http/1 by one tenant.
class HttpResources {
  public:
    ~HttpResources() { close(); }
    void close();

    std::map<std::uint64_t, std::shared_ptr<HttpClient>> clients;
    std::map<std::uint64_t, std::shared_ptr<HttpExchange>> responses;
};

} // namespace kith::app
