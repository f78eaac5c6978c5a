// SPDX-License-Identifier: MIT
#include "../tenant_resources.hpp"
#include "lookup.hpp"

#include <kith/service/dns.h>

#include <cstring>
#include <utility>
#include <vector>

namespace kith::app {

namespace {

void report(TenantResources &resources, std::uint64_t user, std::uint64_t op, const DnsLookupResult &outcome) {
    const auto *side = resources.side<kith_dns_plugin>(KITH_DNS);
    if (outcome.status != KITH_OK) {
        Entered guard(resources.tenant, "dns.answered");
        return side->answered(resources.tenant.self(), user, op, outcome.status, borrow(outcome.text), nullptr);
    }
    std::vector<kith_dns_record> records;
    records.reserve(outcome.answer.records.size());
    for (const DnsRecord &one : outcome.answer.records) {
        kith_dns_record &raw = records.emplace_back();
        raw.type = one.type;
        raw.ttl = one.ttl;
        std::memcpy(raw.address, one.address.data(), one.address.size());
        raw.priority = one.priority;
        raw.weight = one.weight;
        raw.port = one.port;
        raw.target = borrow(one.target);
        raw.text = borrow(one.text);
    }
    const kith_dns_answer answer{.struct_size = sizeof answer,
                                 .kind = outcome.answer.kind,
                                 .ttl = outcome.answer.ttl,
                                 .count = static_cast<std::uint32_t>(records.size()),
                                 .stride = sizeof(kith_dns_record),
                                 .reserved = 0,
                                 .name = borrow(outcome.name),
                                 .records = records.data()};
    Entered guard(resources.tenant, "dns.answered");
    side->answered(resources.tenant.self(), user, op, KITH_OK, {}, &answer);
}

std::int32_t query(TenantResources &resources, const kith_dns_query *given, std::uint64_t user, std::uint64_t *op) {
    const auto *side = resources.side<kith_dns_plugin>(KITH_DNS);
    if (side == nullptr || side->answered == nullptr)
        return resources.refuse(KITH_INVALID, "the plugin has no kith_dns_plugin.answered");
    DnsQuery wanted;
    std::string why;
    if (const std::int32_t status = read_query(given, wanted, why); status != KITH_OK) return resources.refuse(status, why);
    if (why = why_not_query(resources.tenant.rights(), wanted); !why.empty()) return resources.refuse(KITH_DENIED, why);
    if (resources.questions.use_count() > static_cast<long>(KITH_DNS_MAX_OPEN))
        return resources.refuse(KITH_LIMIT, "64 questions of this instance are open; wait for some of their answers");
    auto &conf = resources.parts.resolv_conf;
    if (!conf) conf = std::make_unique<ResolvConf>(resources.parts.options.resolv_conf);
    const auto question = std::make_shared<DnsLookup>(resources.io, std::move(wanted), conf->now(), conf->path());
    const auto cancelled = [](TenantResources &s, std::uint64_t u, std::uint64_t o) {
        report(s, u, o, {KITH_CANCELLED, std::string(cancelled_text()), {}, {}});
    };
    // Each open lookup holds a reference to the counter.
    const std::uint64_t id =
        resources.begin(op, {user, cancelled, [question, share = resources.questions] { question->stop(); }});
    question->start([resources = resources.shared_from_this(), id](const DnsLookupResult &outcome) {
        auto ended = resources->take(id);
        if (!ended) return;
        ended->abort = nullptr; // this also releases its reference to the counter: the completion may start another lookup
        report(*resources, ended->user, id, outcome);
    });
    return KITH_OK;
}

constexpr kith_dns_host dns_functions = {
    .query = [](const kith_host *host, const kith_dns_query *given, std::uint64_t user, std::uint64_t *op) noexcept {
        return guarded(host, [&](TenantResources &resources) { return query(resources, given, user, op); });
    }};

} // namespace

const void *dns_table() noexcept { return &dns_functions; }

} // namespace kith::app
