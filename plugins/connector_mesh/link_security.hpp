// SPDX-License-Identifier: MIT
//
// Who the other side of a connection is: by its certificate, which must contain the cluster and its name, or by a key that the whole cluster
// has, which proves the cluster and not the name.
#pragma once

#include "settings.hpp"

#include <kith/tls.hpp>

#include <memory>

namespace kith::mesh {

class LinkSecurity {
  public:
    /// settings: outlives it. Throws kith::error where TLS is needed and the host has none.
    LinkSecurity(host h, const Settings &settings);

    /// Reads certificates and keys. Call before the other functions, and again when it has failed.
    task<result<void>> open();

    /// Secures a connection to that member. Returns the name that it has proved; empty: it has proved the cluster alone, or nothing.
    task<result<std::string>> secure_dialled(const stream &to, const std::string &name);
    /// Secures a connection from a member.
    task<result<std::string>> secure_accepted(const stream &from);

  private:
    [[nodiscard]] tls_settings credentials(const std::vector<tls_shared_key> &keys) const;
    /// The name in the certificate, which for a dialled member is the expected one.
    [[nodiscard]] result<std::string> proved_name(const tls_peer &peer, std::string_view expected) const;

    const Settings &settings_;
    std::unique_ptr<tls> tls_; // null: plain
    tls_context client_, server_;
};

} // namespace kith::mesh
