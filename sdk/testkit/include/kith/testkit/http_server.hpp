// SPDX-License-Identifier: MIT
//
// A scripted HTTP server on a simulated machine, for plugins over kith.http/1. It answers each path as it was told to.
//
//     HttpServer api(machine, 80);
//     api.route("/peers", HttpReply(200, R"(["app@10.0.0.7"])"));
//     api.route("/slow", [](const HttpAsked &asked) { return HttpReply(503).field("Retry-After", "1"); });
//
// Over TLS it shows a certificate, which is words only: who signed it, for which names, whether it has expired.
#pragma once

#include <kith/testkit/http_reply.hpp>
#include <kith/testkit/simulated_machine.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kith::testkit {

/// Who signs certificates in a simulated universe: a name.
class HttpAuthority {
  public:
    explicit HttpAuthority(std::string_view name) : name_(name) {}
    /// What a client that trusts it is given as `authorities`.
    std::string certificate() const { return pem("authority " + name_); }
    /// A certificate that it signed for a client, and a key to go with it.
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
    const HttpAuthority *authority = nullptr; ///< null: one that every system trusts
    std::vector<std::string> names;
    bool expired = false;
    const HttpAuthority *clients = nullptr; ///< only clients with a certificate of this one are let in; null: all are
};

class HttpServer {
  public:
    using Handler = std::function<HttpReply(const HttpAsked &asked)>;

    /// Plain HTTP. Listens at once. port 0: any.
    HttpServer(SimulatedMachine &machine, std::uint16_t port);
    /// Over TLS. The authorities outlive it.
    HttpServer(SimulatedMachine &machine, std::uint16_t port, HttpCertificate certificate);
    ~HttpServer();
    HttpServer(const HttpServer &) = delete;
    HttpServer &operator=(const HttpServer &) = delete;

    std::uint16_t port() const noexcept;
    /// How a path, without its query, is answered from now on. Paths that nobody routed: 404.
    void route(std::string_view path, Handler handler);
    void route(std::string_view path, HttpReply reply);
    /// Another certificate, for connections from now on.
    void certificate(HttpCertificate certificate);
    /// Leave connections unanswered from now on, also in the TLS handshake.
    void mute(bool on) noexcept;
    /// End all connections that are open, as a server does with those that idle.
    void hang_up();
    void stop_listening();

    /// All requests so far, in the order they came.
    const std::vector<HttpAsked> &asked() const noexcept;
    std::size_t connections() const noexcept;

  private:
    class Body;
    std::unique_ptr<Body> body_;
};

} // namespace kith::testkit
