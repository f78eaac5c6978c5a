// SPDX-License-Identifier: MIT
//
// Configurations that are good, and what becomes of them.
#include "config_fixture.hpp"

#include <core/config/embedded_schema_json.hpp>
#include <core/config/long_short_node_names.hpp>

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

using namespace kith::core;
using namespace kith::core::test;
namespace json = boost::json;

namespace {

Config good(std::string_view text, World world = {}) {
    auto loaded = load_text(text, std::move(world));
    BOOST_TEST_REQUIRE(loaded.config.has_value(), to_text(loaded.diagnostics));
    return *loaded.config;
}

json::value options(const std::string &text) { return json::parse(text); }

} // namespace

BOOST_AUTO_TEST_SUITE(loading)

BOOST_AUTO_TEST_CASE(a_complete_example_is_loaded) {
    const auto config = good(R"({
  // comments and trailing commas are allowed
  "plugins": { "dir": "/usr/lib/kith/plugins" },
  "connectors": {
    "beam": { "plugin": "erlang", "config": { "node": "app@10.0.0.7" } },
  },
  "topologies": {
    "example": {
      "strategy": "epmd",
      "config": { "hosts": ["app@10.0.0.8", "app@10.0.0.9"] },
      "connector": "beam",
      "policy": { "min_peers": 1 }
    },
    "both": { /* two at once */
      "strategies": [
        { "name": "lan", "strategy": "gossip", "config": { "secret": "${file:/run/secret}" } },
        { "name": "cloud", "strategy": "kubernetes_dns" }
      ],
      "connector": "beam"
    }
  }
})");
    BOOST_TEST(config.plugins.dirs == std::vector<std::string>{"/usr/lib/kith/plugins"});
    BOOST_TEST_REQUIRE(config.connectors.size() == 1u);
    BOOST_TEST(config.connectors[0].name == "beam");
    BOOST_TEST(config.connectors[0].plugin == "erlang");
    BOOST_TEST(options(config.connectors[0].options).at("node").as_string() == "app@10.0.0.7");
    BOOST_TEST_REQUIRE(config.topologies.size() == 2u);
    const auto &example = config.topologies[0];
    BOOST_TEST(example.name == "example");
    BOOST_TEST(example.connector == "beam");
    BOOST_TEST(example.policy.min_peers == 1u);
    BOOST_TEST((example.policy.prune == Prune::keep));
    BOOST_TEST_REQUIRE(example.sources.size() == 1u);
    BOOST_TEST(example.sources[0].name == "epmd");
    BOOST_TEST(example.sources[0].authenticated);
    BOOST_TEST(example.sources[0].options == R"({"hosts":["app@10.0.0.8","app@10.0.0.9"]})");
    const auto &both = config.topologies[1];
    BOOST_TEST_REQUIRE(both.sources.size() == 2u);
    BOOST_TEST(both.sources[0].name == "lan");
    BOOST_TEST(!both.sources[0].authenticated);
    BOOST_TEST(options(both.sources[0].options).at("secret").as_string() == "hush");
    BOOST_TEST(both.sources[1].name == "cloud");
    BOOST_TEST(both.sources[1].plugin == "k8s_dns");
    BOOST_TEST(config.security.size() == 2u);
    BOOST_TEST(config.security[0].topology == "both");
    BOOST_TEST(config.security[0].source == "lan");
}

BOOST_AUTO_TEST_CASE(defaults_of_the_schema_are_those_of_the_structs) {
    const auto config = good(R"({"topologies": {"t": {"strategy": "epmd", "config": {"hosts": []}, "connector": "log"}}})");
    auto policy = config.topologies[0].policy;
    BOOST_TEST((policy.prune == Prune::disconnect));
    policy.prune = Prune::unsaid;
    BOOST_TEST((policy == Policy{}));
    BOOST_TEST((config.events == EventSettings{}));
    BOOST_TEST((config.log == LogSettings{}));
    BOOST_TEST((config.plugins == PluginSettings{}));

    const auto schema = json::parse(config_schema_text);
    json::object filled;
    for (const auto &property : schema.at_pointer("/definitions/policy/properties").as_object()) {
        if (property.value().as_object().contains("default")) filled[property.key()] = property.value().at("default");
    }
    BOOST_TEST(filled.at("grace").as_int64() == Policy{}.grace.count());
    BOOST_TEST(filled.at("max_removal").as_double() == Policy{}.max_removal);
    BOOST_TEST(filled.at("backoff_jitter").as_double() == Policy{}.backoff_jitter);
    BOOST_TEST(filled.at("connect_parallel").as_int64() == Policy{}.connect_parallel);
}

BOOST_AUTO_TEST_CASE(the_schema_exists_as_long_as_it_is_held) {
    auto held = config_schema();
    BOOST_TEST(held == config_schema());
    const std::weak_ptr<const JsonSchemaValidator> seen = held;
    good(R"({"topologies": {"t": {"strategy": "epmd", "config": {"hosts": []}, "connector": "log"}}})");
    BOOST_TEST(!seen.expired());
    held.reset();
    BOOST_TEST(seen.expired());
}

BOOST_AUTO_TEST_CASE(every_key_of_the_policy_is_read) {
    const auto config =
        good(R"({"topologies": {"t": {"strategy": "epmd", "config": {"hosts": []}, "connector": "log", "policy": {
        "name": "app@{ip}", "self": ["s@*"], "include": ["a@*", "b@*"], "exclude": ["c@*"], "merge": "first", "max_peers": 9,
        "require_authenticated": true, "grace": 1, "confirm": 2, "guard": false, "max_removal": 0.25, "removal_window": 3, "hold": 4,
        "prune": "report", "min_peers": 5, "connect_parallel": 6, "connect_timeout": 7, "backoff_initial": 8, "backoff_max": 10,
        "backoff_jitter": 1, "remember": true, "bridge": true}}}, "state_dir": "/d"})");
    Policy expected;
    expected.name = "app@{ip}";
    expected.self = {"s@*"};
    expected.include = {"a@*", "b@*"};
    expected.exclude = {"c@*"};
    expected.merge = Merge::first;
    expected.max_peers = 9;
    expected.require_authenticated = true;
    expected.grace = Policy::milliseconds(1);
    expected.confirm = 2;
    expected.guard = false;
    expected.max_removal = 0.25;
    expected.removal_window = Policy::milliseconds(3);
    expected.hold = Policy::milliseconds(4);
    expected.prune = Prune::report;
    expected.min_peers = 5;
    expected.connect_parallel = 6;
    expected.connect_timeout = Policy::milliseconds(7);
    expected.backoff_initial = Policy::milliseconds(8);
    expected.backoff_max = Policy::milliseconds(10);
    expected.backoff_jitter = 1;
    expected.remember = true;
    expected.bridge = true;
    BOOST_TEST((config.topologies[0].policy == expected));
}

BOOST_AUTO_TEST_CASE(the_policy_of_libcluster) {
    const auto config = good(
        R"({"topologies": {"t": {"strategy": "epmd", "config": {"hosts": []}, "connector": "erlang", "policy": "libcluster"}}})");
    BOOST_TEST((config.topologies[0].policy == libcluster_policy()));
}

BOOST_AUTO_TEST_CASE(a_rotating_strategy_has_prune_keep) {
    const auto config = good(R"({"topologies": {"t": {"strategy": "k8s_dns", "connector": "log"}}})");
    BOOST_TEST((config.topologies[0].policy.prune == Prune::keep));
}

BOOST_AUTO_TEST_CASE(defaults_are_filled_in_nested_objects) {
    const auto config = good(R"({"topologies": {"t": {"strategy": "gossip", "connector": "log"}}})");
    BOOST_TEST(config.topologies[0].sources[0].options ==
               R"({"port":45892,"seal":"libcluster","interval":5000,"broadcast_only":false,"tls":{"verify":true}})");
}

BOOST_AUTO_TEST_CASE(a_whole_substitution_gets_the_type_of_the_schema) {
    const auto config = good(R"({"topologies": {"t": {"strategy": "gossip", "connector": "log", "config": {
        "port": "${PORT}", "broadcast_only": "${YES}", "interval": "${NONE:-6e3}", "ratio": "${NONE:-0.5}", "secret": "${PORT}"}}}})");
    const auto got = options(config.topologies[0].sources[0].options);
    BOOST_TEST(got.at("port").as_int64() == 4000);
    BOOST_TEST(got.at("broadcast_only").as_bool());
    BOOST_TEST(got.at("interval").as_int64() == 6000);
    BOOST_TEST(got.at("ratio").as_double() == 0.5);
    BOOST_TEST(got.at("secret").as_string() == "4000");
    BOOST_TEST(good(R"({"events": {"ring": "${PORT}"}, "topologies": {"t": {"strategy": "k8s_dns", "connector": "log"}}})")
                   .events.ring == 4000u);
}

BOOST_AUTO_TEST_CASE(substitution_within_text) {
    const auto secret = [](const std::string &written) {
        const auto config = good(R"({"topologies": {"t": {"strategy": "gossip", "connector": "log", "config": {"secret": ")" +
                                 written + R"("}}}})");
        const auto value = options(config.topologies[0].sources[0].options);
        return std::string(value.at("secret").as_string().c_str());
    };
    BOOST_TEST(secret("a${PORT}b${HOST}c") == "a4000bapp@10.0.0.7c");
    BOOST_TEST(secret("${NONE:-}x") == "x");
    BOOST_TEST(secret("${EMPTY:-full}") == "full");
    BOOST_TEST(secret("x${EMPTY}") == "x");
    BOOST_TEST(secret("$${PORT}") == "${PORT}");
    BOOST_TEST(secret("$$${PORT}") == "$${PORT}");
    BOOST_TEST(secret("$ {} $x") == "$ {} $x");
    BOOST_TEST(secret("${file:/run/crlf}") == "hush");
    BOOST_TEST(secret("${NONE:-:-${PORT}") == ":-${PORT");
}

BOOST_AUTO_TEST_CASE(replaced_text_is_not_interpolated_again) {
    World world;
    world.environment["TRICK"] = "${PORT}";
    const auto config =
        good(R"({"topologies": {"t": {"strategy": "gossip", "connector": "log", "config": {"secret": "${TRICK}"}}}})", world);
    BOOST_TEST(options(config.topologies[0].sources[0].options).at("secret").as_string() == "${PORT}");
}

BOOST_AUTO_TEST_CASE(a_byte_order_mark_is_skipped) {
    BOOST_TEST(
        good("\xef\xbb\xbf{\"topologies\": {\"t\": {\"strategy\": \"k8s_dns\", \"connector\": \"log\"}}}").topologies.size() ==
        1u);
}

BOOST_AUTO_TEST_CASE(equal_shorthands_are_one_instance) {
    const auto config = good(R"({"topologies": {
        "a": {"strategy": "k8s_dns", "connector": "log", "connector_config": {"node": "x"}},
        "b": {"strategy": "k8s_dns", "connector": "log", "connector_config": {"node": "x"}},
        "c": {"strategy": "k8s_dns", "connector": "log", "connector_config": {"node": "y"}},
        "d": {"strategy": "epmd", "config": {"hosts": []}, "connector": "beam"},
        "e": {"strategy": "epmd", "config": {"hosts": []}, "connector": "erlang",
              "connector_config": {"connect": ["net_kernel", "connect_node", []]}}}})");
    BOOST_TEST_REQUIRE(config.connectors.size() == 3u);
    BOOST_TEST(config.connectors[0].name == "log");
    BOOST_TEST(config.connectors[1].name == "log/c");
    BOOST_TEST(config.connectors[2].name == "erlang");
    BOOST_TEST(config.topologies[0].connector == "log");
    BOOST_TEST(config.topologies[1].connector == "log");
    BOOST_TEST(config.topologies[2].connector == "log/c");
    BOOST_TEST(config.topologies[3].connector == "erlang");
    BOOST_TEST(config.topologies[4].connector == "erlang");
}

BOOST_AUTO_TEST_CASE(a_shorthand_equal_to_a_named_instance_uses_it) {
    const auto config = good(R"({"connectors": {"mine": {"plugin": "log"}},
        "topologies": {"a": {"strategy": "k8s_dns", "connector": "log"}, "b": {"strategy": "k8s_dns", "connector": "mine"}}})");
    BOOST_TEST_REQUIRE(config.connectors.size() == 1u);
    BOOST_TEST(config.topologies[0].connector == "mine");
}

BOOST_AUTO_TEST_CASE(a_topology_in_the_form_of_libcluster) {
    const auto config = good(R"({"topologies": {"t": {"strategy": "epmd", "config": {"hosts": ["a@b"]}, "connector": "erlang",
        "connect": ["partisan", "join", []], "list_nodes": ["partisan", "members", []]}}})");
    const auto got = options(config.connectors[0].options);
    BOOST_TEST(json::serialize(got.at("connect")) == R"(["partisan","join",[]])");
    BOOST_TEST(json::serialize(got.at("list_nodes")) == R"(["partisan","members",[]])");
}

BOOST_AUTO_TEST_CASE(checksums_in_each_form) {
    const std::string sum(64, 'A');
    const std::string lower(64, 'a');
    const auto config = good(R"({"plugins": {"dir": ["/a", "/b"], "allow": ["sha256:)" + sum + R"(", "sha256:)" + sum +
                             R"( libx.so", {"file": "liby.so", "sha256": ")" + sum +
                             R"("}]}, "topologies": {"t": {"strategy": "k8s_dns", "connector": "log"}}})");
    BOOST_TEST(config.plugins.dirs.size() == 2u);
    BOOST_TEST_REQUIRE(config.plugins.allow.size() == 3u);
    BOOST_TEST((config.plugins.allow[0] == PluginPin{lower, ""}));
    BOOST_TEST((config.plugins.allow[1] == PluginPin{lower, "libx.so"}));
    BOOST_TEST((config.plugins.allow[2] == PluginPin{lower, "liby.so"}));
}

BOOST_AUTO_TEST_CASE(plugins_are_requested_also_when_other_sections_have_errors) {
    World world;
    Diagnostics diagnostics;
    const auto config =
        load("k", R"({"plugins": {"dir": "/p"}, "topologies": {"t": {"strategy": "epmd", "connector": "log", "x": 1}}})",
             world.inputs(), diagnostics);
    BOOST_TEST(!config);
    BOOST_TEST(world.asked.dirs == std::vector<std::string>{"/p"});
    BOOST_TEST(diagnostics.errors.size() == 2u); // x, and epmd's hosts
}

BOOST_AUTO_TEST_CASE(sinks_and_filters) {
    const auto config = good(R"({"topologies": {"t": {"strategy": "k8s_dns", "connector": "log"}},
        "sinks": {"s": {"plugin": "file", "config": {"path": "/x"}, "filter": ["peer.*", "link.up"]}}, "log": {"level": "debug"},
        "state_dir": "/var/lib/kith", "events": {"ring": 10, "queue": 20}})");
    BOOST_TEST_REQUIRE(config.sinks.size() == 1u);
    BOOST_TEST(config.sinks[0].filter.size() == 2u);
    BOOST_TEST(config.log.level == "debug");
    BOOST_TEST(config.state_dir == "/var/lib/kith");
    BOOST_TEST(config.events.ring == 10u);
}

BOOST_AUTO_TEST_CASE(the_state_directory_of_systemd) {
    World world;
    world.environment["STATE_DIRECTORY"] = "/var/lib/kith:/var/lib/other";
    const std::string rest = R"("topologies": {"t": {"strategy": "k8s_dns", "connector": "log"}}})";
    BOOST_TEST(good("{" + rest, world).state_dir == "/var/lib/kith");
    BOOST_TEST(good("{\"state_dir\": \"/mine\", " + rest, world).state_dir == "/mine");
    BOOST_TEST(good("{" + rest).state_dir == "");
    const std::string remember =
        R"({"topologies": {"t": {"strategy": "k8s_dns", "connector": "log", "policy": {"remember": true}}}})";
    BOOST_TEST(good(remember, world).topologies[0].policy.remember);
    world.environment.erase("STATE_DIRECTORY");
    BOOST_TEST(!load_text(remember, world).config);
}

BOOST_AUTO_TEST_CASE(a_strategy_is_authenticated_by_its_options) {
    const auto loaded = load_text(R"({"topologies": {"t": {"strategy": "gossip", "connector": "erlang",
        "config": {"seal": "authenticated", "secret": "s"}, "policy": {"require_authenticated": true}}}})");
    BOOST_TEST_REQUIRE(loaded.config.has_value(), to_text(loaded.diagnostics));
    BOOST_TEST(loaded.config->topologies[0].sources[0].authenticated);
    BOOST_TEST(loaded.config->security.empty());
    BOOST_TEST(loaded.diagnostics.warnings.empty());
}

BOOST_AUTO_TEST_CASE(the_same_text_gives_the_same_configuration) {
    const std::string text = R"({"topologies": {"t": {"strategy": "gossip", "connector": "erlang"}}})";
    BOOST_TEST((good(text) == good(text)));
}

BOOST_AUTO_TEST_CASE(secrets_are_masked) {
    World world;
    const auto config =
        good(R"({"topologies": {"t": {"strategy": "gossip", "connector": "erlang", "connector_config": {"cookie": "monster"},
        "config": {"secret": "${file:/run/secret}", "secrets": ["one", "two"], "tls": {"key": "pem"}}}}})");
    const auto shown = render(config, world.plugins);
    for (const auto *secret : {"hush", "one", "two", "pem", "monster"})
        BOOST_TEST(shown.find(secret) == std::string::npos, secret);
    BOOST_TEST(shown.find(R"("secret":"***")") != std::string::npos);
    BOOST_TEST(shown.find(R"("secrets":["***","***"])") != std::string::npos);
    BOOST_TEST(shown.find(R"("cookie":"***")") != std::string::npos);
    BOOST_TEST(shown.find(R"("port":45892)") != std::string::npos);
    BOOST_TEST(mask_options(R"({"a": "b"})", "no schema") == R"("***")");
}

BOOST_AUTO_TEST_CASE(a_rendered_configuration_can_be_loaded) {
    World world;
    const auto config = good(R"({"plugins": {"dir": "/p"}, "connectors": {"b": {"plugin": "erlang", "config": {"node": "a@b"}}},
        "topologies": {"t": {"strategy": "epmd", "config": {"hosts": ["x@y"]}, "connector": "b"}}})");
    auto again = good(render(config, world.plugins));
    BOOST_TEST((again == config));
}

BOOST_AUTO_TEST_CASE(the_api_is_enabled_unless_it_is_false) {
    World world;
    const auto with = [&](const std::string &keys) {
        auto config =
            good("{" + keys + R"("topologies": {"t": {"strategy": "epmd", "config": {"hosts": []}, "connector": "log"}}})");
        BOOST_TEST((good(render(config, world.plugins)) == config), keys);
        return config;
    };
    BOOST_TEST(with("").api.on);
    BOOST_TEST(with("").name == "");
    BOOST_TEST(!with(R"("api": false, )").api.on);
    const auto config = with(R"("name": "east", "api": {"socket": "/run/kith/east.sock", "control_group": "ops"}, )");
    BOOST_TEST(config.name == "east");
    BOOST_TEST((config.api == ApiSettings{true, "/run/kith/east.sock", "ops"}));
    const auto tcp =
        with(R"("api": {"listen": [{"address": "0.0.0.0:9464", "serve": ["health", "metrics"]}], "hosts": ["a.example"]}, )");
    BOOST_TEST_REQUIRE(tcp.api.listen.size() == 1u);
    BOOST_TEST((tcp.api.listen[0] == ApiListener{"0.0.0.0:9464", {"health", "metrics"}, false}));
    BOOST_TEST((tcp.api.hosts == std::vector<std::string>{"a.example"}));
    const auto tls = with(R"("api": {"listen": [
        {"address": "10.0.0.1:9464", "serve": ["metrics"], "tls": {"certificate": "/c", "key": "/k", "client_authorities": "/a"}},
        {"address": "10.0.0.1:9465", "serve": ["health"], "tls": {"certificate": "/c", "key": "/k"}}]}, )");
    BOOST_TEST_REQUIRE(tls.api.listen.size() == 2u);
    BOOST_TEST((tls.api.listen[0].tls == ApiTlsFiles{"/c", "/k", "/a"}));
    BOOST_TEST((tls.api.listen[1].tls == ApiTlsFiles{"/c", "/k", ""}));
}

BOOST_AUTO_TEST_CASE(tokens_of_the_api_are_substitutions_and_are_masked) {
    World world;
    world.environment["READ"] = "token-of-the-readers";
    world.files["/run/control"] = {"token-of-the-operators\n", "", false};
    const auto loaded = load_text(
        R"({"api": {"listen": [{"address": "[::1]:9464", "serve": ["read", "control"]},
                               {"address": "10.0.0.1:9464", "serve": ["control"], "insecure": true}],
                    "tokens": {"read": "${READ}", "control": "${file:/run/control}"}},
            "topologies": {"t": {"strategy": "epmd", "config": {"hosts": []}, "connector": "log"}}})",
        world);
    BOOST_TEST_REQUIRE(loaded.config.has_value());
    BOOST_TEST(loaded.config->api.read_token == "token-of-the-readers");
    BOOST_TEST(loaded.config->api.control_token == "token-of-the-operators");
    BOOST_TEST(loaded.config->api.listen[1].insecure);
    const std::string shown = render(*loaded.config, world.plugins);
    BOOST_TEST(shown.find(R"("tokens":{"read":"***","control":"***"})") != std::string::npos, shown);
    BOOST_TEST(shown.find("token-of") == std::string::npos, shown);
}

BOOST_AUTO_TEST_CASE(a_list_of_a_hundred_thousand_hosts_is_loaded) {
    std::string text = R"({"topologies": {"t": {"connector": "log", "strategy": "epmd", "config": {"hosts": [)";
    for (int i = 0; i < 100'000; ++i) text += (i ? ",\"app" : "\"app") + std::to_string(i) + "@10.0.0.1\"";
    text += "]}}}}";
    BOOST_TEST(good(text).topologies[0].sources[0].options.size() > 1'500'000u);
}

BOOST_AUTO_TEST_SUITE_END()
