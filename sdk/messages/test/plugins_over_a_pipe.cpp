// SPDX-License-Identifier: MIT
//
// Rule T4: what a host and a plugin say to each other goes through a pipe, and a record of it has the plugin do the same again.
#define BOOST_TEST_MODULE sdk_messages
#include "one_way_pipe.hpp"

#include <sdk/messages/endpoints.hpp>

#include <kith/testkit/dns_zones.hpp>
#include <kith/testkit/http_server.hpp>
#include <kith/testkit/plugin_harness.hpp>
#include <kith/testkit/scripted_server.hpp>

#include <boost/test/unit_test.hpp>

extern "C" {
extern const kith_entry kith_plugin_entry_strategy_ticker;
extern const kith_entry kith_plugin_entry_strategy_gossip;
extern const kith_entry kith_plugin_entry_strategy_dns_poll;
extern const kith_entry kith_plugin_entry_strategy_rancher;
extern const kith_entry kith_plugin_entry_strategy_local_epmd;
extern const kith_entry kith_plugin_entry_strategy_erlang_hosts;
extern const kith_entry kith_plugin_entry_strategy_exec;
extern const kith_entry kith_plugin_entry_connector_exec;
extern const kith_entry kith_plugin_entry_connector_echo;
extern const kith_entry kith_plugin_entry_sink_exec;
extern const kith_entry kith_plugin_entry_sink_template;
extern const kith_entry kith_plugin_entry_sink_webhook;
}

namespace {

using namespace std::chrono_literals;
using namespace kith::messages;
using namespace kith::testkit;

struct Case {
    const kith_entry &plugin;
    std::string id, options;
    /// The world around it; what it returns is kept while it runs.
    std::function<std::shared_ptr<void>(SimNet &, SimulatedMachine &here)> world = [](SimNet &, SimulatedMachine &) {
        return nullptr;
    };
    std::function<void(PluginHarness &)> ask = [](PluginHarness &harness) { harness.run_for(30s); };
};

// What it said, for comparison, and the hash of all that happened.
struct Seen {
    std::uint64_t hash = 0;
    std::size_t said = 0;
};

Seen live(const Case &of, const std::function<const kith_entry &(SimNet &)> &entry) {
    SimNet net(7);
    SimulatedMachine &here = net.machine("here", {"10.0.0.1"});
    const auto world = of.world(net, here);
    PluginHarness harness(here, entry(net), of.id, of.options);
    harness.node("app@10.0.0.1");
    BOOST_REQUIRE_MESSAGE(harness.start() == KITH_OK, harness.error());
    of.ask(harness);
    here.jump_wall(1h);
    harness.refresh();
    harness.run_for(5s);
    BOOST_TEST(harness.stop());
    harness.destroy();
    for (const auto &broken : harness.violations()) BOOST_ERROR(broken);
    return {net.trace_hash(),
            harness.observations().size() + harness.reports().size() + harness.log().size() + here.runs().size()};
}

Record recorded(const Case &of, Seen &seen) {
    Record record;
    HostEndpoint *host = nullptr;
    PluginEndpoint plugin(of.plugin, of.id, [&](std::string_view message) {
        const auto at = record.size();
        record.push_back({false, std::string(message), {}});
        return record[at].reply = host->take(message);
    });
    HostEndpoint end(of.plugin, [&](std::string_view message) {
        const auto at = record.size();
        record.push_back({true, std::string(message), {}});
        std::string reply = plugin.take(message);
        return record[at].reply = std::move(reply);
    });
    host = &end;
    seen = live(of, [&](SimNet &) -> const kith_entry & { return end.entry(); });
    return record;
}

// Over pipes that do not wait. Without delays everything happens at the same moments as in one process.
Seen one_way(const Case &of, std::uint64_t seed) {
    std::unique_ptr<OneWayPipe> pipe;
    const Seen seen = live(of, [&](SimNet &net) -> const kith_entry & {
        pipe = std::make_unique<OneWayPipe>(of.plugin, net, seed);
        return pipe->entry();
    });
    BOOST_TEST(pipe->messages > 10u);
    return seen;
}

void the_same_again(const Case &of) {
    const Seen direct = live(of, [&](SimNet &) -> const kith_entry & { return of.plugin; });
    Seen piped;
    const Record record = recorded(of, piped);
    BOOST_TEST(piped.hash == direct.hash); // the pipe changes nothing
    BOOST_TEST(piped.said == direct.said);
    BOOST_TEST(direct.said > 0u);
    BOOST_TEST(record.size() > 10u);
    BOOST_TEST(replay(of.plugin, of.id, record) == "");
    BOOST_TEST_MESSAGE(of.id << ": " << record.size() << " messages");
    const Seen isolated = one_way(of, 0);
    BOOST_TEST(isolated.hash == direct.hash);
    BOOST_TEST(isolated.said == direct.said);
    for (std::uint64_t seed = 1; seed < 6; ++seed) BOOST_TEST(one_way(of, seed).said > 0u);
}

const Case ticker{kith_plugin_entry_strategy_ticker, "ticker", "{}"};

} // namespace

BOOST_AUTO_TEST_CASE(a_plugin_with_timers_behaves_the_same_over_a_pipe) { the_same_again(ticker); }

BOOST_AUTO_TEST_CASE(a_plugin_with_datagrams_behaves_the_same_over_a_pipe) {
    the_same_again({kith_plugin_entry_strategy_gossip, "gossip", "{}", [](SimNet &net, SimulatedMachine &) {
                        auto other = std::make_shared<PluginHarness>(net.machine("other", {"10.0.0.2"}),
                                                                     kith_plugin_entry_strategy_gossip, "gossip", "{}");
                        other->node("app@10.0.0.2");
                        BOOST_TEST(other->start() == KITH_OK);
                        return other;
                    }});
}

BOOST_AUTO_TEST_CASE(a_plugin_with_dns_queries_behaves_the_same_over_a_pipe) {
    the_same_again({kith_plugin_entry_strategy_dns_poll, "dns_poll", R"({"query": "app.example", "node_basename": "app"})",
                    [](SimNet &net, SimulatedMachine &) {
                        net.dns().address("app.example", {"10.0.0.7", "10.0.0.8", "fd00::7"});
                        return nullptr;
                    }});
}

BOOST_AUTO_TEST_CASE(a_plugin_with_http_requests_behaves_the_same_over_a_pipe) {
    the_same_again(
        {kith_plugin_entry_strategy_rancher, "rancher", R"({"node_basename": "app"})", [](SimNet &net, SimulatedMachine &) {
             auto api = std::make_shared<HttpServer>(net.machine("rancher-metadata", {"10.0.0.9"}), 80);
             api->route("/latest/self/service",
                        HttpReply(200, R"({"containers": [{"ips": ["10.0.0.7"], "primary_ip": "10.0.0.7"}]})"));
             return api;
         }});
}

BOOST_AUTO_TEST_CASE(a_plugin_with_tcp_streams_behaves_the_same_over_a_pipe) {
    the_same_again({kith_plugin_entry_strategy_local_epmd, "local_epmd", "{}", [](SimNet &, SimulatedMachine &here) {
                        auto epmd = std::make_shared<ScriptedServer>(here, 4369);
                        epmd->script().expect_size(3).send(std::string_view("\0\0\x11\x11name app at port 5555\n", 26)).close();
                        return epmd;
                    }});
}

BOOST_AUTO_TEST_CASE(a_plugin_with_files_and_environment_behaves_the_same_over_a_pipe) {
    the_same_again({kith_plugin_entry_strategy_erlang_hosts, "erlang_hosts", "{}", [](SimNet &net, SimulatedMachine &here) {
                        here.env("HOME", "/home/app");
                        here.file("/home/app/.hosts.erlang", "'other'.\n");
                        net.in(10s, [&here] { here.file("/home/app/.hosts.erlang", "'other'.\n'third'.\n"); });
                        net.machine("other", {"10.0.0.2"});
                        return nullptr;
                    }});
}

BOOST_AUTO_TEST_CASE(a_plugin_with_programs_behaves_the_same_over_a_pipe) {
    the_same_again(
        {kith_plugin_entry_strategy_exec, "exec", R"({"command": ["/bin/peers", "-a"]})", [](SimNet &, SimulatedMachine &here) {
             here.program("/bin/peers", Program().wait(20ms).print("app@10.0.0.7\n").exit(0));
             return nullptr;
         }});
}

BOOST_AUTO_TEST_CASE(a_connector_behaves_the_same_over_a_pipe) {
    the_same_again({kith_plugin_entry_connector_exec, "exec",
                    R"({"node": "app@10.0.0.1", "connect": ["/bin/join", "{name}"], "disconnect": ["/bin/part"]})",
                    [](SimNet &, SimulatedMachine &here) {
                        here.program("/bin/join", Program().wait(20ms).exit(0));
                        here.program("/bin/part", Program().print_error("no such peer\n").exit(1));
                        return nullptr;
                    },
                    [](PluginHarness &harness) {
                        const RecordedPeer peer{"k", "app@10.0.0.7", {{"zone", "a"}}, {}};
                        harness.await_done(harness.connect(peer));
                        harness.cancel(harness.connect(peer));
                        harness.await_done(harness.disconnect(peer));
                        harness.run_for(5s);
                    }});
}

BOOST_AUTO_TEST_CASE(a_sink_behaves_the_same_over_a_pipe) {
    the_same_again({kith_plugin_entry_sink_exec, "exec", R"({"command": ["/bin/tell"]})",
                    [](SimNet &, SimulatedMachine &here) {
                        here.program("/bin/tell", Program().until_end_of_input());
                        return nullptr;
                    },
                    [](PluginHarness &harness) {
                        harness.run_for(1s);
                        for (int i = 0; i < 10; ++i)
                            harness.event(KITH_EVENT_LINK_UP, R"({"kind": "link.up"})", "app@10.0.0.7");
                        harness.run_for(5s);
                    }});
}

BOOST_AUTO_TEST_CASE(a_sink_that_reads_members) {
    the_same_again(
        {kith_plugin_entry_sink_template, "template",
         R"({"template": "nats", "file": "/run/routes", "port": 6222, "command": ["/bin/reload", "{file}"]})",
         [](SimNet &, SimulatedMachine &here) {
             here.directory("/run");
             here.program("/bin/reload", Program().exit(0));
             return nullptr;
         },
         [](PluginHarness &harness) {
             std::vector<RecordedPeer> peers;
             for (int i = 0; i < 1500; ++i)
                 peers.push_back({"k" + std::to_string(i), "n" + std::to_string(i) + "@10.0.0.7", {{"zone", "a"}}, {}});
             harness.members("t", peers);
             harness.event(KITH_EVENT_PEER_DISCOVERED, "{}");
             harness.run_for(2s);
             peers[0].name = "odd name";
             harness.members("t", peers);
             harness.event(KITH_EVENT_PEER_UPDATED, "{}");
             harness.run_for(2s);
         }});
}

BOOST_AUTO_TEST_CASE(a_connector_that_carries_messages) {
    the_same_again({kith_plugin_entry_connector_echo, "echo", "{}", [](SimNet &, SimulatedMachine &) { return nullptr; },
                    [](PluginHarness &harness) {
                        harness.listen({"jobs", ""});
                        for (const char *peer : {"b@h", "", "lossy@h", "slow@h", "mute@h"}) {
                            const auto op = harness.send(peer, "jobs", std::string("bytes\0 of ", 10) + peer);
                            BOOST_TEST(op != 0u);
                            harness.run_for(500ms);
                            if (std::string_view(peer) == "mute@h") harness.cancel_send(op);
                        }
                        harness.run_for(2s);
                        BOOST_TEST(harness.arrived().size() == 3u);
                        BOOST_TEST(harness.lost_messages().size() == 1u);
                        BOOST_TEST(harness.await_sent(harness.leave())->status == KITH_OK);
                        BOOST_TEST(!harness.attached());
                    }});
}

// In one process the call returns the status. Otherwise the call has returned before the connector sees it.
BOOST_AUTO_TEST_CASE(what_a_connector_refuses_is_the_end_of_the_operation) {
    const Case echo{kith_plugin_entry_connector_echo, "echo", "{}", [](SimNet &, SimulatedMachine &) { return nullptr; },
                    [](PluginHarness &harness) {
                        const auto op = harness.send("full@h", "jobs", "bytes");
                        BOOST_REQUIRE(op != 0u);
                        const RecordedSend *const end = harness.await_sent(op);
                        if (end == nullptr) throw std::runtime_error("it is never done");
                        BOOST_TEST(end->status == KITH_LIMIT);
                        BOOST_TEST(end->text == "the queue to full is full; send it again later");
                    }};
    for (std::uint64_t seed = 1; seed < 6; ++seed) one_way(echo, seed);
}

BOOST_AUTO_TEST_CASE(a_sink_with_a_spool) {
    the_same_again({kith_plugin_entry_sink_webhook, "webhook", R"({"url": "http://events.example/"})",
                    [](SimNet &net, SimulatedMachine &) {
                        auto receiver = std::make_shared<HttpServer>(net.machine("events.example", {"10.0.0.9"}), 80);
                        receiver->route("/",
                                        [count = 0](const HttpAsked &) mutable { return HttpReply(++count < 3 ? 503 : 200); });
                        return receiver;
                    },
                    [](PluginHarness &harness) {
                        for (int i = 0; i < 20; ++i) {
                            harness.event(KITH_EVENT_PEER_DISCOVERED, R"({"kind": "peer.discovered"})");
                            harness.run_for(1s);
                        }
                    }});
}

// The proof can fail.

BOOST_AUTO_TEST_CASE(a_changed_record_is_detected) {
    Seen seen;
    const Record record = recorded(ticker, seen);
    std::size_t shown = 0;
    for (std::size_t i = 0; i < record.size(); i += 7) {
        Record other = record;
        if (other[i].to_plugin) continue;
        other[i].message.back() = static_cast<char>(other[i].message.back() ^ 1);
        const auto what = replay(ticker.plugin, ticker.id, other);
        BOOST_TEST(what.find("line " + std::to_string(i) + " ") == 0u, what);
        ++shown;
    }
    BOOST_TEST(shown > 0u);
    Record shorter = record;
    for (auto i = shorter.begin(); i != shorter.end(); ++i) {
        if (i->to_plugin) continue;
        shorter.erase(i);
        break;
    }
    BOOST_TEST(replay(ticker.plugin, ticker.id, shorter) != "");
}
