// SPDX-License-Identifier: MIT
//
// One connection to an HTTP server: reached (through a proxy, if there is one), secured, written to, read from. It knows nothing of
// messages but the proxy's. Nothing is read that was not asked for.
#pragma once

#include "happy_eyeballs.hpp"

#include <host/world/tls/tls.hpp>
#include <kith/hosting/http_request.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace kith::app {

class Connection : public std::enable_shared_from_this<Connection> {
  public:
    /// KITH_OK, or a status and why. Called once, perhaps at once; not after close.
    using Done = std::function<void(std::int32_t status, const std::string &text)>;

    Connection(TenantResources &resources, const Url &to);
    ~Connection();

    /// tls: for https; null for http. server_name: as the certificate shall tell it. proxy: null when there is none.
    void open(TlsContext *tls, const std::string &server_name, const Url *proxy, Done done);
    /// All of the bytes.
    void write(std::string bytes, Done done);
    /// More bytes into `in`. At the end of the stream KITH_CLOSED, and KITH_RESET when it breaks, or ends without TLS having ended.
    void read(Done done);
    /// Watch it while nobody uses it: done is called when it ends, or when something comes that nobody asked for.
    void idle(std::function<void()> done);
    /// It is used again.
    void wake();
    void close();

    std::string in; ///< what came and was not taken
    std::string phase() const;
    const std::string &origin() const noexcept { return origin_; }

  private:
    void reached(tcp::socket socket);
    void tunnel();
    void tunnel_answer();
    void secure();
    void shake();
    void opened(std::int32_t status, const std::string &text);
    void can_write();
    void wrote(std::int32_t status, const std::string &text);
    void pull();
    void can_read();
    void await_bytes();
    void readable();
    void got(std::int32_t status, const std::string &text);
    std::string broken_text(const Error &error) const;

    std::shared_ptr<TenantResources> resources_;
    Url to_;
    std::string origin_;
    std::shared_ptr<HappyEyeballs> connect_;
    tcp::socket socket_;
    TlsContext *tls_ = nullptr; // while it is opened
    std::string server_name_;
    std::unique_ptr<TlsSession> session_;
    Done opened_, written_, read_;
    std::function<void()> idle_;
    std::string out_;
    std::size_t sent_ = 0;
    const char *doing_ = "connecting";
    bool reading_ = false; // a wait for bytes is under way
    bool over_ = false;
};

} // namespace kith::app
