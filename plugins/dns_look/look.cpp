// SPDX-License-Identifier: MIT
#include "look.hpp"

#include <algorithm>
#include <utility>

namespace dns_look {

namespace {

// What holds as long as both do.
void limit(std::optional<std::chrono::seconds> &ttl, const std::optional<std::chrono::seconds> &other) {
    if (other && (!ttl || *other < *ttl)) ttl = other;
}

void add(Sight &sight, const kith::dns_answer &answer) {
    limit(sight.ttl, answer.ttl);
    for (const auto &record : answer.records) {
        if (record.type != KITH_DNS_SRV) {
            sight.hosts.push_back({record.address, 0});
        } else if (record.target.empty()) {
            ++sight.declined;
        } else {
            sight.hosts.push_back({record.target, record.port});
        }
    }
}

void settle(Sight &sight, const kith::dns_answer &last, std::string_view what) {
    std::sort(sight.hosts.begin(), sight.hosts.end());
    sight.hosts.erase(std::unique(sight.hosts.begin(), sight.hosts.end()), sight.hosts.end());
    if (!sight.hosts.empty()) return;
    sight.empty = last.kind == KITH_DNS_NXDOMAIN ? "there is no such name (NXDOMAIN)" : "the name has no " + std::string(what);
}

kith::dns_options options_of(const Question &question) {
    return {.search = question.search, .servers = question.servers, .timeout = question.timeout};
}

} // namespace

kith::task<kith::result<Sight>> addresses(const kith::dns &dns, const Question &question) {
    Sight out;
    kith::dns_options options = options_of(question);
    kith::dns_answer first;
    std::string name = question.name;
    if (question.family != Family::ipv6) {
        auto v4 = co_await dns.query(name, KITH_DNS_A, options);
        if (!v4) co_return std::move(v4).error();
        first = std::move(*v4);
        add(out, first);
        // The second question is about the very name that the first was answered for.
        name = first.name + '.';
    }
    // A name that is not there has no records of any type (RFC 8020).
    if (question.family != Family::ipv4 && first.kind != KITH_DNS_NXDOMAIN) {
        auto v6 = co_await dns.query(name, KITH_DNS_AAAA, options);
        if (!v6) {
            kith::error why = std::move(v6).error();
            if (!out.hosts.empty()) {
                why.text += "; the " + std::to_string(out.hosts.size()) +
                            " A records alone are no answer (option family: ipv4, when there is no IPv6 here)";
            }
            co_return why;
        }
        add(out, *v6);
        if (first.kind == 0) first.kind = v6->kind;
    }
    settle(out, first, "addresses (A and AAAA)");
    co_return out;
}

kith::task<kith::result<Sight>> targets(const kith::dns &dns, const Question &question) {
    auto answer = co_await dns.query(question.name, KITH_DNS_SRV, options_of(question));
    if (!answer) co_return std::move(answer).error();
    Sight out;
    add(out, *answer);
    settle(out, *answer, "targets (SRV)");
    co_return out;
}

} // namespace dns_look
