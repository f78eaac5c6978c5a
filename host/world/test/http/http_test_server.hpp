// SPDX-License-Identifier: MIT
//
// A real HTTP server on loopback that sends replies of the testkit, with or without TLS. Each connection has a thread, which ends when the
// server is destroyed, even if it waits.
#pragma once

#include "make_certificates.hpp"

#include <kith/testkit/http_reply.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace kith::test {

class HttpTestServer {
  public:
    using Reply = testkit::HttpReply;
    using Asked = testkit::HttpAsked;

    /// identity: null for http. clients: PEM of the authority whose clients are accepted; empty: all clients. address: of loopback.
    explicit HttpTestServer(const Identity *identity = nullptr, const std::string &clients = {},
                            const char *address = "127.0.0.1");
    ~HttpTestServer();

    std::uint16_t port() const noexcept { return port_; }
    void route(const std::string &target, Reply reply);
    /// Sends these bytes instead of a reply; if `end` is true, the connection is closed after them. drip: the interval between single bytes.
    void raw(const std::string &target, std::string bytes, bool end = false, std::chrono::nanoseconds drip = {});
    std::vector<Asked> asked() const;
    std::size_t connections() const noexcept { return connections_; }
    /// Closes all open connections, as a server does with idle ones.
    void hang_up();
    /// While on, requests are not read, so that a client that writes much has to wait.
    void stop_reading(bool on) noexcept { reading_stopped_ = on; }

  private:
    class Line; // one connection
    struct Raw {
        std::string bytes;
        bool end;
        std::chrono::nanoseconds drip;
    };
    void accept();

    struct Context;
    std::unique_ptr<Context> context_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> over_ = false, reading_stopped_ = false;
    std::atomic<std::size_t> connections_ = 0;
    mutable std::mutex mutex_; // guards the following members
    std::map<std::string, Reply> routes_;
    std::map<std::string, Raw> raws_;
    std::vector<Asked> asked_;
    std::list<std::unique_ptr<Line>> lines_;
    std::thread thread_;
};

} // namespace kith::test
