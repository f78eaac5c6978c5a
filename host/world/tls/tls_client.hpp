// SPDX-License-Identifier: MIT
//
// A client of kith.tls/0: its files, and the trust that was made of them.
#pragma once

#include "tls.hpp"

#include <host/world/tenant_resources.hpp>
#include <host/world/whole_file.hpp>
#include <kith/hosting/tls_client.hpp>

#include <functional>
#include <memory>

namespace kith::app {

class TlsClient : public std::enable_shared_from_this<TlsClient> {
  public:
    TlsClient(TenantResources &resources, TlsClientSettings settings);

    /// context: null unless status is KITH_OK; valid as long as the client.
    using Ready = std::function<void(std::int32_t status, const std::string &text, TlsContext *context)>;

    /// Looks at the files on a worker, reads them when one of them has changed, then calls `ready` on the loop, later, once. Throws
    /// std::system_error when no thread is to be had.
    void prepare(Ready ready);

  private:
    struct Files;
    void looked(Files files, const Ready &ready);

    std::shared_ptr<TenantResources> resources_;
    TlsClientSettings settings_;
    std::uint64_t version_ = 0; // of the files that context_ was made of
    std::unique_ptr<TlsContext> context_;
};

/// What is open of kith.tls/0 by one tenant.
struct TlsResources {
    std::map<std::uint64_t, std::shared_ptr<TlsClient>> clients;
    std::size_t opening = 0;
};

} // namespace kith::app
