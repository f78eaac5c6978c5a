// SPDX-License-Identifier: MIT
#include "dns_poll_strategy.hpp"

#include <kith/peer_host.hpp>

namespace dns_lookup {

namespace {

std::chrono::milliseconds interval(kith::host h) {
    const kith::options options(h);
    return options.milliseconds(options.has("/poll_interval") ? "/poll_interval"
                                                              : "/polling_interval"); // only dns_poll has both
}

} // namespace

DnsPollStrategy::DnsPollStrategy(kith::host h, std::string_view base, std::string_view name)
    : strategy(h), question{.name = std::string(name)}, dns_(h), random_(h), wake_(h), base_(base), pace_(interval(h)) {
    for (const auto server : kith::options(h).texts("/servers")) (question.servers += server) += ' ';
    if (h.offers(KITH_STATE)) state_.emplace(h);
}

kith::task<> DnsPollStrategy::run() {
    co_await load_families();
    for (;;) {
        auto result = co_await query(dns_);
        const auto pause = result && report(*result) ? pace_.good(result->ttl) : pace_.bad();
        if (!result) discovery.failed(result.error());
        co_await save_families();
        (void)co_await wake_.wait_for(random_.around(pause));
    }
}

void DnsPollStrategy::refresh() { wake_.notify(); }

kith::task<> DnsPollStrategy::load_families() {
    if (!state_) co_return;
    auto bytes = co_await state_->load();
    saved_ = bytes ? *std::move(bytes) : families.text(question.name);
    families.read(saved_, question.name);
}

kith::task<> DnsPollStrategy::save_families() {
    if (!state_ || families.text(question.name) == saved_) co_return;
    saved_ = families.text(question.name);
    auto saved = co_await state_->save(saved_);
    if (!saved && saved.error().status != KITH_UNSUPPORTED)
        log.warning("the known address families of the name cannot be saved", {{"why", saved.error().text}});
}

bool DnsPollStrategy::report(const LookupResult &result) {
    std::vector<kith::peer> peers;
    std::set<std::string> keys;
    peers.reserve(result.hosts.size());
    kith::host_faults unusable;
    for (const auto &[host, port] : result.hosts) {
        // A target with several ports is one node.
        if (!unusable.admit(host)) continue;
        if (!keys.insert(host).second) continue;
        peers.push_back({.key = host, .name = base_ + '@' + host, .attributes = {{"host", host}}});
        if (port != 0) peers.back().attributes.push_back({"port", std::to_string(port)});
    }
    unusable.report([this](std::uint32_t items, std::string_view why) { discovery.left_out(items, why); });
    if (result.stale) return report_one_family(peers, std::move(keys), result);
    if (result.no_service != 0)
        discovery.left_out(result.no_service, "the record states that there is no such service (target \".\")");
    if (result.no_service == 0 && !result.empty.empty()) discovery.left_out(0, result.empty);
    log_once(empty_, result.empty, "the DNS answer contains no peer");
    log_once(ignored_failure_, result.ignored_failure, "the query for one address family failed; it had no addresses so far");
    if (discovery.replace(peers) < 0) return false;
    reported_keys_ = std::move(keys);
    return true;
}

// Reports the changes of the family that answered. The peers of the other one are kept, and the source is stale. An update without
// changes is not reported, since it would mark the source as fresh.
bool DnsPollStrategy::report_one_family(const std::vector<kith::peer> &peers, std::set<std::string> keys,
                                        const LookupResult &result) {
    std::vector<std::string> missing;
    for (const auto &key : reported_keys_) {
        const bool stale = is_ipv6(key) == (result.stale_family == KnownFamilies::ipv6);
        if (stale) {
            keys.insert(key);
        } else if (!keys.contains(key)) {
            missing.push_back(key);
        }
    }
    if (keys != reported_keys_ && discovery.update(peers, missing) >= 0) reported_keys_ = std::move(keys);
    discovery.failed(*result.stale);
    return false;
}

void DnsPollStrategy::log_once(std::string &told, const std::string &now, std::string_view what) {
    if (now == told) return;
    told = now;
    if (!told.empty()) log.info(what, {{"name", question.name}, {"why", told}});
}

} // namespace dns_lookup
