// SPDX-License-Identifier: MIT
//
// What a server replied, read from its bytes (RFC 1035). Knows no socket.
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
    bool cut = false;        ///< it says that it is not whole (TC); kind is 0
    std::int32_t status = 0; ///< with kind 0: KITH_UNAVAILABLE, KITH_DENIED or KITH_PROTOCOL
    std::string problem;     ///< with kind 0: what the server did, such as "answered SERVFAIL"
    std::vector<DnsRecord> records;
};

/// Names in it are in lower case: they are equal regardless of it (RFC 4343), and some servers vary it. What DNS does not allow, such as
/// two aliases of one name, is no answer; nor is what is broken anywhere up to the last record that matters.
DnsMessage read_dns_message(std::string_view bytes, std::string_view name, std::uint32_t type);

} // namespace kith::app
