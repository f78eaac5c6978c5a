// SPDX-License-Identifier: MIT
//
// The service kith.dns/1 of a simulated machine, and the DNS zones that it answers from.
#include <kith/testkit/dns_zones.hpp>

#include "simulated_machine_body.hpp"

#include <kith/address.hpp>
#include <kith/hosting/status.hpp>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace kith::testkit {

// ---- zones ----

void DnsZones::address(std::string_view name, const std::vector<std::string> &addresses, Seconds ttl) {
    Records v4, v6;
    for (const auto &text : addresses) {
        const auto parsed = kith::address::parse(text, 0);
        if (!parsed) throw std::invalid_argument(text + " is no address");
        (parsed->is_ipv6() ? v6 : v4).push_back({.value = text});
    }
    rotate(
        name, KITH_DNS_A, [v4] { return v4; }, ttl);
    rotate(
        name, KITH_DNS_AAAA, [v6] { return v6; }, ttl);
}

void DnsZones::service(std::string_view name, Records targets, Seconds ttl) {
    rotate(
        name, KITH_DNS_SRV, [all = std::move(targets)] { return all; }, ttl);
}

void DnsZones::text(std::string_view name, const std::vector<std::string> &texts, Seconds ttl) {
    Records all;
    for (const auto &one : texts) all.push_back({.value = one});
    rotate(
        name, KITH_DNS_TXT, [all] { return all; }, ttl);
}

void DnsZones::rotate(std::string_view name, std::uint32_t type, std::function<Records()> records, Seconds ttl) {
    names_[lower_dns_name(name)][type] = {std::move(records), static_cast<std::uint32_t>(ttl.count())};
}

void DnsZones::remove(std::string_view name) { names_.erase(lower_dns_name(name)); }

void DnsZones::search(std::vector<std::string> domains, unsigned ndots) {
    domains_ = std::move(domains);
    ndots_ = ndots;
}

void DnsZones::fail(std::string_view name, std::uint32_t type, std::int32_t status) {
    faults_[{lower_dns_name(name), type}] = status;
}

std::int32_t DnsZones::fault_of(const std::string &name, std::uint32_t type) const {
    for (const auto &key :
         {std::pair(name, type), std::pair(name, 0U), std::pair(std::string(), type), std::pair(std::string(), 0U)}) {
        const auto found = faults_.find(key);
        if (found != faults_.end() && found->second != KITH_OK) return found->second;
    }
    return KITH_OK;
}

DnsFound DnsZones::look(const DnsQuery &query) const {
    DnsFound out;
    out.ttl = negative_ ? static_cast<std::uint32_t>(negative_->count()) : KITH_DNS_TTL_UNKNOWN;
    for (auto &name : dns_candidates(query, domains_, ndots_)) {
        out.name = std::move(name);
        const std::string known_as = lower_dns_name(out.name);
        out.status = fault_of(known_as, query.type);
        out.kind = KITH_DNS_NXDOMAIN;
        if (out.status != KITH_OK) return out;
        const auto found = names_.find(known_as);
        if (found == names_.end()) continue;
        out.kind = KITH_DNS_NODATA;
        const auto entry = found->second.find(query.type);
        if (entry == found->second.end()) return out;
        out.records = entry->second.records();
        if (out.records.empty()) return out;
        if (query.type == KITH_DNS_SRV)
            for (DnsData &one : out.records) one.value = lower_dns_name(one.value);
        out.kind = KITH_DNS_RECORDS;
        out.ttl = entry->second.ttl;
        return out;
    }
    return out;
}

// ---- the service ----

namespace {

void answered(TenantResources &resources, Op &op) {
    resources.body->trace("dns.answered", op.id, op.status);
    const auto *side = resources.side<kith_dns_plugin>(KITH_DNS);
    if (op.status != KITH_OK) {
        const std::string text = op.data + ": " + std::string(status_sentence(op.status));
        const Entered entered(*resources.tenant, "dns.answered");
        return side->answered(resources.tenant->self(), op.user, op.id, op.status, str(text), nullptr);
    }
    const DnsFound &found = *op.found;
    std::vector<kith_dns_record> records;
    records.reserve(found.records.size());
    for (const DnsData &one : found.records) {
        kith_dns_record &raw = records.emplace_back();
        raw.type = op.mode;
        raw.ttl = found.ttl;
        raw.priority = one.priority;
        raw.weight = one.weight;
        raw.port = one.port;
        if (op.mode == KITH_DNS_SRV) raw.target = str(one.value);
        if (op.mode == KITH_DNS_TXT) raw.text = str(one.value);
        if (op.mode != KITH_DNS_A && op.mode != KITH_DNS_AAAA) continue;
        if (const auto parsed = kith::address::parse(one.value, 0))
            std::memcpy(raw.address, parsed->raw().bytes, sizeof raw.address);
    }
    const kith_dns_answer answer{.struct_size = sizeof answer,
                                 .kind = found.kind,
                                 .ttl = found.ttl,
                                 .count = static_cast<std::uint32_t>(records.size()),
                                 .stride = sizeof(kith_dns_record),
                                 .reserved = 0,
                                 .name = str(found.name),
                                 .records = records.data()};
    const Entered entered(*resources.tenant, "dns.answered");
    side->answered(resources.tenant->self(), op.user, op.id, KITH_OK, {}, &answer);
}

constexpr kith_dns_host table = {.query = [](const kith_host *host, const kith_dns_query *given, std::uint64_t user,
                                             std::uint64_t *id) noexcept -> std::int32_t {
    TenantResources &resources = SimulatedMachine::Body::seat_of(host);
    SimulatedMachine::Body &on = *resources.body;
    if (const std::int32_t status = on.called(resources, "dns.query"); status != KITH_OK) return status;
    const auto *side = resources.side<kith_dns_plugin>(KITH_DNS);
    if (side == nullptr || side->answered == nullptr)
        return resources.refuse(KITH_INVALID, "the plugin has no kith_dns_plugin.answered");
    DnsQuery query;
    std::string why;
    if (const std::int32_t status = read_query(given, query, why); status != KITH_OK) return resources.refuse(status, why);
    if (why = why_not_query(resources.tenant->rights(), query); !why.empty()) return resources.refuse(KITH_DENIED, why);
    if (on.questions(resources) >= KITH_DNS_MAX_OPEN)
        return resources.refuse(KITH_LIMIT, "64 questions of this instance are open; wait for some of their answers");
    DnsZones &zones = on.net.dns();
    Op &op = on.begin(resources, "dns.query", answered, user, id);
    op.mode = query.type;
    op.data = query.what();
    zones.note({on.net.now(), on.machine.name(), query.name, query.type, query.servers});
    on.time_out(op, query.timeout);
    op.question = std::make_shared<const DnsQuery>(std::move(query));
    on.net.schedule(on.net.now_ns() + zones.delay(), on, SimulatedMachine::Body::asked, SimulatedMachine::Body::slot_of(op.id),
                    op.id);
    return KITH_OK;
}};

} // namespace

void SimulatedMachine::Body::answer(Op &op) {
    const bool reached = machine.on_line() || !op.question->servers.empty();
    auto found = std::make_shared<const DnsFound>(net.dns().look(*op.question));
    const std::int32_t status = reached ? found->status : KITH_UNREACHABLE;
    op.found = std::move(found);
    if (status != KITH_TIMED_OUT) ready(op, status);
}

std::size_t SimulatedMachine::Body::questions(const TenantResources &resources) const noexcept {
    std::size_t out = 0;
    for (std::uint32_t at = resources.first; at != none; at = ops[at].next) out += ops[at].question ? 1 : 0;
    return out;
}

const kith_dns_host *dns_service() noexcept { return &table; }

} // namespace kith::testkit
