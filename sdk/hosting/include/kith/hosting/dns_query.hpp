// SPDX-License-Identifier: MIT
//
// What a plugin asks of kith.dns/1, checked and copied: the same in every world, so that what is refused in a rehearsal is refused
// in the field.
#pragma once

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

/// "10.96.0.10", "10.96.0.10:5353", "fd00::a", "[fd00::a]:5353"; nothing when it is none of these.
std::optional<DnsServer> read_dns_server(std::string_view text);

struct DnsQuery {
    std::string name;      ///< without its last dot
    bool complete = false; ///< it had one
    bool search = false;
    std::uint32_t type = 0;
    std::vector<DnsServer> servers; ///< empty: those of the system
    std::uint64_t timeout = 0;      ///< nanoseconds, never 0

    /// For texts: "A of app.example.net".
    std::string what() const;
};

/// KITH_OK, or why not, with the text in `why`.
std::int32_t read_query(const kith_dns_query *given, DnsQuery &out, std::string &why);

/// Can it be asked for? Labels of 1 to 63 bytes, together at most KITH_DNS_MAX_NAME; without its last dot.
bool is_dns_name(std::string_view name) noexcept;

/// As names are compared and reported: equal regardless of case (RFC 4343), and some servers vary it from answer to answer.
std::string lower_dns_name(std::string_view name);

/// The names to ask for, in this order (resolv.conf: search, ndots): each, with KITH_DNS_SEARCH, until one is not NXDOMAIN.
std::vector<std::string> dns_candidates(const DnsQuery &query, const std::vector<std::string> &domains, unsigned ndots);

/// "A", "AAAA", "SRV", "TXT".
std::string_view dns_type_text(std::uint32_t type) noexcept;

} // namespace kith
