// SPDX-License-Identifier: MIT
#include "lookup.hpp"

#include <algorithm>
#include <utility>

namespace dns_lookup {

namespace {

// What holds as long as both do.
void limit(std::optional<std::chrono::seconds> &ttl, const std::optional<std::chrono::seconds> &other) {
    if (other && (!ttl || *other < *ttl)) ttl = other;
}

void add(LookupResult &result, const kith::dns_answer &answer) {
    limit(result.ttl, answer.ttl);
    for (const auto &record : answer.records) {
        if (record.type != KITH_DNS_SRV) {
            result.hosts.push_back({record.address, 0});
        } else if (record.target.empty()) {
            ++result.no_service;
        } else {
            result.hosts.push_back({record.target, record.port});
        }
    }
}

void in_order(LookupResult &result) {
    std::sort(result.hosts.begin(), result.hosts.end());
    result.hosts.erase(std::unique(result.hosts.begin(), result.hosts.end()), result.hosts.end());
}

void set_hosts(LookupResult &result, const kith::dns_answer &last, std::string_view what) {
    in_order(result);
    if (!result.hosts.empty()) return;
    result.empty = last.kind == KITH_DNS_NXDOMAIN ? "there is no such name (NXDOMAIN)" : "the name has no " + std::string(what);
}

kith::dns_options options_of(const LookupQuery &question) {
    return {.search = question.search, .servers = question.servers, .timeout = question.timeout};
}

} // namespace

namespace {

constexpr const char *record_of[] = {"A", "AAAA"};
constexpr const char *name_of[] = {"IPv4", "IPv6"};

// One family has answered, the other has not.
kith::result<LookupResult> half(const kith::dns_answer &answer, KnownFamilies::Which failed, kith::error why,
                                const KnownFamilies &families) {
    const auto other = failed == KnownFamilies::ipv4 ? KnownFamilies::ipv6 : KnownFamilies::ipv4;
    const std::string remedy = std::string("option family: ") + (other == KnownFamilies::ipv4 ? "ipv4" : "ipv6") +
                               ", when there is no " + name_of[failed] + " here";
    // An empty answer alone does not tell that there is nobody: they may be of the family that could not be asked.
    if (answer.kind == KITH_DNS_NXDOMAIN || (!families.known(failed) && !families.known(other))) {
        why.text += std::string("; by ") + record_of[other] + " records there are none (" + remedy + ")";
        return why;
    }
    LookupResult out;
    add(out, answer);
    if (families.known(failed)) {
        why.text += std::string("; the peers by ") + record_of[failed] + " records stay as they were, those by " +
                    record_of[other] + " records are followed (" + remedy + ")";
        out.stale = std::move(why);
        out.stale_family = failed;
        in_order(out);
    } else {
        out.ignored_failure = std::move(why).text + " (" + remedy + ")";
        set_hosts(out, answer, "addresses (" + std::string(record_of[other]) + ")");
    }
    return out;
}

} // namespace

kith::task<kith::result<LookupResult>> addresses(const kith::dns &dns, const LookupQuery &question, KnownFamilies &families) {
    kith::dns_options options = options_of(question);
    std::string name = question.name;
    std::optional<kith::dns_answer> answers[2];
    std::optional<kith::error> why[2];
    for (const auto family : {KnownFamilies::ipv4, KnownFamilies::ipv6}) {
        const auto other = family == KnownFamilies::ipv4 ? KnownFamilies::ipv6 : KnownFamilies::ipv4;
        if (question.family == (family == KnownFamilies::ipv4 ? Family::ipv6 : Family::ipv4)) continue;
        const bool strange = !families.known(family) && families.known(other);
        options.timeout = strange ? std::min(question.unknown_family_timeout, question.timeout) : question.timeout;
        auto answer = co_await dns.query(name, family == KnownFamilies::ipv4 ? KITH_DNS_A : KITH_DNS_AAAA, options);
        if (!answer) {
            why[family] = std::move(answer).error();
            if (why[family]->status == KITH_UNREACHABLE) break; // the other question would not arrive either
            continue;
        }
        families.answered(family, !answer->records.empty());
        answers[family] = *std::move(answer);
        // The second question is about the very name that the first was answered for.
        name = answers[family]->name + '.';
        // A name that is not there has no records of any type (RFC 8020).
        if (answers[family]->kind == KITH_DNS_NXDOMAIN) break;
    }
    const auto &[v4, v6] = answers;
    if (!v4 && !v6) co_return *std::move(why[0] ? why[0] : why[1]);
    if (why[KnownFamilies::ipv4]) co_return half(*v6, KnownFamilies::ipv4, *std::move(why[KnownFamilies::ipv4]), families);
    if (why[KnownFamilies::ipv6]) co_return half(*v4, KnownFamilies::ipv6, *std::move(why[KnownFamilies::ipv6]), families);
    LookupResult out;
    if (v4) add(out, *v4);
    if (v6) add(out, *v6);
    set_hosts(out, v4 ? *v4 : *v6, "addresses (A and AAAA)");
    co_return out;
}

kith::task<kith::result<LookupResult>> targets(const kith::dns &dns, const LookupQuery &question) {
    auto answer = co_await dns.query(question.name, KITH_DNS_SRV, options_of(question));
    if (!answer) co_return std::move(answer).error();
    LookupResult out;
    add(out, *answer);
    set_hosts(out, *answer, "targets (SRV)");
    co_return out;
}

} // namespace dns_lookup
