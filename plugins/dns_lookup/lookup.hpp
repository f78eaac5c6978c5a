// SPDX-License-Identifier: MIT
//
// Queries a DNS name once: all its addresses (A, AAAA), or all its targets (SRV).
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
    std::string name;   ///< an address, or the target of an SRV record in lower case
    std::uint16_t port; ///< port of an SRV record; otherwise 0

    friend bool operator==(const Host &, const Host &) = default;
    friend bool operator<(const Host &a, const Host &b) noexcept { return std::tie(a.name, a.port) < std::tie(b.name, b.port); }
};

struct LookupResult {
    std::vector<Host> hosts;                 ///< sorted, without duplicates
    std::optional<std::chrono::seconds> ttl; ///< validity of the result, if known
    std::string empty;                       ///< why `hosts` is empty
    std::uint32_t no_service =
        0; ///< number of SRV records with the target ".", which means that there is no service (RFC 2782)
    std::optional<kith::error> stale; ///< the failure of a family that had addresses; `hosts` are those of the other one
    KnownFamilies::Which stale_family = KnownFamilies::ipv4; ///< the family that failed; set with `stale`
    std::string ignored_failure;                             ///< the failure of a family that never had addresses
};

enum class Family : std::uint8_t { both, ipv4, ipv6 };

struct LookupQuery {
    std::string name;
    Family family = Family::both;
    bool search = false;
    std::string servers = {}; ///< as in kith_dns_query
    std::chrono::nanoseconds timeout = std::chrono::seconds(10);
    std::chrono::nanoseconds unknown_family_timeout =
        std::chrono::seconds(3); ///< timeout for a family that never gave an address, if the other did
};

/// Whether the address is IPv6.
inline bool is_ipv6(const std::string &host) noexcept { return host.find(':') != std::string::npos; }

/// Queries A and AAAA. If one fails, the result contains the other's addresses and `stale` or `ignored_failure`, depending on the known
/// families. families: updated by the answers; must outlive the task.
kith::task<kith::result<LookupResult>> addresses(const kith::dns &dns, const LookupQuery &question, KnownFamilies &families);
/// Queries SRV records.
kith::task<kith::result<LookupResult>> targets(const kith::dns &dns, const LookupQuery &question);

} // namespace dns_lookup
