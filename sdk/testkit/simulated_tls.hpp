// SPDX-License-Identifier: MIT
//
// The clients of kith.tls/0 of one simulated machine, and the handshakes in progress.
#pragma once

#include "simulated_machine_body.hpp"
#include "tls_frames.hpp"

#include <kith/hosting/tls_client_settings.hpp>

#include <map>
#include <string>
#include <vector>

namespace kith::testkit {

class SimulatedTls {
  public:
    explicit SimulatedTls(SimulatedMachine::Body &on) : on_(on) {}

    /// The present contents of the files of a client.
    struct Papers {
        std::int32_t status = KITH_OK;
        std::string text; ///< reason of a failure
        std::vector<TlsPaper> authorities;
        std::string certificate; ///< as it is sent
    };
    Papers read(const TlsClientSettings &settings) const;

    TlsClientSettings &opening(std::uint64_t op) { return opening_[op]; }
    void opened(std::uint64_t op) noexcept { opening_.erase(op); }
    bool full(const TenantResources &resources) const noexcept;
    std::uint64_t add_client(TenantResources &resources, TlsClientSettings settings);
    const TlsClientSettings *client(const TenantResources &resources, std::uint64_t id) const noexcept;
    void close(std::uint64_t client) noexcept { clients_.erase(client); }
    /// Closes everything of this tenant.
    void close(const TenantResources &resources);

    /// One handshake.
    struct Shake {
        TlsClientSettings settings;
        Papers papers;
        std::string in;
        std::uint32_t version = 0;
        std::vector<TlsPaper> chain; ///< certificates of the other side
    };
    void begin(Op &op, const TlsClientSettings &settings, std::string_view server_name);
    /// Handles received bytes.
    void pump(Socket &socket, Op &op);
    /// The handshake has ended.
    Shake take(std::uint64_t op);

  private:
    struct Client {
        const TenantResources *resources;
        TlsClientSettings settings;
    };
    void refuse(Op &op, std::int32_t status, std::string text);
    void answered(Socket &socket, Op &op, Shake &shake, const TlsRecord &record);

    SimulatedMachine::Body &on_;
    std::map<std::uint64_t, TlsClientSettings> opening_; // by operation
    std::map<std::uint64_t, Client> clients_;
    std::map<std::uint64_t, Shake> shakes_; // by operation
};

} // namespace kith::testkit
