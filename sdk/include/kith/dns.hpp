// SPDX-License-Identifier: MIT
//
// kith.dns/1: questions to the domain name system.
//
//     auto answer = co_await dns.query("_epmd._tcp.example.net", KITH_DNS_SRV);
//     if (!answer) co_return answer.error(); // SERVFAIL, time-out, ...: the answer is unknown
//     for (const auto &record : answer->records) dial(record.target, record.port);
#pragma once

#include "address.hpp"
#include "operation.hpp"
#include "service/dns.h"
#include "timer.hpp"

#include <cstring>
#include <optional>
#include <string>
#include <vector>

namespace kith {

/// As kith_dns_record, with strings of its own.
struct dns_record {
    std::uint32_t type = 0;
    std::chrono::seconds ttl{0};
    std::string address; // A, AAAA: numeric
    std::uint16_t priority = 0;
    std::uint16_t weight = 0;
    std::uint16_t port = 0;
    std::string target;
    std::string text;
};

/// An answer without records is a successful one: `kind` states whether the name exists.
struct dns_answer {
    std::uint32_t kind = 0;                  // KITH_DNS_RECORDS, KITH_DNS_NODATA, KITH_DNS_NXDOMAIN
    std::optional<std::chrono::seconds> ttl; // how long it is valid, if known
    std::string name;                        // queried last, after aliases and search domains
    std::vector<dns_record> records;
};

/// As kith_dns_query, where each is explained.
struct dns_options {
    bool search = false;
    std::string_view servers = {};
    std::chrono::nanoseconds timeout = {};
};

/// One kith::dns for each instance.
class dns {
  public:
    static constexpr std::string_view id = KITH_DNS;

    explicit dns(host h) : home_(&h.context()), table_(h.service<kith_dns_host>(id)) {
        static constexpr kith_dns_plugin table{.answered = answered};
        home_->provide(id, &table, this);
    }

    /// type: KITH_DNS_A and so on. The views must stay valid until this is awaited.
    [[nodiscard]] auto query(std::string_view name, std::uint32_t type, const dns_options &options = {}) const {
        return detail::operate<detail::completion<dns_answer>>(
            [h = home_, t = table_, name, type, options](std::uint64_t user, std::uint64_t *op) {
                const kith_dns_query raw{.struct_size = sizeof(kith_dns_query),
                                         .type = type,
                                         .flags = options.search ? KITH_DNS_SEARCH : 0,
                                         .reserved = 0,
                                         .name = str(name),
                                         .servers = str(options.servers),
                                         .timeout = nanos(options.timeout)};
                return t->query(h->raw, &raw, user, op);
            },
            *home_);
    }

  private:
    static void answered(void *p, std::uint64_t user, std::uint64_t, std::int32_t status, kith_str text,
                         const kith_dns_answer *answer) noexcept {
        detail::self(p).enter(
            [=] { finish(detail::completion<dns_answer>::from(user), status, text, [=] { return keep(*answer); }); });
    }

    static dns_answer keep(const kith_dns_answer &raw) {
        dns_answer out{.kind = raw.kind, .ttl = {}, .name = std::string(view(raw.name)), .records = {}};
        if (raw.ttl != KITH_DNS_TTL_UNKNOWN) out.ttl = std::chrono::seconds(raw.ttl);
        out.records.reserve(raw.count);
        const auto *at = reinterpret_cast<const char *>(raw.records);
        for (std::uint32_t i = 0; i < raw.count; ++i, at += raw.stride) {
            kith_dns_record one{};
            std::memcpy(&one, at, raw.stride < sizeof one ? raw.stride : sizeof one);
            out.records.push_back({.type = one.type,
                                   .ttl = std::chrono::seconds(one.ttl),
                                   .address = address_text(one),
                                   .priority = one.priority,
                                   .weight = one.weight,
                                   .port = one.port,
                                   .target = std::string(view(one.target)),
                                   .text = std::string(view(one.text))});
        }
        return out;
    }
    static std::string address_text(const kith_dns_record &record) {
        if (record.type != KITH_DNS_A && record.type != KITH_DNS_AAAA) return {};
        kith_address raw{};
        std::memcpy(raw.bytes, record.address, sizeof raw.bytes);
        raw.family = record.type == KITH_DNS_A ? KITH_ADDRESS_IPV4 : KITH_ADDRESS_IPV6;
        return address(raw).host();
    }

    detail::context *home_;
    const kith_dns_host *table_;
};

} // namespace kith
