// SPDX-License-Identifier: MIT
#include "lookup.hpp"

#include <algorithm>
#include <utility>

namespace dns_lookup {

namespace {

// Limits the validity to that of both answers.
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

// The result when one family has answered and the other has failed.
kith::result<LookupResult> half(const kith::dns_answer &answer, KnownFamilies::Which failed, kith::error why,
                                const KnownFamilies &families) {
    const auto other = failed == KnownFamilies::ipv4 ? KnownFamilies::ipv6 : KnownFamilies::ipv4;
    const std::string remedy = std::string("option family: ") + (other == KnownFamilies::ipv4 ? "ipv4" : "ipv6") +
                               " if there is no " + name_of[failed] + " here";
    // An empty answer of one family does not mean that there are no peers: they can be of the family that failed.
    if (answer.kind == KITH_DNS_NXDOMAIN || (!families.known(failed) && !families.known(other))) {
        why.text += std::string("; there are no ") + record_of[other] + " records (" + remedy + ")";
        return why;
    }
    LookupResult out;
    add(out, answer);
    if (families.known(failed)) {
        why.text += std::string("; the peers by ") + record_of[failed] + " records are kept, those by " + record_of[other] +
                    " records are updated (" + remedy + ")";
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
            if (why[family]->status == KITH_UNREACHABLE) break; // the other query would fail, too
            continue;
        }
        families.answered(family, !answer->records.empty());
        answers[family] = *std::move(answer);
        // The second query uses the name for which the first was answered (after the search domains).
        name = answers[family]->name + '.';
        // A name that does not exist has no records of any type (RFC 8020).
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
