// SPDX-License-Identifier: MIT
//
// resolv.conf(5): whom this machine asks, and in which domains. Read again when it has changed.
#pragma once

#include <kith/hosting/dns_query.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kith::app {

struct ResolverSettings {
    std::vector<DnsServer> servers;
    std::vector<std::string> domains;
    unsigned ndots = 1;
    std::uint64_t wait = 5'000'000'000; ///< nanoseconds, for one server
    std::string trouble;                ///< why the file could not be read
};

/// What is not understood is skipped, as the system's resolver does. A port may be told: [10.0.0.1]:5353.
ResolverSettings read_resolv_conf(std::string_view text);

class ResolvConf {
  public:
    explicit ResolvConf(std::string path) : path_(std::move(path)) {}

    const std::string &path() const noexcept { return path_; }
    /// As the file is now; without servers when it is not there. It is read on the loop: every lookup of the system's own resolver
    /// reads that file, so one that hangs has stopped more than this.
    const ResolverSettings &now();

  private:
    struct Version {
        std::uint64_t inode = 0, size = 0;
        std::int64_t seconds = 0, nanoseconds = 0;
        friend bool operator==(const Version &, const Version &) = default;
    };

    std::string path_;
    Version version_;
    ResolverSettings settings_;
};

} // namespace kith::app
