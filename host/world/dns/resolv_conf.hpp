// SPDX-License-Identifier: MIT
//
// Reads resolv.conf(5): the DNS servers and search domains of this machine. The file is read again when it has changed.
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
    std::uint64_t wait = 5'000'000'000; ///< time to wait for one server, in nanoseconds
    std::string trouble;                ///< why the file could not be read
};

/// Skips what it does not understand, as the system's resolver does. An address may have a port: [10.0.0.1]:5353.
ResolverSettings read_resolv_conf(std::string_view text);

class ResolvConf {
  public:
    explicit ResolvConf(std::string path) : path_(std::move(path)) {}

    const std::string &path() const noexcept { return path_; }
    /// The settings of the present file; without servers when it does not exist. The file is read on the loop: every lookup of
    /// the system's resolver reads it too, so if reading it blocked, name resolution would be blocked on the whole machine.
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
