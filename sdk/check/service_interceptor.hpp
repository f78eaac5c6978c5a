// SPDX-License-Identifier: MIT
//
// A plugin that is listened to: whenever it asks its host for a service, somebody may hand it another table.
#pragma once

#include <kith/plugin.h>

#include <functional>
#include <string_view>

namespace kith::check {

class ServiceInterceptor {
  public:
    /// Called with what the host offers, null for nothing; returns what the plugin is given.
    using Hook = std::function<const void *(std::string_view id, const void *table)>;

    /// One at a time, on one thread. The plugin is used by entry(), and must have ended before this.
    ServiceInterceptor(const kith_entry &plugin, Hook hook);
    ~ServiceInterceptor();
    ServiceInterceptor(const ServiceInterceptor &) = delete;
    ServiceInterceptor &operator=(const ServiceInterceptor &) = delete;

    const kith_entry &entry() const noexcept { return entry_; }

  private:
    kith_entry entry_;
};

} // namespace kith::check
