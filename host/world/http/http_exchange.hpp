// SPDX-License-Identifier: MIT
//
// One request and its response: takes or opens a connection, sends the request, reports the head of the response, and returns
// the body on request.
#pragma once

#include "http_connection_pool.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <optional>

namespace kith::app {

class HttpExchange : public std::enable_shared_from_this<HttpExchange> {
  public:
    HttpExchange(TenantResources &resources, std::shared_ptr<HttpConnectionPool> client, HttpRequest request);

    void start(std::uint64_t user, std::uint64_t *op);
    std::int32_t read(std::uint32_t max, std::uint64_t user, std::uint64_t *op);
    /// Outstanding operations complete with KITH_CANCELLED.
    void close();

  private:
    using Parser = boost::beast::http::response_parser<boost::beast::http::buffer_body>;
    enum class Phase : std::uint8_t { connecting, waiting, body, over };

    void connect();
    void dial();
    void send();
    void await_head();
    void parse_head();
    bool head_is_final();
    void respond();
    void produce();
    void await_body();
    void release();
    void bound(boost::asio::steady_timer &timer, std::uint64_t time, std::string text);
    void broke(std::int32_t status, const std::string &text);
    void malformed(const Error &error);
    void fail(std::int32_t status, const std::string &text);
    void forget();

    std::shared_ptr<TenantResources> resources_;
    std::shared_ptr<HttpConnectionPool> client_;
    HttpRequest request_;
    std::shared_ptr<Connection> connection_;
    std::optional<Parser> parser_;
    boost::asio::steady_timer timer_; // limit of the phase
    boost::asio::steady_timer whole_; // limit of the whole exchange
    std::uint64_t id_ = 0;            // of the response
    std::uint64_t op_ = 0;            // outstanding: the request, then a read
    std::uint64_t last_ = 0;          // the last operation
    std::uint32_t max_ = 0;           // of the read
    std::uint64_t received_ = 0;      // bytes of the body
    Phase phase_ = Phase::connecting;
    TlsFailure failure_;  // reported for every further read
    bool reused_ = false; // the connection served another request before
    bool retried_ = false;
    bool body_begun_ = false; // a part of the body was parsed
    bool heard_ = false;      // a part of the response was received
    bool awaiting_ = false;   // waiting for bytes of the body
    unsigned interim_ = 0;    // number of 1xx responses
};

/// Call the completions of the tenant.
void report_opened(TenantResources &resources, std::uint64_t user, std::uint64_t op, std::int32_t status, std::string_view text,
                   std::uint64_t id);
void report_responded(TenantResources &resources, std::uint64_t user, std::uint64_t op, std::int32_t status,
                      std::string_view text, std::uint64_t id, std::uint32_t code, const std::vector<kith_attribute> &fields);
void report_http_read(TenantResources &resources, std::uint64_t user, std::uint64_t op, std::int32_t status,
                      std::string_view text, std::string_view data);

} // namespace kith::app
