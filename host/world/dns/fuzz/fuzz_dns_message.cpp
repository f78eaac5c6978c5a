// SPDX-License-Identifier: MIT
//
// Any bytes as the reply to a question, whose type the first byte chooses: what is taken from it is what its kind promises.
#include "../message_reader.hpp"

#include <kith/service/dns.h>

#include <array>
#include <cstdlib>

using namespace kith::app;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    constexpr std::array types = {KITH_DNS_A, KITH_DNS_AAAA, KITH_DNS_SRV, KITH_DNS_TXT};
    if (size == 0) return 0;
    const std::uint32_t type = types[data[0] % types.size()];
    const DnsMessage reply = read_dns_message({reinterpret_cast<const char *>(data) + 1, size - 1}, "app.example", type);
    if (reply.kind > KITH_DNS_NXDOMAIN || (reply.kind == 0) == reply.problem.empty()) std::abort();
    if ((reply.kind == 0) != (reply.status < 0)) std::abort();
    if ((reply.kind == KITH_DNS_RECORDS) == reply.records.empty()) std::abort();
    for (const DnsRecord &record : reply.records) {
        if (record.type != type || record.ttl < reply.ttl) std::abort();
        const std::size_t bytes = type == KITH_DNS_A ? 4 : type == KITH_DNS_AAAA ? 16 : 0;
        if (record.address.size() != bytes) std::abort();
        for (const char c : record.target)
            if (c <= ' ' || c > '~' || (c >= 'A' && c <= 'Z')) std::abort();
    }
    return 0;
}
