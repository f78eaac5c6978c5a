// SPDX-License-Identifier: MIT
#pragma once

#include "scripted_plugin.hpp"

#include <set>
#include <utility>

namespace kith::core::test {

// A kith whose strategies report what the test says and whose connector links whom it dials.
struct ReloadingKith : Kith {
    std::set<std::string> dialled, parted_before;
    std::vector<std::uint64_t> ops;
    std::optional<std::string> verdict;
    std::string order; // of starts and stops, by instance

    ReloadingKith() {
        config.topologies.front().policy = libcluster_policy();
        for (const char *name : {"topologies.t.s", "topologies.u.s", "topologies.t.x"}) {
            Script &script = scripts[name];
            script.start = [this, name](ScriptedPlugin &p) {
                order += std::string("start ") + name + ' ';
                return p.replace({"a@x", "b@x"});
            };
            script.stop = [this, name](ScriptedPlugin &p) {
                order += std::string("stop ") + name + ' ';
                p.host->stopped(p.host);
            };
        }
        for (const char *name : {"connectors.c", "connectors.d"}) {
            Script &script = scripts[name];
            script.start = [this](ScriptedPlugin &p) {
                attach(p);
                return KITH_OK;
            };
            script.connect = [this](ScriptedPlugin &p, std::uint64_t op, const std::string &peer) -> std::int32_t {
                dialled.insert(peer);
                const kith_link link{text(peer), nullptr, 0, 0};
                p.connector().link_up(p.host, epoch, &link);
                ops.push_back(op);
                return KITH_OK;
            };
        }
    }
    // With the links that there are.
    void attach(ScriptedPlugin &p) {
        p.inside = true;
        BOOST_TEST(p.connector().attached(p.host, text("me@x"), ++epoch) == KITH_OK);
        std::vector<kith_link> links;
        for (const std::string &name : dialled) links.push_back({text(name), nullptr, 0, 0});
        BOOST_TEST(p.connector().links(p.host, epoch, links.data(), static_cast<std::uint32_t>(links.size()),
                                       sizeof(kith_link)) == KITH_OK);
        p.inside = false;
    }
    void begin() {
        start();
        go_on(std::chrono::seconds(20));
        order.clear();
        for (auto &[name, script] : scripts) script.log.clear();
    }
    void go_on(std::chrono::nanoseconds span) {
        run(std::chrono::milliseconds(1));
        ScriptedPlugin *c = connector().now;
        for (const std::uint64_t op : std::exchange(ops, {})) {
            if (c != nullptr) c->connector().done(c->host, op, KITH_OK, {});
        }
        run(span);
    }
    bool reload(const std::function<void(Config &)> &change) {
        auto next = std::make_shared<Config>(config);
        change(*next);
        verdict.reset();
        const bool begun = engine->reload(next, [this, next](const std::string &failure) {
            verdict = failure;
            if (failure.empty()) config = *next;
        });
        run(std::chrono::milliseconds(1));
        return begun;
    }
    bool was_parted() {
        return std::any_of(scripts.begin(), scripts.end(),
                           [](const auto &one) { return one.second.log.find("disconnect") != std::string::npos; });
    }
    std::size_t seq() const { return engine->bus().last_seq(); }
    static Topology topology_u() { return {"u", {{"s", "puppet", "{}", true}}, "c", libcluster_policy()}; }
    std::uint64_t epoch = 0;
};

} // namespace kith::core::test
