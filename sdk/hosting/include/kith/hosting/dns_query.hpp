// SPDX-License-Identifier: MIT
//
// Checks and copies the arguments of kith.dns/1. Every world uses it, so the simulated world refuses the same queries as the
// real one.
#pragma once

#include <kith/hosting/tenant_rights.hpp>
#include <kith/service/dns.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kith {

struct DnsServer {
    std::string address; ///< numeric
    std::uint16_t port = 53;

    /// "10.96.0.10:53", "[fd00::a]:53".
    std::string text() const;
    friend auto operator<=>(const DnsServer &, const DnsServer &) = default;
};

/// "10.96.0.10", "10.96.0.10:5353", "fd00::a", "[fd00::a]:5353"; nullopt for any other text.
std::optional<DnsServer> read_dns_server(std::string_view text);

struct DnsQuery {
    std::string name;      ///< without the final dot
    bool complete = false; ///< the name had a final dot
    bool search = false;
    std::uint32_t type = 0;
    std::vector<DnsServer> servers; ///< empty: the servers of the system
    std::uint64_t timeout = 0;      ///< nanoseconds, not 0

    /// A description for messages: "A of app.example.net".
    std::string what() const;
};

/// Returns KITH_OK, or the status of a refusal with its text in `why`.
std::int32_t read_query(const kith_dns_query *given, DnsQuery &out, std::string &why);

/// Why a tenant with these rights may not query the servers of the query; empty: it may. rights: null: all.
std::string why_not_query(TenantRights *rights, const DnsQuery &query);

/// Whether the name can be queried: labels of 1 to 63 bytes, at most KITH_DNS_MAX_NAME in total; without the final dot.
bool is_dns_name(std::string_view name) noexcept;

/// The lower-case form by which names are compared and reported: case is insignificant (RFC 4343), and some servers vary it.
std::string lower_dns_name(std::string_view name);

/// The names to query, in this order (resolv.conf: search, ndots). With KITH_DNS_SEARCH each is tried until one is not
/// NXDOMAIN.
std::vector<std::string> dns_candidates(const DnsQuery &query, const std::vector<std::string> &domains, unsigned ndots);

/// "A", "AAAA", "SRV", "TXT".
std::string_view dns_type_text(std::uint32_t type) noexcept;

} // namespace kith
