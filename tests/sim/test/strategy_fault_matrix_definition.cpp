// SPDX-License-Identifier: MIT
#include "strategy_fault_matrix.hpp"

namespace kith::sim::test {

namespace {

// SECRET is the key that encrypts and decrypts, SECOND another that only decrypts.
StrategyColumn gossip(const std::string &name, const std::string &config) {
    return {name,
            "gossip",
            !config.empty(),
            R"("strategy": "gossip", "config": {)" + config + "}",
            R"("count": 6, "start": ["0s", "5s"])",
            R"("knows": "app")"};
}

} // namespace

const std::vector<StrategyColumn> &strategy_columns() {
    static const std::vector<StrategyColumn> all{
        {"epmd", "epmd", false,
         R"("strategy": "epmd", "config": {"hosts": ["app@10.0.0.1", "app@10.0.0.2", "app@10.0.0.3", "app@10.0.0.4", "app@10.0.0.5",
            "app@10.0.0.6"]})",
         R"("count": 6, "start": ["0s", "5s"])", R"("members": "app")"},
        {"local_epmd", "local_epmd", false, R"("strategy": "local_epmd", "config": {})",
         R"("count": 6, "start": ["0s", "5s"], "epmd": ["app", "b", "c"])", R"("members": {"least": 2, "most": 2})"},
        {"erlang_hosts", "erlang_hosts", false, R"("strategy": "erlang_hosts", "config": {"file": "/etc/hosts.erlang"})",
         R"("count": 6, "start": ["0s", "5s"], "epmd": true,
            "files": {"/etc/hosts.erlang": "'10.0.0.1'.\n'10.0.0.2'.\n'10.0.0.3'.\n'10.0.0.4'.\n'10.0.0.5'.\n'10.0.0.6'.\n"})",
         R"("members": "app")"},
        gossip("gossip", ""),
        gossip("gossip, secret", R"("secrets": ["${SECRET}", "${SECOND}"])"),
        gossip("gossip, authenticated", R"("secrets": ["${SECRET}", "${SECOND}"], "seal": "authenticated")"),
    };
    return all;
}

const std::vector<StrategyRow> &strategy_rows() {
    const auto hour = [](const std::string &fault) { return R"({"at": "2m", "until": "1h2m", )" + fault + "}"; };
    const auto minutes = [](const std::string &fault) { return R"({"at": "2m", "until": "12m", )" + fault + "}"; };
    const auto replay = [](const std::string &how) {
        return R"({"at": "2m", "until": "12m", "replay": {"of": "all", "count": 2000, "how": ")" + how + R"("}})";
    };
    static const std::vector<StrategyRow> all{
        {"kith restarts", R"({"at": "2m", "restart": "app1"})", ""},
        {"kith does not run on one host for 1 min", R"({"at": "2m", "until": "3m", "kill": "app1"})", "", false, true},
        {"a machine is off for 10 min", minutes(R"("power_off": "app1")"), "", false, true},
        {"network partition of two halves for 1 h", hour(R"("partition": ["app1..3", "app4..6"])"), "", false, true},
        {"an interface is down at the start", R"({"at": "0s", "until": "1m", "interface_down": "app1"})", ""},
        {"an interface is down for 10 min", minutes(R"("interface_down": "app1")"), "", false, true},
        {"an interface is removed for 10 min and returns with another address",
         minutes(R"("interface_gone": "app1", "address": "10.0.9.9")"), "gossip epmd local_epmd", false, true},
        {"no route for 10 min", minutes(R"("no_route": "app1")"), "gossip", false, true},
        // Each host receives its own datagrams, so its source is alive and the silence of the others counts; the guard holds them for 10
        // min.
        {"multicast is not forwarded for 1 h", hour(R"("multicast": false)"), "gossip", false, true},
        {"a host receives no packets for 1 h", hour(R"("deaf": "app1")"), "gossip"},
        {"a host receives only its own packets for 1 h", hour(R"("hears_itself": "app1")"), "gossip", false, true},
        {"a host receives no multicast for 1 h", hour(R"("no_groups": "app1")"), "gossip", false, true},
        {"no packet of a host arrives for 10 min", minutes(R"("mute": "app1")"), "gossip", false, true},
        {"the send buffer is full for 10 min", minutes(R"("full": "app1")"), "gossip", false, true},
        {"a firewall rejects sent packets for 10 min", minutes(R"("denied": "app1")"), "gossip", false, true},
        {"the port is in use at the start", R"({"at": "0s", "until": "1m", "occupied": 45892, "hosts": "app1"})", "gossip"},
        {"30 % packet loss for 1 h", hour(R"("loss": 0.3)"), "gossip"},
        {"half of all packets duplicated for 1 h", hour(R"("duplicate": 0.5)"), "gossip"},
        {"half of all packets reordered for 1 h", hour(R"("reorder": 0.5)"), "gossip"},
        {"a clock is one day ahead for 1 h", hour(R"("clock": "1d", "hosts": "app1")"), ""},
        {"a clock is one day behind for 1 h", hour(R"("clock": "-1d", "hosts": "app1")"), ""},
        {"2,000 packets replayed", replay("same"), "gossip"},
        {"2,000 truncated packets", replay("truncated"), "gossip"},
        {"2,000 packets with a flipped bit", replay("flipped"), "gossip"},
        {"2,000 packets that are too long", replay("longer"), "gossip"},
        {"2,000 packets of random bytes",
         R"({"at": "2m", "until": "12m", "inject": {"to": "233.252.1.32", "port": 45892, "random": 200, "count": 2000}})",
         "gossip"},
        {"100,000 spoofed names in 10 min",
         R"({"at": "2m", "until": "12m", "inject": {"to": "233.252.1.32", "port": 45892, "heartbeat": "evil{n}@10.66.0.1",
             "count": 100000}})",
         "gossip"},
        {"hosts with another key", R"({"at": "2m", "restart": "other"})", "gossip", true, false,
         R"("other": {"count": 2, "address": "10.0.1.1", "env": {"SECRET": "other", "SECOND": "another"}})"},
        {"the keys are swapped on one half, then on the other",
         R"({"at": "2m", "hosts": "app1..3", "env": {"SECRET": "new", "SECOND": "old"}}, {"at": "2m", "restart": "app1..3"},
            {"at": "1h", "hosts": "app4..6", "env": {"SECRET": "new", "SECOND": "old"}}, {"at": "1h", "restart": "app4..6"})",
         "gossip", true},
        {"an EPMD is down for 10 min", minutes(R"("epmd": "down", "hosts": "app1")"), "local_epmd erlang_hosts"},
        {"an EPMD has no registered nodes for 10 min", minutes(R"("epmd": [], "hosts": "app1")"), "local_epmd erlang_hosts",
         false, true},
        {"the hosts file is missing for 10 min",
         R"({"at": "2m", "hosts": "app1", "file": "/etc/hosts.erlang"}, {"at": "12m", "hosts": "app1", "file": "/etc/hosts.erlang",
             "text": "'10.0.0.1'.\n'10.0.0.2'.\n'10.0.0.3'.\n'10.0.0.4'.\n'10.0.0.5'.\n'10.0.0.6'.\n"})",
         "erlang_hosts"},
        {"the hosts file is invalid for 10 min",
         R"({"at": "2m", "hosts": "app1", "file": "/etc/hosts.erlang", "text": "'10.0.0.1'.\n'10.0."},
            {"at": "12m", "hosts": "app1", "file": "/etc/hosts.erlang",
             "text": "'10.0.0.1'.\n'10.0.0.2'.\n'10.0.0.3'.\n'10.0.0.4'.\n'10.0.0.5'.\n'10.0.0.6'.\n"})",
         "erlang_hosts"},
        {"the hosts file is empty for 5 min",
         R"({"at": "2m", "hosts": "app1", "file": "/etc/hosts.erlang", "text": ""},
            {"at": "7m", "hosts": "app1", "file": "/etc/hosts.erlang",
             "text": "'10.0.0.1'.\n'10.0.0.2'.\n'10.0.0.3'.\n'10.0.0.4'.\n'10.0.0.5'.\n'10.0.0.6'.\n"})",
         "erlang_hosts"},
        {"a host is missing in the hosts file for 10 min",
         R"({"at": "2m", "hosts": "app1", "file": "/etc/hosts.erlang",
             "text": "'10.0.0.1'.\n'10.0.0.2'.\n'10.0.0.3'.\n'10.0.0.4'.\n'10.0.0.5'.\n"},
            {"at": "12m", "hosts": "app1", "file": "/etc/hosts.erlang",
             "text": "'10.0.0.1'.\n'10.0.0.2'.\n'10.0.0.3'.\n'10.0.0.4'.\n'10.0.0.5'.\n'10.0.0.6'.\n"})",
         "erlang_hosts", false, true, "", R"("may_lose": "app6",)"},
    };
    return all;
}

} // namespace kith::sim::test
