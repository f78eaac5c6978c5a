// SPDX-License-Identifier: MIT
//
// After a reload kith is as if it had been started with the new configuration: the wanted peers, the instances with their options, the
// policies, and the links to wanted peers are the same. Links to other peers may remain.
//
// Readiness may differ: links of peers that the guard still holds count for it.
//
// 30 random pairs of configurations; KITH_RUNS=1000 runs more, KITH_SEED=<n> one of them again.
#include "random_config.hpp"
#include "scripted_plugin.hpp"

#include <core/cluster/test/for_seeds.hpp>
#include <core/engine/plugin_instance.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>

#include <map>
#include <set>
#include <utility>

using namespace kith::core;
using namespace kith::core::test;
using namespace std::chrono_literals;

namespace {

// A kith whose plugins do what their options say: strategies report the peers of their options, at once or after a while, as a set or by
// heartbeats every 5 s, or once and then changes; connectors connect every peer but p7@h. Links belong to the node, and stay when a connector is stopped.
class ConfiguredKith : public Kith {
  public:
    ConfiguredKith(const Config &first, std::uint64_t seed) : Kith(nullptr, seed) {
        config = first;
        for (const char *topology_name : RandomConfig::topology_names) {
            for (const char *source_name : RandomConfig::source_names)
                add_strategy(std::string("topologies.") + topology_name + '.' + source_name);
        }
        for (const char *name : RandomConfig::connector_names) add_connector(std::string("connectors.") + name);
        for (const char *name : RandomConfig::sink_names) scripts[std::string("sinks.") + name];
        start();
    }
    ~ConfiguredKith() { engine->kill(); }

    void pass(std::chrono::seconds span) {
        for (auto second = 0s; second < span; second += 1s) {
            run(1ms);
            finish_operations();
            if (++turn_ % 5 == 0) {
                for (const std::string &name : strategies_) {
                    if (ScriptedPlugin *plugin = scripts.at(name).now) report(*plugin);
                }
            }
            run(999ms);
        }
    }

    void reload(const Config &next) {
        std::optional<std::string> failure;
        BOOST_REQUIRE(engine->reload(std::make_shared<Config>(next), [&](const std::string &text) { failure = text; }));
        BOOST_REQUIRE(net.run_until([&] { return failure.has_value(); }, 10s));
        BOOST_REQUIRE_EQUAL(*failure, "");
    }

    void lose_link(Random &random) {
        for (auto &[node, peers] : links_) {
            if (peers.empty()) continue;
            const std::string peer = *std::next(peers.begin(), static_cast<std::ptrdiff_t>(random.below(peers.size())));
            peers.erase(peer);
            for (const auto &[name, epoch] : epochs_) {
                const ScriptedPlugin *plugin = scripts.at(name).now;
                if (plugin != nullptr && node_of(*plugin) == node)
                    plugin->connector().link_down(plugin->host, epoch, text(peer), text("closed"));
            }
        }
    }

    // One line for each fact.
    std::set<std::string> state() const {
        std::set<std::string> out;
        const EngineView view = engine->view();
        for (const InstanceView &one : view.instances) {
            const std::string name(one.name);
            const ScriptedPlugin *plugin = scripts.at(name).now;
            out.insert("instance " + name + ' ' + std::string(one.plugin) + ' ' + std::string(one.state) + ' ' +
                       (plugin == nullptr ? "" : options_text(*plugin)));
        }
        for (const TopologyView &one : view.topologies) {
            const LiveTopology &topology = *one.topology;
            const std::string name(topology.name());
            out.insert("topology " + name + " of " + std::string(one.connector->connector()) +
                       (topology.stale() ? " stale" : ""));
            topology.each_name([&](const LiveTopology::NameStatus &status) {
                if (status.peer_class != PeerClass::wanted) return;
                const auto link = one.connector->link_status(status.name, engine->now()).state;
                out.insert("wanted " + name + ' ' + std::string(status.name) +
                           (link == Reconciler::LinkStatus::State::linked ? " linked" : ""));
            });
        }
        return out;
    }

  private:
    struct Operation {
        std::string instance;
        const ScriptedPlugin *plugin;
        std::uint64_t op;
        std::string peer;
        bool connect, cancelled = false;
    };

    static std::string options_text(const ScriptedPlugin &plugin) {
        return std::string(PluginInstance::of(plugin.host).options().json());
    }
    static boost::json::object options(const ScriptedPlugin &plugin) {
        return boost::json::parse(options_text(plugin)).as_object();
    }
    static std::string node_of(const ScriptedPlugin &plugin) {
        return boost::json::value_to<std::string>(options(plugin).at("node"));
    }

    void add_strategy(const std::string &name) {
        strategies_.push_back(name);
        scripts[name].start = [this](ScriptedPlugin &plugin) {
            watching_.erase(&plugin);
            return options(plugin).at("late").as_bool() ? KITH_OK : report(plugin);
        };
    }

    std::int32_t report(ScriptedPlugin &plugin) {
        const auto given = options(plugin);
        const auto names = boost::json::value_to<std::vector<std::string>>(given.at("peers"));
        const auto &reports = given.at("reports").as_string();
        if (reports == "sets") return plugin.replace(names);
        if (reports == "changes") { // of which there are none after the first report
            if (!watching_.insert(&plugin).second) return KITH_OK;
            const auto status = plugin.replace(names);
            return status == KITH_OK ? plugin.discovery().watching(plugin.host, 1) : status;
        }
        std::vector<kith_peer> peers;
        for (const auto &name : names) peers.push_back({text(name), text(name), nullptr, 0, 0, 20'000'000'000});
        const auto count = static_cast<std::uint32_t>(peers.size());
        return plugin.discovery().update(plugin.host, peers.data(), count, sizeof(kith_peer), nullptr, 0, nullptr, 0);
    }

    void add_connector(const std::string &name) {
        Script &script = scripts[name];
        script.start = [this, name](ScriptedPlugin &plugin) {
            const std::string node = node_of(plugin);
            const std::uint64_t epoch = ++epochs_[name];
            BOOST_TEST(plugin.connector().attached(plugin.host, text(node), epoch) == KITH_OK);
            std::vector<kith_link> known;
            for (const std::string &peer : links_[node]) known.push_back({text(peer), nullptr, 0, 0});
            return plugin.connector().links(plugin.host, epoch, known.data(), static_cast<std::uint32_t>(known.size()),
                                            sizeof(kith_link));
        };
        script.connect = [this, name](ScriptedPlugin &plugin, std::uint64_t op, std::string peer) {
            operations_.push_back({name, &plugin, op, std::move(peer), true});
            return KITH_OK;
        };
        script.disconnect = [this, name](ScriptedPlugin &plugin, std::uint64_t op, std::string peer) {
            operations_.push_back({name, &plugin, op, std::move(peer), false});
            return KITH_OK;
        };
        script.cancel = [this](ScriptedPlugin &plugin, std::uint64_t op) {
            for (Operation &each : operations_) {
                if (each.plugin == &plugin && each.op == op) each.cancelled = true;
            }
        };
    }

    void finish_operations() {
        for (const Operation &each : std::exchange(operations_, {})) {
            if (scripts.at(each.instance).now != each.plugin) continue; // it has been stopped
            const kith_host *host = each.plugin->host;
            const kith_connector_host &core = each.plugin->connector();
            if (each.cancelled) {
                core.done(host, each.op, KITH_CANCELLED, {});
            } else if (each.connect && each.peer.ends_with("p7@h")) {
                core.done(host, each.op, KITH_REFUSED, text("nobody listens there"));
            } else {
                auto &peers = links_[node_of(*each.plugin)];
                const kith_link link{text(each.peer), nullptr, 0, 0};
                if (each.connect && peers.insert(each.peer).second) core.link_up(host, epochs_[each.instance], &link);
                if (!each.connect && peers.erase(each.peer) != 0)
                    core.link_down(host, epochs_[each.instance], link.name, text("disconnected"));
                core.done(host, each.op, KITH_OK, {});
            }
        }
    }

    std::vector<std::string> strategies_;
    std::set<const ScriptedPlugin *> watching_;          // they have reported their set
    std::map<std::string, std::set<std::string>> links_; // by node
    std::map<std::string, std::uint64_t> epochs_;        // by connector
    std::vector<Operation> operations_;
    std::uint64_t turn_ = 0;
};

} // namespace

BOOST_AUTO_TEST_SUITE(reload_equals_fresh_start)

BOOST_AUTO_TEST_CASE(the_state_ten_minutes_after_a_reload_equals_that_of_a_fresh_start) {
    for_seeds(30, [](std::uint64_t seed) {
        Random random{seed};
        RandomConfig configs{random};
        const Config before = configs.first();
        const Config after = configs.changed(before);
        std::string changes;
        for (const std::string &line : describe(plan_reload(before, after))) changes += "\n    " + line;
        std::set<std::string> reloaded, fresh;
        {
            ConfiguredKith kith(before, seed);
            kith.pass(std::chrono::seconds{random.below(120)});
            kith.lose_link(random);
            kith.reload(after);
            kith.pass(10min);
            reloaded = kith.state();
        }
        {
            ConfiguredKith kith(after, seed);
            kith.pass(10min);
            fresh = kith.state();
        }
        BOOST_CHECK_GT(fresh.size(), 1U);
        BOOST_TEST_CONTEXT("the reload:" << changes) {
            BOOST_CHECK_EQUAL_COLLECTIONS(reloaded.begin(), reloaded.end(), fresh.begin(), fresh.end());
        }
    });
}

BOOST_AUTO_TEST_SUITE_END()
