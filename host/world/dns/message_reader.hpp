// SPDX-License-Identifier: MIT
//
// Parses a DNS reply (RFC 1035). Independent of sockets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kith::app {

struct DnsRecord {
    std::uint32_t type = 0;
    std::uint32_t ttl = 0;
    std::string address; ///< 4 or 16 bytes
    std::uint16_t priority = 0, weight = 0, port = 0;
    std::string target, text;
};

/// The reply to one question.
struct DnsMessage {
    unsigned code = 0;       ///< RCODE
    std::uint32_t kind = 0;  ///< KITH_DNS_RECORDS, ...; 0: no answer
    std::uint32_t ttl = 0;   ///< or KITH_DNS_TTL_UNKNOWN
    bool edns = false;       ///< it has an OPT record
    bool cut = false;        ///< truncated (TC); kind is 0
    std::int32_t status = 0; ///< with kind 0: KITH_UNAVAILABLE, KITH_DENIED or KITH_PROTOCOL
    std::string problem;     ///< with kind 0: describes the reply, such as "answered SERVFAIL"
    std::vector<DnsRecord> records;
};

/// Names are converted to lower case: case is insignificant (RFC 4343), and some servers vary it. A reply that DNS does not
/// allow, such as two aliases of one name, is not an answer, nor is one that is malformed before its last relevant record.
DnsMessage read_dns_message(std::string_view bytes, std::string_view name, std::uint32_t type);

} // namespace kith::app
