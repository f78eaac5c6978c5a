// SPDX-License-Identifier: MIT
//
// Replaces the function tables of services: when the plugin requests a service from its host, a hook chooses the table that it receives.
#pragma once

#include <kith/plugin.h>

#include <functional>
#include <string_view>

namespace kith::check {

class ServiceInterceptor {
  public:
    /// Receives the id and the host's table (null: not offered); returns the table for the plugin, or null.
    using Hook = std::function<const void *(std::string_view id, const void *table)>;

    /// At most one interceptor is active at a time, on one thread. The caller creates instances through entry() and destroys them
    /// before the interceptor.
    ServiceInterceptor(const kith_entry &plugin, Hook hook);
    ~ServiceInterceptor();
    ServiceInterceptor(const ServiceInterceptor &) = delete;
    ServiceInterceptor &operator=(const ServiceInterceptor &) = delete;

    const kith_entry &entry() const noexcept { return entry_; }

  private:
    kith_entry entry_;
};

} // namespace kith::check
