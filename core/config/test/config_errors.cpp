// SPDX-License-Identifier: MIT
//
// Configurations that are not good: each with every word it is answered with.
#include "config_fixture.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>

using namespace kith::core;
using namespace kith::core::test;

namespace {

struct Bad {
    std::string text;
    std::string answer; // without "kith.json:" and ": error"
    friend std::ostream &operator<<(std::ostream &out, const Bad &bad) { return out << bad.text.substr(0, 200); }
};

std::string answer(const Diagnostics &diagnostics) {
    std::string out;
    for (const auto &e : diagnostics.errors) {
        if (!out.empty()) out += '\n';
        out += std::to_string(e.line) + ':' + std::to_string(e.column) + " [" + e.key + "] " + e.message;
    }
    return out;
}

std::string with_policy(const std::string &policy) {
    return R"({"topologies": {"t": {"strategy": "k8s_dns", "connector": "log", "policy": )" + policy + "}}}";
}

std::string with_gossip(const std::string &config) {
    return R"({"topologies": {"t": {"strategy": "gossip", "connector": "log", "config": )" + config + "}}}";
}

const std::vector<Bad> syntax = {
    {"", "1:1 [] the file is empty: expected a configuration, { ... }"},
    {" // only this", "1:14 [] the file is empty: expected a configuration, { ... }"},
    {"[]", "1:1 [] expected an object { ... } with the configuration"},
    {"{", "1:1 [] the `{` here has no closing `}`"},
    {"{\"a\": [1, 2", "1:7 [a] the `[` here has no closing `]`"},
    {"{}}", "1:3 [] expected the end of the file after the configuration, got `}`"},
    {"{\n  \"a\" 1}", "2:7 [a] expected `:` after the key \"a\", got `1`"},
    {"{\n  \"a\": 1\n  \"b\": 2}", "3:3 [a] expected `,` or `}` after the value of \"a\", got a string"},
    {"{\"a\": [1 2]}", "1:10 [a[0]] expected `,` or `]` after this element of the list, got `2`"},
    {"{a: 1}", "1:2 [] expected a key in double quotes or `}`, got `a`"},
    {"{\"a\": }", "1:7 [a] expected a value, got `}`"},
    {"{\"a\": 'x'}", "1:7 [a] expected a value, got `'`; strings stand in double quotes"},
    {"{\"a\": True}",
     "1:7 [a] expected a value, got `True`; true, false and null are written so, and strings stand in double quotes"},
    {"{\"a\": nullx}",
     "1:7 [a] expected a value, got `nullx`; true, false and null are written so, and strings stand in double quotes"},
    {"{\"a\": 10.0.0.1}", "1:7 [a] expected a number, got `10.0.0.1`; strings stand in double quotes"},
    {"{\"a\": 007}", "1:7 [a] expected a number, got `007`; a number has no leading zero"},
    {"{\"a\": 10s}", "1:7 [a] expected a number, got `10s`; strings stand in double quotes"},
    {"{\"a\": \"x}\n", "1:7 [a] the string that begins here has no closing quote"},
    {"{\"a\": \"\\x\"}", "1:8 [a] expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX; a lone backslash is written \\\\"},
    {"{\"a\": \"\\u12g4\"}", "1:8 [a] expected four hexadecimal digits after \\u"},
    {"{\"a\": \"x\ty\"}", "1:9 [a] a string contains a control character; write it as \\t or \\u00XX"},
    {"{ /* open", "1:3 [] the comment that begins here has no closing */"},
    {"{\n# yaml\n}", "2:1 [] expected a key in double quotes or `}`, got `#`; comments are // or /* */"},
    {"{\"topologies\": {\"t\": {\"strategy\": \"k8s_dns\", \"connector\": \"log\"}, \"t\": {\"strategy\": \"k8s_dns\", "
     "\"connector\": "
     "\"log\"}}}",
     "1:67 [topologies.t] the key \"t\" is here a second time; only one of them can hold"},
    {"{\"\xc3\xa4\xc3\xb6\": x}", "1:8 [\"\xc3\xa4\xc3\xb6\"] expected a value, got `x`; true, false and null are written so, "
                                  "and strings stand in double quotes"},
    {"{\"a\": \"\xff\"}", "1:7 [a] the string that begins here is not UTF-8"},
    {"{\"a.b\": [{\"\": x}]}", "1:15 [\"a.b\"[0].\"\"] expected a value, got `x`; true, false and null are written so, and "
                               "strings stand in double quotes"},
    {"{\"a\":" + std::string(40, '[') + std::string(40, ']') + "}",
     "1:37 [a[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]] nested too deep: "
     "the limit "
     "is 32 levels"},
};

const std::vector<Bad> top_level = {
    {"{}", "1:1 [topologies] `topologies` is required: at least one topology"},
    {R"({"topologies": {}})", "1:16 [topologies] expected at least one topology, got an empty object"},
    {R"({"topologie": {"t": {"strategy": "k8s_dns", "connector": "log"}}})",
     "1:1 [topologies] `topologies` is required: at least one topology\n"
     "1:2 [topologie] there is no option \"topologie\" here; did you mean `topologies`?"},
    {R"({"topologies": {"a b": {"strategy": "k8s_dns", "connector": "log"}}})",
     "1:17 [topologies.\"a b\"] expected a name of 1 to 64 letters, digits, `_`, `-` and `.`, got the string \"a b\""},
    {R"({"topologies": {"t": {"strategy": "k8s_dns"}}})",
     "1:17 [topologies.t.connector] `connector` is required: a name in `connectors` or a connector plugin's id"},
    {R"({"topologies": {"t": {"connector": "log"}}})",
     "1:17 [topologies.t.strategy] `strategy` is required: a plugin's id, or `strategies` for several"},
    {R"({"topologies": {"t": {"strategy": "k8s_dns", "strategies": [{"strategy": "gossip"}], "connector": "log"}}})",
     "1:46 [topologies.t.strategies] `strategies` replaces `strategy` and `config`; only one of the two forms is allowed"},
    {R"({"topologies": {"t": {"strategies": [{"strategy": "gossip"}, {"strategy": "gossip"}], "connector": "log"}}})",
     "1:75 [topologies.t.strategies[1].strategy] two strategies of this topology are named \"gossip\"; give each a `name` of "
     "its own"},
    {R"({"topologies": {"t": {"strategies": [], "connector": "log"}}})",
     "1:37 [topologies.t.strategies] expected a list of at least 1 (objects), got an empty list"},
    {R"({"log": {"level": "inof", "format": "xml"}, "topologies": {"t": {"strategy": "k8s_dns", "connector": "log"}}})",
     "1:19 [log.level] expected one of \"trace\", \"debug\", \"info\", \"warning\" or \"error\", got the string \"inof\"; did "
     "you mean "
     "`info`?\n"
     "1:37 [log.format] expected one of \"text\" or \"json\", got the string \"xml\""},
    {R"({"plugins": {"dir": 5, "allow": ["abc"]}, "topologies": {"t": {"strategy": "k8s_dns", "connector": "log"}}})",
     "1:21 [plugins.dir] expected a non-empty string or a list of at least 1 (non-empty strings), got the "
     "number 5\n"
     "1:34 [plugins.allow[0]] expected \"sha256:\", 64 hexadecimal digits and, after a space, the name of the file, got the "
     "string "
     "\"abc\""},
    {R"({"events": {"ring": 99999999999999999999}, "topologies": {"t": {"strategy": "k8s_dns", "connector": "log"}}})",
     "1:21 [events.ring] expected an integer from 0 to 1000000, got the number 1e+20"},
    {R"({"api": true, "topologies": {"t": {"strategy": "k8s_dns", "connector": "log"}}})",
     "1:9 [api] expected false or an object { ... }, got true"},
    {R"({"api": {"socket": "kith.sock"}, "topologies": {"t": {"strategy": "k8s_dns", "connector": "log"}}})",
     "1:20 [api.socket] expected an absolute path of at most 107 bytes, got the string \"kith.sock\""},
    {R"({"api": {"listen": [{"address": "localhost:9464", "serve": ["health"]}], "tokens": {"read": "my secret"}}, "topologies": {"t": {"strategy": "k8s_dns", "connector": "log"}}})",
     "1:33 [api.listen[0].address] expected an IP address and a port, such as 127.0.0.1:9464 or [::1]:9464, got the string "
     "\"localhost:9464\"\n"
     "1:93 [api.tokens.read] expected 16 to 256 letters, digits, `.`, `_`, `~`, `+`, `/`, `-` and, at the end, `=`, got a "
     "string"},
    {R"({"api": {"listen": [{"address": "10.0.0.300:1", "serve": ["health"]}, {"address": "127.0.0.1:65536", "serve": ["health"]},
{"address": "[::1]:1", "serve": ["health"]}, {"address": "[0::1]:1", "serve": ["metrics"]}]}, "topologies": {"t": {"strategy": "k8s_dns", "connector": "log"}}})",
     "1:33 [api.listen[0].address] expected an IP address and a port from 1 to 65535, such as 127.0.0.1:9464 or [::1]:9464, "
     "got "
     "the string \"10.0.0.300:1\"\n"
     "1:83 [api.listen[1].address] expected an IP address and a port from 1 to 65535, such as 127.0.0.1:9464 or [::1]:9464, "
     "got "
     "the string \"127.0.0.1:65536\"\n"
     "2:58 [api.listen[3].address] this address is in api.listen twice; list all that it serves in one entry"},
    {R"({"api": {"listen": [{"address": "127.0.0.1:1", "serve": ["read"]}, {"address": "127.0.0.1:2", "serve": ["control"]}]}, "topologies": {"t": {"strategy": "k8s_dns", "connector": "log"}}})",
     "1:57 [api.listen[0].serve] \"read\" needs a token: set api.tokens.read, such as to \"${KITH_READ_TOKEN}\"\n"
     "1:104 [api.listen[1].serve] \"control\" needs a token: set api.tokens.control, such as to \"${KITH_CONTROL_TOKEN}\""},
    {R"({"api": {"listen": [{"address": "10.0.0.1:9464", "serve": ["health", "read"]}], "tokens": {"read": "0123456789abcdef", "control": "0123456789abcdef"}}, "topologies": {"t": {"strategy": "k8s_dns", "connector": "log"}}})",
     "1:59 [api.listen[0].serve] \"read\", \"control\" and \"messages\" at 10.0.0.1:9464, which is no loopback address, would "
     "send the token "
     "and "
     "the answers unencrypted over the network; set \"tls\" here to a certificate and its key, or listen on 127.0.0.1 or [::1] "
     "with a reverse proxy in front that does TLS, or accept it by \"insecure\": true here\n"
     "1:100 [api.tokens.read] is equal to api.tokens.control, so those who may read could change everything; use two tokens, "
     "or "
     "only api.tokens.control, which may read too"},
    {R"({"api": {"listen": [{"address": "127.0.0.1:1", "serve": ["messages"]}]}, "topologies": {"t": {"strategy": "k8s_dns", "connector": "log"}}})",
     "1:57 [api.listen[0].serve] \"messages\" needs a token: set api.tokens.messages, such as to \"${KITH_MESSAGES_TOKEN}\""},
    {R"({"api": {"listen": [{"address": "127.0.0.1:1", "serve": ["messages"]}], "tokens": {"control": "0123456789abcdef", "messages": "0123456789abcdef"}}, "topologies": {"t": {"strategy": "k8s_dns", "connector": "log"}}})",
     "1:127 [api.tokens.messages] is equal to another token of api.tokens, so applications could do more than send messages; "
     "use a token of its own"},
    {R"({"api": {"listen": [{"address": "127.0.0.1:1", "serve": ["health"], "tls": {"certificate": "c.pem"}}]}, "topologies": {"t": {"strategy": "k8s_dns", "connector": "log"}}})",
     "1:69 [api.listen[0].tls.key] `key` is required: an absolute path\n"
     "1:92 [api.listen[0].tls.certificate] expected an absolute path, got the string \"c.pem\""},
    {R"({"api": {"sokcet": "/s"}, "name": "a b", "topologies": {"t": {"strategy": "k8s_dns", "connector": "log"}}})",
     "1:10 [api.sokcet] there is no option \"sokcet\" here; did you mean `socket`?\n"
     "1:35 [name] expected a name of 1 to 64 letters, digits, `_`, `-` and `.`, got the string \"a b\""},
    {R"({"sinks": {"s": {"plugin": "file", "config": {"path": "x"}, "filter": ["peer.*", "per.lost", "zzz*"]}},
"topologies": {"t": {"strategy": "k8s_dns", "connector": "log"}}})",
     "1:82 [sinks.s.filter[1]] there is no kind of event \"per.lost\"; did you mean `peer.lost`?\n"
     "1:94 [sinks.s.filter[2]] there is no kind of event \"zzz*\"; known are `topology.started`, `topology.stopped`, "
     "`topology.stale`, `topology.fresh`, `topology.ready`, `observation.ok`, `observation.failed`, `peer.discovered`, "
     "`peer.updated`, `peer.collision`, `peer.missing`, `peer.held`, `peer.lost`, `connector.attached`, `connector.detached`, "
     "`connect.started`, `connect.succeeded`, `connect.failed`, `disconnect.succeeded`, `disconnect.failed`, `link.up`, "
     "`link.down`, `plugin.loaded`, `plugin.refused`, `plugin.stalled`, `plugin.failed`, `events.lost`, `config.reloaded`, "
     "`config.refused`, `security.warning`, `plugin.changed`, `topology.paused`, `topology.resumed`, "
     "`removal.confirmed`, `message.lost`, `plugin.crashed`, `plugin.quarantined`, `plugin.replaced`"},
    {R"({"sinks": {"s": {"plugin": "page", "config": {"of": "bleu"}}, "u": {"plugin": "page"}, "v": {"plugin": "page", "config": {"of": "red"}}},
"topologies": {"blue": {"strategy": "k8s_dns", "connector": "log"}, "red": {"strategy": "k8s_dns", "connector": "log"}}})",
     "1:53 [sinks.s.config.of] there is no topology \"bleu\"; did you mean `blue`?\n"
     "1:68 [sinks.u.config.of] expected the name of a topology, since there is more than one: `blue`, `red`"},
    {R"({"sinks": {"s": {"plugin": "page"}, "t": {"plugin": "page", "config": {"of": "zzz"}}}, "topologies": {"blue": {"strategy": "k8s_dns", "connector": "log"}}})",
     "1:78 [sinks.t.config.of] there is no topology \"zzz\"; known are `blue`"},
};

const std::vector<Bad> policies = {
    {with_policy(R"({"grace": "1m"})"), "1:86 [topologies.t.policy.grace] expected an integer from 0 to 604800000 in "
                                        "milliseconds, got the string \"1m\"; write 60000"},
    {with_policy(R"({"grace": -1})"),
     "1:86 [topologies.t.policy.grace] expected an integer from 0 to 604800000 in milliseconds, got the number -1"},
    {with_policy(R"({"grace": 1.5})"),
     "1:86 [topologies.t.policy.grace] expected an integer from 0 to 604800000 in milliseconds, got the number 1.5"},
    {with_policy(R"({"confirm": true})"), "1:88 [topologies.t.policy.confirm] expected an integer from 1 to 1000000, got true"},
    {with_policy(R"({"min_pers": 1})"),
     "1:77 [topologies.t.policy.min_pers] there is no option \"min_pers\" here; did you mean `min_peers`?"},
    {with_policy(R"({"minPeers": 1})"),
     "1:77 [topologies.t.policy.minPeers] there is no option \"minPeers\" here; did you mean `min_peers`?"},
    {with_policy(R"({"max_removal": 50})"),
     "1:92 [topologies.t.policy.max_removal] expected a number from 0 to 1, got the number 50"},
    {with_policy(R"("libclustr")"),
     "1:76 [topologies.t.policy] expected \"libcluster\" or an object { ... }, got the string \"libclustr\""},
    {with_policy("[]"), "1:76 [topologies.t.policy] expected \"libcluster\" or an object { ... }, got an empty list"},
    {with_policy(R"({"exclude": "a@*"})"), "1:88 [topologies.t.policy.exclude] expected a list of non-empty strings, "
                                           "got the string \"a@*\"; write [\"a@*\"]"},
    {with_policy(R"({"prune": "kep"})"), "1:86 [topologies.t.policy.prune] expected one of \"disconnect\", \"keep\" or "
                                         "\"report\", got the string \"kep\"; did you mean "
                                         "`keep`?"},
    {with_policy(R"({"backoff_initial": 2000, "backoff_max": 1000})"),
     "1:96 [topologies.t.policy.backoff_initial] expected at most backoff_max (1000), got 2000"},
    {with_policy(R"({"min_peers": 10, "max_peers": 5})"),
     "1:90 [topologies.t.policy.min_peers] expected at most max_peers (5), got 10"},
    {with_policy(R"({"remember": true})"),
     "1:89 [topologies.t.policy.remember] expected a `state_dir` to keep the peers in, at the top level of this file or, under "
     "systemd, by StateDirectory= ($STATE_DIRECTORY); there is none"},
    {with_policy(R"({"name": "app@{ip"})"),
     "1:85 [topologies.t.policy.name] the { at byte 5 has no }; expected {attribute}, or {{ for the character itself"},
    {with_policy(R"({"name": "app@{}"})"),
     "1:85 [topologies.t.policy.name] the {} at byte 5 names nothing; expected the name of an attribute, key or name"},
    {with_policy(R"({"name": "app"})"),
     "1:85 [topologies.t.policy.name] the template contains no {attribute}: every peer would "
     "get the same name; expected something such as "
     "app@{ip}"},
    {with_policy(R"({"include": ["a", "b["], "self": ["x\\\\"]})"),
     "1:94 [topologies.t.policy.include[1]] the [ at byte 2 has no ]; write \\[ for the character itself"},
    {R"({"topologies": {"t": {"strategy": "k8s_dns", "connector": "erlang", "policy": {"require_authenticated": true}}}})",
     "1:35 [topologies.t.strategy] the strategy `k8s_dns` does not authenticate what it observes, and the connector `erlang` "
     "trusts the "
     "peers that it connects: an attacker who can announce a peer can take over the node; refused by "
     "topologies.t.policy.require_authenticated; use "
     "another "
     "strategy"},
};

const std::vector<Bad> plugins = {
    {R"({"topologies": {"t": {"strategy": "goship", "connector": "log"}}})",
     "1:35 [topologies.t.strategy] no strategy plugin \"goship\" is installed; did you mean `gossip`?; installed: `epmd`, "
     "`gossip`, "
     "`k8s_dns`"},
    {R"({"topologies": {"t": {"strategy": "erlang", "connector": "epmd"}}})",
     "1:35 [topologies.t.strategy] \"erlang\" is a connector plugin; expected a strategy; installed: `epmd`, `gossip`, "
     "`k8s_dns`\n"
     "1:58 [topologies.t.connector] \"epmd\" is a strategy plugin; expected a connector; installed: `erlang`, `log`"},
    {R"({"topologies": {"t": {"strategy": "consul", "connector": "log"}}})",
     "1:35 [topologies.t.strategy] no strategy plugin \"consul\" is installed: /plugins/libstrategy_consul.so was refused: L1: "
     "the file "
     "is writable by group"},
    {R"({"topologies": {"t": {"strategy": "inventory", "connector": "log"}}})",
     "1:35 [topologies.t.strategy] no strategy plugin \"inventory\" is installed; installed: `epmd`, `gossip`, `k8s_dns`; "
     "possibly it is "
     "in a file that was refused: /plugins/libstrategy_consul.so: L1: the file is writable by group"},
    {R"({"topologies": {"t": {"strategy": "Cluster.Strategy.Gossip", "connector": "log"}}})",
     "1:35 [topologies.t.strategy] no strategy plugin \"Cluster.Strategy.Gossip\" is installed; did you mean `gossip`?"},
    {R"({"topologies": {"t": {"strategy": "Elixir.Cluster.Strategy.Kubernetes.DNS", "connector": "log"}}})",
     "1:35 [topologies.t.strategy] no strategy plugin \"Elixir.Cluster.Strategy.Kubernetes.DNS\" is installed; did you mean "
     "`kubernetes_dns`?"},
    {R"({"connectors": {"mesh": {"plugin": "log"}}, "topologies": {"t": {"strategy": "k8s_dns", "connector": "mehs"}}})",
     "1:102 [topologies.t.connector] expected a name in `connectors` (`mesh`) or a connector plugin's id, got \"mehs\"; did "
     "you mean "
     "`mesh`?; installed: `erlang`, `log`"},
    {R"({"connectors": {"x": {"plugin": "log", "confg": {}}}, "topologies": {"t": {"strategy": "k8s_dns", "connector": "x"}}})",
     "1:40 [connectors.x.confg] there is no option \"confg\" here; did you mean `config`?"},
    {R"({"connectors": {"x": {"plugin": "lag"}}, "topologies": {"t": {"strategy": "k8s_dns", "connector": "x"}}})",
     "1:33 [connectors.x.plugin] no connector plugin \"lag\" is installed; did you mean `log`?; installed: `erlang`, `log`"},
    {R"({"connectors": {"x": {"plugin": "log"}}, "topologies": {"t": {"strategy": "k8s_dns", "connector": "x", "connector_config": {}, "connect": [1, 2, 3]}}})",
     "1:104 [topologies.t.connector_config] the connector `x` has its options in connectors.x.config; put these there\n"
     "1:128 [topologies.t.connect] the connector `x` has its options in connectors.x.config; put `connect` there"},
    {R"({"topologies": {"t": {"strategy": "epmd", "connector": "log"}}})",
     "1:35 [topologies.t.config.hosts] `hosts` is required: a list of non-empty strings"},
    {R"({"topologies": {"t": {"strategy": "epmd", "connector": "log", "config": {"host": ["a"]}}}})",
     "1:63 [topologies.t.config.hosts] `hosts` is required: a list of non-empty strings\n"
     "1:74 [topologies.t.config.host] there is no option \"host\" here; did you mean `hosts`?"},
    {R"({"topologies": {"t": {"strategy": "epmd", "connector": "log", "config": {"hosts": ["a", 5, ""]}}}})",
     "1:89 [topologies.t.config.hosts[1]] expected a non-empty string, got the number 5\n"
     "1:92 [topologies.t.config.hosts[2]] expected a non-empty string, got the string \"\""},
    {R"({"topologies": {"t": {"strategy": "epmd", "connector": "log", "config": {"hosts": "a@b"}}}})",
     "1:83 [topologies.t.config.hosts] expected a list of non-empty strings, got the string \"a@b\"; write [\"a@b\"]"},
    {R"({"topologies": {"t": {"strategy": "epmd", "connector": "log", "config": {"hosts": ["a", "b", "a"]}}}})",
     "1:94 [topologies.t.config.hosts[2]] \"a\" is in the list twice; it must be there once"},
    {R"({"topologies": {"t": {"strategy": "k8s_dns", "connector": "log", "config": {"x": 1}}}})",
     "1:77 [topologies.t.config.x] there is no option \"x\" here; no options are taken"},
    {R"({"topologies": {"t": {"strategy": "k8s_dns", "connector": "log", "connect": [1, 2, 3]}}})",
     "1:66 [topologies.t.connector_config.connect] there is no option \"connect\" here; known are `node`"},
    {R"({"topologies": {"t": {"strategy": "epmd", "config": {"hosts": []}, "connector": "erlang", "connect": ["a", "b"]}}})",
     "1:102 [topologies.t.connect] expected [module, function, [arguments]], got a list of 2"},
    {R"({"topologies": {"t": {"strategy": "epmd", "config": {"hosts": []}, "connector": "erlang", "connector_config": {"node": "x"}}}})",
     "1:120 [topologies.t.connector_config.node] expected a node's name such as app@10.0.0.7, got the string \"x\""},
    {R"({"connectors": {"a": {"plugin": "log", "config": {"node": "n"}}}, "topologies": {
 "t": {"strategy": "k8s_dns", "connector": "a"},
 "u": {"strategy": "epmd", "config": {"hosts": []}, "connector": "erlang"},
 "v": {"strategy": "epmd", "config": {"hosts": []}, "connector": "erlang", "connect": ["a", "b", []]}}})",
     "4:53 [topologies.v.connector] the connectors `erlang` and `erlang/v` both drive the node that the plugin finds by itself "
     "with the "
     "plugin erlang, with different options: they would undo each other; use one for both"},
    {R"({"connectors": {"a": {"plugin": "erlang", "config": {"node": "n@h"}}, "b": {"plugin": "erlang", "config": {"node": "n@h", "cookie": "c"}}},
 "topologies": {"t": {"strategy": "epmd", "config": {"hosts": []}, "connector": "a"}}})",
     "1:71 [connectors.b] the connectors `a` and `b` both drive the node \"n@h\" with the plugin erlang, with different "
     "options: they "
     "would undo each other; use one for both"},
    {R"({"topologies": {"t": {"strategy": "epmd", "config": {"hosts": []}, "connector": "erlang", "connect": ["a", "b", []], "connector_config": {"connect": ["a", "b", []]}}}})",
     "1:91 [topologies.t.connect] this is in connector_config too; only one of them can hold"},
    {with_gossip(R"({"port": 0})"), "1:84 [topologies.t.config.port] expected an integer from 1 to 65535, got the number 0"},
    {with_gossip(R"({"port": "${PORT}x"})"),
     "1:84 [topologies.t.config.port] expected an integer from 1 to 65535, got a string that came out of ${...}"},
    {with_gossip(R"({"port": "4000"})"),
     "1:84 [topologies.t.config.port] expected an integer from 1 to 65535, got the string \"4000\""},
    {with_gossip(R"({"secret": 5})"), "1:86 [topologies.t.config.secret] expected a non-empty string, got a number"},
    {with_gossip(R"({"secrets": ["x", 5]})"), "1:93 [topologies.t.config.secrets[1]] expected a string, got a number"},
    {with_gossip(R"({"tls": {"verfy": true, "key": ["pem"]}})"),
     "1:84 [topologies.t.config.tls.verfy] there is no option \"verfy\" here; did you mean `verify`?\n"
     "1:106 [topologies.t.config.tls.key] expected a string, got a list"},
    {with_gossip("5"), "1:75 [topologies.t.config] expected an object { ... }, got the number 5"},
};

const std::vector<Bad> substitutions = {
    {with_gossip(R"({"secret": "${NONE}"})"),
     "1:86 [topologies.t.config.secret] the environment variable NONE is not set; set it, or give a default: ${NONE:-default}"},
    {with_gossip(R"({"secret": "x${NONE"})"),
     "1:86 [topologies.t.config.secret] `${` has no closing `}`; write `$${` for a literal `${`"},
    {with_gossip(R"({"secret": "x${a-b}"})"), "1:86 [topologies.t.config.secret] expected ${NAME}, ${NAME:-default} or "
                                              "${file:/path}, got \"${a-b}\"; write `$${` for a literal "
                                              "`${`"},
    {with_gossip(R"({"secret": "${file:secret}"})"),
     "1:86 [topologies.t.config.secret] expected an absolute path after `file:`, got \"secret\""},
    {with_gossip(R"({"secret": "${file:/run/none}"})"),
     "1:86 [topologies.t.config.secret] the file \"/run/none\" cannot be read: no such file"},
    {with_gossip(R"({"secret": "${file:/run/denied}"})"),
     "1:86 [topologies.t.config.secret] the file \"/run/denied\" cannot be read: permission denied"},
    {with_gossip(R"({"secret": "x${file:/run/binary}"})"),
     "1:86 [topologies.t.config.secret] the file \"/run/binary\" is not UTF-8 text"},
};

void check(const Bad &bad) {
    const auto loaded = load_text(bad.text);
    BOOST_TEST(!loaded.config);
    BOOST_TEST(answer(loaded.diagnostics) == bad.answer);
}

} // namespace

BOOST_AUTO_TEST_SUITE(configuration_errors)

BOOST_DATA_TEST_CASE(errors_in_syntax, syntax, bad) { check(bad); }
BOOST_DATA_TEST_CASE(errors_in_sections, top_level, bad) { check(bad); }
BOOST_DATA_TEST_CASE(errors_in_policies, policies, bad) { check(bad); }
BOOST_DATA_TEST_CASE(errors_in_plugins, plugins, bad) { check(bad); }
BOOST_DATA_TEST_CASE(errors_in_substitutions, substitutions, bad) { check(bad); }

BOOST_AUTO_TEST_CASE(a_secret_is_not_in_a_message) {
    const auto loaded =
        load_text(with_gossip(R"({"port": "${file:/run/secret}", "secret": ["topsecret"], "seal": "x${file:/run/secret}"})"));
    const auto text = to_text(loaded.diagnostics);
    BOOST_TEST(loaded.diagnostics.errors.size() == 3u);
    BOOST_TEST(text.find("hush") == std::string::npos);
    BOOST_TEST(text.find("topsecret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_configuration_without_installed_plugins_is_refused) {
    World world;
    world.plugins = {};
    const auto loaded = load_text(R"({"topologies": {"t": {"strategy": "epmd", "connector": "log"}}})", world);
    BOOST_TEST(answer(loaded.diagnostics) ==
               "1:35 [topologies.t.strategy] no strategy plugin \"epmd\" is installed; none is (see plugins.dir)\n"
               "1:56 [topologies.t.connector] no connector plugin \"log\" is installed; none is (see plugins.dir)");
}

BOOST_AUTO_TEST_CASE(a_plugin_with_an_invalid_schema_is_reported) {
    World world;
    world.plugins.installed.push_back({KITH_KIND_STRATEGY, "bad", {}, "{", 0, 0});
    world.plugins.installed.push_back({KITH_KIND_STRATEGY, "worse", {}, R"({"properties": 5})", 0, 0});
    const auto loaded = load_text(
        R"({"topologies": {"t": {"strategies": [{"strategy": "bad"}, {"strategy": "worse"}], "connector": "log"}}})", world);
    BOOST_TEST_REQUIRE(loaded.diagnostics.errors.size() == 2u);
    BOOST_TEST(loaded.diagnostics.errors[0].message.starts_with("the options schema of the plugin bad is not valid ("));
    BOOST_TEST(loaded.diagnostics.errors[1].message.starts_with("the plugin's schema of options cannot be used ("));
}

BOOST_AUTO_TEST_CASE(a_file_over_the_size_limit_is_refused) {
    const auto loaded = load_text(std::string(config_size_limit + 1, ' '));
    BOOST_TEST(to_text(loaded.diagnostics) == "kith.json: error: the file has 16777217 bytes; the limit is 16 MiB\n");
}

BOOST_AUTO_TEST_CASE(too_many_errors_are_counted) {
    std::string text = R"({"topologies": {"t": {"strategy": "gossip", "connector": "log", "config": {"secrets": [)";
    for (int i = 0; i < 1500; ++i) text += "5,";
    text += "]}}}}";
    const auto loaded = load_text(text);
    BOOST_TEST_REQUIRE(loaded.diagnostics.errors.size() == 1001u);
    BOOST_TEST(loaded.diagnostics.errors.back().message == "500 more of these are not shown");
}

BOOST_AUTO_TEST_CASE(diagnostics_as_json) {
    const auto loaded = load_text("{\n \"topologies\": 5}");
    BOOST_TEST(
        to_json(loaded.diagnostics) ==
        R"({"errors":[{"file":"kith.json","line":2,"column":16,"key":"topologies","message":"expected at least one topology, got the number 5"}],"warnings":[]})"
        "\n");
}

BOOST_AUTO_TEST_SUITE_END()
