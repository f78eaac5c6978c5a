// SPDX-License-Identifier: MIT
//
// A tenant that uses kith.dns/1.
#pragma once

#include "test_tenant.hpp"

#include <kith/dns.hpp>

#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace kith::test {

class DnsTenant : public TestTenant {
  public:
    using TestTenant::TestTenant;

    struct Answer {
        std::uint32_t kind = 0, ttl = 0;
        std::string name;
        std::vector<kith_dns_record> records; // their texts are in `texts`
        std::vector<std::string> texts;       // address, target or text of each
    };

    std::uint64_t ask(std::string_view name, std::uint32_t type, std::string_view servers = {}, std::uint64_t timeout = 0,
                      std::uint32_t flags = 0) {
        const kith_dns_query raw{.struct_size = sizeof raw,
                                 .type = type,
                                 .flags = flags,
                                 .reserved = 0,
                                 .name = str(name),
                                 .servers = str(servers),
                                 .timeout = timeout};
        return begun([&](std::uint64_t *op) { return table<kith_dns_host>(KITH_DNS)->query(&host, &raw, 30, op); });
    }

    std::map<std::uint64_t, Answer> answers; // by operation

    const void *service(std::string_view id) noexcept override { return id == KITH_DNS ? &dns_side : TestTenant::service(id); }

  private:
    static void answered(void *self, std::uint64_t user, std::uint64_t op, std::int32_t status, kith_str text,
                         const kith_dns_answer *answer) noexcept {
        note(self, "dns.answered", user, op, status, text);
        BOOST_TEST((answer != nullptr) == (status == KITH_OK));
        if (answer == nullptr) return;
        Answer &kept = static_cast<DnsTenant *>(static_cast<TestTenant *>(self))->answers[op];
        kept.kind = answer->kind;
        kept.ttl = answer->ttl;
        kept.name = from(answer->name);
        BOOST_TEST((answer->count != 0) == (answer->kind == KITH_DNS_RECORDS));
        for (std::uint32_t i = 0; i < answer->count; ++i) {
            const kith_dns_record &one = answer->records[i];
            kept.records.push_back(one);
            kith_address address{};
            std::memcpy(address.bytes, one.address, sizeof address.bytes);
            address.family = one.type == KITH_DNS_A ? KITH_ADDRESS_IPV4 : KITH_ADDRESS_IPV6;
            kept.texts.push_back(one.type == KITH_DNS_SRV   ? from(one.target)
                                 : one.type == KITH_DNS_TXT ? from(one.text)
                                                            : kith::address(address).host());
        }
    }
    static constexpr kith_dns_plugin dns_side = {answered};
};

} // namespace kith::test
