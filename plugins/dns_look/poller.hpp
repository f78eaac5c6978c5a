// SPDX-License-Identifier: MIT
//
// What strategies over the DNS have in common: look, tell, wait.
#pragma once

#include "look.hpp"
#include "pace.hpp"

#include <kith/options.hpp>
#include <kith/peer_host.hpp>
#include <kith/plugin.hpp>
#include <kith/random.hpp>
#include <kith/signal.hpp>
#include <kith/state.hpp>
#include <kith/timer.hpp>

#include <set>

namespace dns_look {

class Poller : public kith::strategy {
  public:
    using Services = kith::services<kith::options, kith::timer, kith::random, kith::dns>;

    kith::task<> run() override {
        co_await recall();
        for (;;) {
            auto sight = co_await look(dns_);
            const auto pause = sight && tell(*sight) ? pace_.good(sight->ttl) : pace_.bad();
            if (!sight) discovery.failed(sight.error());
            co_await remember();
            (void)co_await wake_.wait_for(random_.around(pause));
        }
    }

    void refresh() override { wake_.notify(); }

  protected:
    /// base: what stands before the @ of each node. question: with name; option `servers` is added, which all of them have.
    Poller(kith::host h, std::string_view base, std::string_view name)
        : strategy(h), question{.name = std::string(name)}, dns_(h), random_(h), wake_(h), base_(base), pace_(interval(h)) {
        for (const auto server : kith::options(h).texts("/servers")) (question.servers += server) += ' ';
        if (h.offers(KITH_STATE)) state_.emplace(h);
    }

    virtual kith::task<kith::result<Sight>> look(const kith::dns &dns) = 0;

    Question question;
    Families families;

  private:
    // Which families the name had when kith ran last: the peers that the topology remembers are of these.
    kith::task<> recall() {
        if (!state_) co_return;
        auto bytes = co_await state_->load();
        remembered_ = bytes ? *std::move(bytes) : families.text(question.name);
        families.read(remembered_, question.name);
    }

    kith::task<> remember() {
        if (!state_ || families.text(question.name) == remembered_) co_return;
        remembered_ = families.text(question.name);
        auto saved = co_await state_->save(remembered_);
        if (!saved && saved.error().status != KITH_UNSUPPORTED)
            log.warning("cannot save which families of addresses the name has", {{"why", saved.error().text}});
    }

    static std::chrono::milliseconds interval(kith::host h) {
        const kith::options options(h);
        return options.milliseconds(options.has("/poll_interval") ? "/poll_interval"
                                                                  : "/polling_interval"); // dns_poll alone has both
    }

    // False: the host does not take it, or it is not all.
    bool tell(const Sight &sight) {
        std::vector<kith::peer> peers;
        std::set<std::string> keys;
        peers.reserve(sight.hosts.size());
        kith::host_faults unusable;
        for (const auto &[host, port] : sight.hosts) {
            // A target may be there with several ports; it is one node all the same.
            if (!unusable.admit(host)) continue;
            if (!keys.insert(host).second) continue;
            peers.push_back({.key = host, .name = base_ + '@' + host, .attributes = {{"host", host}}});
            if (port != 0) peers.back().attributes.push_back({"port", std::to_string(port)});
        }
        unusable.report([this](std::uint32_t items, std::string_view why) { discovery.left_out(items, why); });
        if (sight.stale) return tell_half(peers, std::move(keys), sight);
        if (sight.declined != 0)
            discovery.left_out(sight.declined, "it says that the service is not there (a target of \".\")");
        if (sight.declined == 0 && !sight.empty.empty()) discovery.left_out(0, sight.empty);
        inform(empty_, sight.empty, "the DNS knows nobody");
        inform(aside_, sight.aside, "one family of addresses could not be asked for, and has had none so far");
        if (discovery.replace(peers) < 0) return false;
        told_ = std::move(keys);
        return true;
    }

    // Of the family that answered what has changed; of the other one nothing, so its peers stay, and the source is stale. An update that
    // changes nothing would say each time that the source is fresh again.
    bool tell_half(const std::vector<kith::peer> &peers, std::set<std::string> keys, const Sight &sight) {
        std::vector<std::string> missing;
        for (const auto &key : told_) {
            const bool stale = is_ipv6(key) == (sight.stale_family == Families::ipv6);
            if (stale) {
                keys.insert(key);
            } else if (!keys.contains(key)) {
                missing.push_back(key);
            }
        }
        if (keys != told_ && discovery.update(peers, missing) >= 0) told_ = std::move(keys);
        discovery.failed(*sight.stale);
        return false;
    }

    void inform(std::string &told, const std::string &now, std::string_view what) {
        if (now == told) return;
        told = now;
        if (!told.empty()) log.info(what, {{"name", question.name}, {"why", told}});
    }

    kith::dns dns_;
    kith::random random_;
    kith::signal wake_;
    const std::string base_;
    std::optional<kith::state> state_;
    std::string remembered_;     // as it is saved
    std::string empty_, aside_;  // why, as it was told last
    std::set<std::string> told_; // the keys of what the host has
    Pace pace_;
};

} // namespace dns_look
