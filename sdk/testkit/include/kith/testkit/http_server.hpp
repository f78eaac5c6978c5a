// SPDX-License-Identifier: MIT
//
// A scripted HTTP server on a simulated machine, for plugins that use kith.http/1. It answers each path with a given reply.
//
//     HttpServer api(machine, 80);
//     api.route("/peers", HttpReply(200, R"(["app@10.0.0.7"])"));
//     api.route("/slow", [](const HttpAsked &asked) { return HttpReply(503).field("Retry-After", "1"); });
//
// Over TLS it presents a simulated certificate: its authority, its names, and whether it has expired.
#pragma once

#include <kith/testkit/http_reply.hpp>
#include <kith/testkit/simulated_machine.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kith::testkit {

/// A simulated certificate authority, identified by its name.
class HttpAuthority {
  public:
    explicit HttpAuthority(std::string_view name) : name_(name) {}
    /// The value of `authorities` for a client that trusts it.
    std::string certificate() const { return pem("authority " + name_); }
    /// A certificate that it signed for a client; client_key() is the key.
    std::string client_certificate() const { return pem(client()); }
    static std::string client_key() { return "-----BEGIN PRIVATE KEY-----\nkey\n-----END PRIVATE KEY-----\n"; }
    std::string client() const { return "client of " + name_ + "\n"; }

  private:
    static std::string pem(const std::string &what) {
        return "-----BEGIN CERTIFICATE-----\n" + what + "\n-----END CERTIFICATE-----\n";
    }
    std::string name_;
};

struct HttpCertificate {
    const HttpAuthority *authority = nullptr; ///< null: an authority that every system trusts
    std::vector<std::string> names;
    bool expired = false;
    const HttpAuthority *clients =
        nullptr; ///< only clients with a certificate of this authority are accepted; null: all clients
};

class HttpServer {
  public:
    using Handler = std::function<HttpReply(const HttpAsked &asked)>;

    /// Plain HTTP. Listens at once. port 0: any.
    HttpServer(SimulatedMachine &machine, std::uint16_t port);
    /// Over TLS. The authorities outlive the server.
    HttpServer(SimulatedMachine &machine, std::uint16_t port, HttpCertificate certificate);
    ~HttpServer();
    HttpServer(const HttpServer &) = delete;
    HttpServer &operator=(const HttpServer &) = delete;

    std::uint16_t port() const noexcept;
    /// Sets the reply for a path, which is compared without its query. Paths without a route get 404.
    void route(std::string_view path, Handler handler);
    void route(std::string_view path, HttpReply reply);
    /// Sets another certificate for new connections.
    void certificate(HttpCertificate certificate);
    /// While on, connections get no answer, also in the TLS handshake.
    void stall(bool on) noexcept;
    void mute(bool on) noexcept { stall(on); } ///< the former name of stall
    /// Closes all connections, as servers do with idle ones.
    void hang_up();
    void stop_listening();

    /// All requests so far, in the order of their arrival.
    const std::vector<HttpAsked> &asked() const noexcept;
    std::size_t connections() const noexcept;

  private:
    class Body;
    std::unique_ptr<Body> body_;
};

} // namespace kith::testkit
