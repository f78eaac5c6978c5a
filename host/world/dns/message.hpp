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
    unsigned code = 0;      ///< RCODE
    std::uint32_t kind = 0; ///< KITH_DNS_RECORDS, ...; 0: no answer
    std::uint32_t ttl = 0;  ///< or KITH_DNS_TTL_UNKNOWN
    std::string problem;    ///< with kind 0: what is wrong, such as "SERVFAIL" or "a referral"
    std::vector<DnsRecord> records;
};

/// Nothing when it is no reply to this question, or cut off, or broken anywhere up to the last record that matters.
std::optional<DnsMessage> read_dns_message(std::string_view bytes, std::string_view name, std::uint32_t type);

} // namespace kith::app
