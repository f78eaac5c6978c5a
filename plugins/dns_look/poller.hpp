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
#include <kith/timer.hpp>

namespace dns_look {

class Poller : public kith::strategy {
  public:
    using Services = kith::services<kith::options, kith::timer, kith::random, kith::dns>;

    kith::task<> run() override {
        for (;;) {
            auto sight = co_await look(dns_);
            const auto pause = sight && tell(*sight) ? pace_.good(sight->ttl) : pace_.bad();
            if (!sight) discovery.failed(sight.error());
            (void)co_await wake_.wait_for(random_.around(pause));
        }
    }

    void refresh() override { wake_.notify(); }

  protected:
    /// base: what stands before the @ of each node. question: with name; option `servers` is added, which all of them have.
    Poller(kith::host h, std::string_view base, std::string_view name)
        : strategy(h), question{.name = std::string(name)}, dns_(h), random_(h), wake_(h), base_(base), pace_(interval(h)) {
        for (const auto server : kith::options(h).texts("/servers")) (question.servers += server) += ' ';
    }

    virtual kith::task<kith::result<Sight>> look(const kith::dns &dns) = 0;

    Question question;

  private:
    static std::chrono::milliseconds interval(kith::host h) {
        const kith::options options(h);
        return options.milliseconds(options.has("/poll_interval") ? "/poll_interval"
                                                                  : "/polling_interval"); // dns_poll alone has both
    }

    // False: the host does not take it.
    bool tell(const Sight &sight) {
        std::vector<kith::peer> peers;
        peers.reserve(sight.hosts.size());
        kith::host_faults unusable;
        for (const auto &[host, port] : sight.hosts) {
            // A target may be there with several ports; it is one node all the same.
            if (!peers.empty() && peers.back().key == host) continue;
            if (!unusable.admit(host)) continue;
            peers.push_back({.key = host, .name = base_ + '@' + host, .attributes = {{"host", host}}});
            if (port != 0) peers.back().attributes.push_back({"port", std::to_string(port)});
        }
        unusable.report([this](std::uint32_t items, std::string_view why) { discovery.left_out(items, why); });
        if (sight.declined != 0)
            discovery.left_out(sight.declined, "it says that the service is not there (a target of \".\")");
        if (sight.declined == 0 && !sight.empty.empty()) discovery.left_out(0, sight.empty);
        if (sight.empty != empty_) {
            empty_ = sight.empty;
            if (!empty_.empty()) log.info("the DNS knows nobody", {{"name", question.name}, {"why", empty_}});
        }
        return discovery.replace(peers) >= 0;
    }

    kith::dns dns_;
    kith::random random_;
    kith::signal wake_;
    const std::string base_;
    std::string empty_; // why, as it was told last
    Pace pace_;
};

} // namespace dns_look
