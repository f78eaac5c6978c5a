// SPDX-License-Identifier: MIT
//
// A context of kith.tls/1: its files and keys, and the context of TLS made from them, which its connections share.
#pragma once

#include "certificate_end_warnings.hpp"
#include "tls.hpp"

#include <host/world/read_and_replace_file.hpp>
#include <host/world/tenant_resources.hpp>
#include <host/world/worker_threads.hpp>
#include <kith/hosting/tls_context_settings.hpp>

#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>

namespace kith::app {

class TlsSharedContext : public std::enable_shared_from_this<TlsSharedContext> {
  public:
    TlsSharedContext(TenantResources &resources, TlsContextSettings settings);

    /// context: null unless status is KITH_OK; valid as long as this exists.
    using Ready = std::function<void(std::int32_t status, const std::string &text, TlsContext *context)>;

    /// Checks the files, if there are any, on a worker thread, makes a context from them when one has changed, and then calls `ready` once, later, on
    /// the loop. Throws std::system_error when no thread can be started.
    void prepare(Ready ready);

  private:
    struct Prepared;
    [[nodiscard]] bool has_files() const noexcept;
    void take(Prepared prepared, const Ready &ready);

    std::shared_ptr<TenantResources> resources_;
    TlsContextSettings settings_;
    std::uint64_t version_ = 0; // version of the files that context_ was made from
    std::unique_ptr<TlsContext> context_;
};

/// The open contexts of one tenant, and the warnings of certificates that end.
struct TlsResources {
    explicit TlsResources(boost::asio::io_context &io) : hour(io) {}
    std::map<std::uint64_t, std::shared_ptr<TlsSharedContext>> contexts;
    std::size_t opening = 0;
    CertificateEndWarnings warnings;
    boost::asio::steady_timer hour;
};

} // namespace kith::app
