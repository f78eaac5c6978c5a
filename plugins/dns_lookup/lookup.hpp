// SPDX-License-Identifier: MIT
//
// One look at a name: all its addresses, or all its targets.
#pragma once

#include "known_families.hpp"

#include <kith/dns.hpp>
#include <kith/task.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace dns_lookup {

struct Host {
    std::string name;   ///< an address, or the target of an SRV, in lower case
    std::uint16_t port; ///< of an SRV; otherwise 0

    friend bool operator==(const Host &, const Host &) = default;
    friend bool operator<(const Host &a, const Host &b) noexcept { return std::tie(a.name, a.port) < std::tie(b.name, b.port); }
};

struct LookupResult {
    std::vector<Host> hosts;                 ///< sorted, each once
    std::optional<std::chrono::seconds> ttl; ///< how long this holds, if that is known
    std::string empty;                       ///< why there are none
    std::uint32_t no_service = 0;            ///< SRV records that say there is no such service (RFC 2782: a target of ".")
    std::optional<kith::error> stale; ///< why one family could not be asked, which has had addresses; `hosts` are the other's
    KnownFamilies::Which stale_family = KnownFamilies::ipv4; ///< with `stale`
    std::string ignored_failure;                             ///< why one family could not be asked, which never had any
};

enum class Family : std::uint8_t { both, ipv4, ipv6 };

struct LookupQuery {
    std::string name;
    Family family = Family::both;
    bool search = false;
    std::string servers = {}; ///< as kith_dns_query has it
    std::chrono::nanoseconds timeout = std::chrono::seconds(10);
    std::chrono::nanoseconds unknown_family_timeout =
        std::chrono::seconds(3); ///< with a family that never gave an address, when the other did
};

/// An address of IPv6, not of IPv4.
inline bool is_ipv6(const std::string &host) noexcept { return host.find(':') != std::string::npos; }

/// A and AAAA. When one of them fails, the other counts, as far as it is known to be the name's: with `stale` or `aside`. families:
/// what is known of both, which this adds to; it stays where it is until this is awaited.
kith::task<kith::result<LookupResult>> addresses(const kith::dns &dns, const LookupQuery &question, KnownFamilies &families);
/// SRV.
kith::task<kith::result<LookupResult>> targets(const kith::dns &dns, const LookupQuery &question);

} // namespace dns_lookup
