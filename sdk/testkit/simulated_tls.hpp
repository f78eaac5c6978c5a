// SPDX-License-Identifier: MIT
//
// The contexts of kith.tls/1 of one simulated machine, and the handshakes in progress.
#pragma once

#include "simulated_machine_body.hpp"
#include "tls_frames.hpp"

#include <kith/hosting/tls_context_settings.hpp>

#include <map>
#include <string>
#include <vector>

namespace kith::testkit {

class SimulatedTls {
  public:
    explicit SimulatedTls(SimulatedMachine::Body &on) : on_(on) {}

    /// The present contents of the files of a context.
    struct Papers {
        std::int32_t status = KITH_OK;
        std::string text; ///< reason of a failure
        std::vector<TlsPaper> authorities;
        std::string certificate; ///< as it is sent
        std::vector<TlsPaper> own;
    };
    Papers read(const TlsContextSettings &settings) const;

    TlsContextSettings &opening(std::uint64_t op) { return opening_[op]; }
    void opened(std::uint64_t op) noexcept { opening_.erase(op); }
    bool full(const TenantResources &resources) const noexcept;
    std::uint64_t add(TenantResources &resources, TlsContextSettings settings);
    const TlsContextSettings *find(const TenantResources &resources, std::uint64_t id) const noexcept;
    void close(std::uint64_t context) noexcept { contexts_.erase(context); }
    /// Closes everything of this tenant.
    void close(const TenantResources &resources);

    /// One handshake.
    struct Shake {
        TlsContextSettings settings;
        Papers papers;
        std::string in;
        std::uint32_t version = 0;
        std::vector<TlsPaper> chain; ///< certificates of the other side
        std::uint32_t shared_key = KITH_TLS_NO_KEY;
        bool greeted = false; ///< of a server: it has answered the client's hello
    };
    void begin(Op &op, const TlsContextSettings &settings, std::string_view server_name);
    /// Handles received bytes.
    void pump(Socket &socket, Op &op);
    /// The handshake has ended.
    Shake take(std::uint64_t op);

  private:
    struct Context {
        const TenantResources *resources;
        TlsContextSettings settings;
    };
    void refuse(Op &op, std::int32_t status, std::string text);
    void reject(Socket &socket, Op &op, int alert, std::int32_t status, std::string text);
    void alerted(Op &op, const Shake &shake, int alert);
    bool accepts_chain(Socket &socket, Op &op, const Shake &shake);
    void answered(Socket &socket, Op &op, Shake &shake, const TlsRecord &record);
    void asked(Socket &socket, Op &op, Shake &shake, const TlsRecord &record);
    bool accepts_client(Socket &socket, Op &op, Shake &shake, const TlsRecord &record);

    SimulatedMachine::Body &on_;
    std::map<std::uint64_t, TlsContextSettings> opening_; // by operation
    std::map<std::uint64_t, Context> contexts_;
    std::map<std::uint64_t, Shake> shakes_; // by operation
};

} // namespace kith::testkit
