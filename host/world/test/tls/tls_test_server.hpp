// SPDX-License-Identifier: MIT
//
// A TLS server in each world that echoes what it receives. Some texts are commands: "!end" ends the stream, "!cut" breaks it.
#pragma once

#include <host/world/test/http/make_certificates.hpp>
#include <host/world/test/real_and_simulated_worlds.hpp>
#include <kith/testkit/scripted_server.hpp>
#include <kith/testkit/tls_identity.hpp>
#include <sdk/testkit/test/tls_test_tenant.hpp>

#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace kith::test {

/// How the server behaves.
enum class Talks : std::uint8_t {
    tls,
    tls_1_2,      ///< no other version
    tls_1_3,      ///< the same
    asks_clients, ///< for a certificate of the authority `ours`
    asks_1_2,     ///< the same with TLS 1.2, which has no alert for the want of one
    banner,       ///< no TLS: it sends "220 ready" and nothing more
    nothing,      ///< it accepts and sends nothing
    goodbye,      ///< it accepts and closes
};

/// Certificates and keys in PEM, or what stands for that in the simulated world.
struct TlsCertificates {
    Identity good, expired, stranger;       ///< of servers: CN=b, DNS:b.example
    Identity client, other, strange_client; ///< of clients: CN=kith, CN=other, CN=kith
    Identity good_again;                    ///< as `good`, with another key
    Identity member;                        ///< CN=a, URI:kith://shop/a@10.0.0.7
    std::string ours, theirs;               ///< authorities
};

class RealTlsServer {
  public:
    RealTlsServer(const Identity &identity, Talks talks, const std::string &clients);
    ~RealTlsServer();

    std::uint16_t port() const noexcept { return port_; }
    void identity(const Identity &identity);
    /// While on, nothing is read, so that a client that writes much has to wait.
    void stop_reading(bool on) noexcept { reading_stopped_ = on; }
    /// Of the last connection: the requested server name, and the subject of the client certificate.
    std::string server_name() const;
    std::string client() const;
    /// All bytes received, of all connections.
    std::string received() const;

  private:
    class Line;
    struct Context;
    void accept();

    Talks talks_;
    std::unique_ptr<Context> context_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> over_ = false, reading_stopped_ = false;
    mutable std::mutex mutex_; // guards what follows, and the context
    std::string server_name_, client_, received_;
    std::list<std::unique_ptr<Line>> lines_;
    std::thread thread_;
};

class SimulatedTlsServer {
  public:
    SimulatedTlsServer(testkit::SimulatedMachine &machine, const Identity &identity, Talks talks, const std::string &clients);

    std::uint16_t port() const noexcept { return peer_.port(); }
    void identity(const Identity &identity);
    std::string server_name() { return peer_.conversation(peer_.accepted()).server_name(); }
    std::string client();
    std::string received() const { return received_; }

  private:
    testkit::ScriptedServer peer_;
    testkit::TlsServer how_;
    Talks talks_;
    std::string received_;
};

template <class Fixture>
struct TlsSite;

template <>
struct TlsSite<RealWorld> {
    using Server = RealTlsServer;
    static const TlsCertificates &papers();
    static std::unique_ptr<Server> serve(RealWorld &, const Identity &identity, Talks talks) {
        return std::make_unique<Server>(
            identity, talks, talks == Talks::asks_clients || talks == Talks::asks_1_2 ? papers().ours : std::string());
    }
};

template <>
struct TlsSite<SimulatedWorld> {
    using Server = SimulatedTlsServer;
    static const TlsCertificates &papers();
    static std::unique_ptr<Server> serve(SimulatedWorld &fixture, const Identity &identity, Talks talks) {
        return std::make_unique<Server>(fixture.machine, identity, talks,
                                        talks == Talks::asks_clients || talks == Talks::asks_1_2 ? papers().ours
                                                                                                 : std::string());
    }
};

} // namespace kith::test
