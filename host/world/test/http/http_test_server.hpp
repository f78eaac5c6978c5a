// SPDX-License-Identifier: MIT
//
// A real HTTP server on loopback that does what replies of the testkit say, with or without TLS. Each connection has a thread; whatever
// waits ends when the server does.
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

    /// identity: null for http. clients: PEM of the authority whose clients are let in; empty: all are. address: of loopback.
    explicit HttpTestServer(const Identity *identity = nullptr, const std::string &clients = {},
                            const char *address = "127.0.0.1");
    ~HttpTestServer();

    std::uint16_t port() const noexcept { return port_; }
    void route(const std::string &target, Reply reply);
    /// Bytes as they are, instead of a reply; the connection ends after them when `end` is said. drip: one at a time, so far apart.
    void raw(const std::string &target, std::string bytes, bool end = false, std::chrono::nanoseconds drip = {});
    std::vector<Asked> asked() const;
    std::size_t connections() const noexcept { return connections_; }
    /// End all that are open, as a server does with those that idle.
    void hang_up();
    /// Do not read requests: who writes much comes to a stand.
    void deaf(bool on) noexcept { deaf_ = on; }

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
    std::atomic<bool> over_ = false, deaf_ = false;
    std::atomic<std::size_t> connections_ = 0;
    mutable std::mutex mutex_; // guards what follows
    std::map<std::string, Reply> routes_;
    std::map<std::string, Raw> raws_;
    std::vector<Asked> asked_;
    std::list<std::unique_ptr<Line>> lines_;
    std::thread thread_;
};

} // namespace kith::test
