// SPDX-License-Identifier: MIT
//
// A connection to an HTTP server: connects, through a proxy if there is one, secures it by TLS, writes and reads bytes. It
// parses no messages except the proxy's. It reads only on request.
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
    /// status and text of the result. Called once, possibly at once; not after close.
    using Done = std::function<void(std::int32_t status, const std::string &text)>;

    Connection(TenantResources &resources, const Url &to);
    ~Connection();

    /// tls: for https; null for http. server_name: the name that the certificate must contain. proxy: null when there is none.
    void open(TlsContext *tls, const std::string &server_name, const Url *proxy, Done done);
    /// Writes all bytes.
    void write(std::string bytes, Done done);
    /// Reads more bytes into `in`. KITH_CLOSED at the end of the stream; KITH_RESET when it breaks, or ends without the end
    /// notification of TLS.
    void read(Done done);
    /// What arrives until the next read does not wake the process: for a reader that lets some more arrive before it reads.
    void defer();
    /// Watches the unused connection: done is called when it ends or when unexpected data arrives.
    void idle(std::function<void()> done);
    /// Ends the watch: the connection is used again.
    void wake();
    void close();

    std::string in; ///< received bytes that were not consumed
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
    void decrypt();
    void pull();
    void ended();
    void can_read();
    void await_bytes();
    void wake_at(int bytes);
    void readable();
    void got(std::int32_t status, const std::string &text);
    std::string broken_text(const Error &error) const;

    std::shared_ptr<TenantResources> resources_;
    Url to_;
    std::string origin_;
    std::shared_ptr<HappyEyeballs> connect_;
    tcp::socket socket_;
    TlsContext *tls_ = nullptr; // during opening
    std::string server_name_;
    std::unique_ptr<TlsSession> session_;
    TlsSession::Step pulled_ = TlsSession::Step::done; // ended or failed: there is no more to decrypt
    Done opened_, written_, read_;
    std::function<void()> idle_;
    std::string out_;
    std::size_t sent_ = 0;
    const char *doing_ = "connecting";
    int wake_at_ = 1;      // SO_RCVLOWAT
    bool reading_ = false; // waiting for bytes
    bool over_ = false;
};

} // namespace kith::app
