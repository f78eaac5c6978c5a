// SPDX-License-Identifier: MIT
//
// What `kith init` writes for what it found. That the result is valid is shown with the real plugins by tests/integration/test_init.py.
#include <host/command/initial_config.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

using namespace kith::app;

namespace {

constexpr const char *kubernetes = "k8s", *ec2 = "ec2", *consul = "consul", *list = "epmd";

EnvironmentFindings nothing() {
    EnvironmentFindings findings;
    findings.host = "h1";
    return findings;
}

EnvironmentFindings with(bool beam, bool on_kubernetes, bool on_ec2, bool at_consul, const char *consul_url = "") {
    EnvironmentFindings findings = nothing();
    findings.beam.found = beam;
    if (beam) findings.beam.names = {"shop"};
    findings.kubernetes.found = on_kubernetes;
    findings.ec2.found = on_ec2;
    findings.consul.found = at_consul;
    findings.consul.base_url = consul_url;
    return findings;
}

boost::json::value parsed(const std::string &text) {
    boost::json::parse_options options;
    options.allow_comments = true;
    return boost::json::parse(text, {}, options);
}

struct Decision {
    std::string strategy;
    std::string connector;
    boost::json::object config;
    boost::json::object node; // the options of the connector
};

Decision decision(const EnvironmentFindings &findings) {
    const auto root = parsed(initial_config(findings));
    const auto &topology = root.at("topologies").at("cluster").as_object();
    const auto &connector = root.at("connectors").at("node").as_object();
    BOOST_TEST(topology.at("connector").as_string() == "node");
    return {std::string(topology.at("strategy").as_string()), std::string(connector.at("plugin").as_string()),
            topology.at("config").as_object(), connector.at("config").as_object()};
}

bool says(const std::string &text, std::string_view part) { return text.find(part) != std::string::npos; }

} // namespace

BOOST_AUTO_TEST_CASE(the_strategy_is_that_of_the_first_environment_found) {
    struct Case {
        bool beam, on_kubernetes, on_ec2, at_consul;
        const char *consul_url;
        const char *strategy;
        const char *connector;
    };
    const Case cases[] = {
        {false, false, false, false, "", list, "log"},
        {true, false, false, false, "", list, "erlang"},
        {false, true, false, false, "", kubernetes, "log"},
        {true, true, false, false, "", kubernetes, "erlang"},
        {false, false, true, false, "", ec2, "log"},
        {true, false, true, false, "", ec2, "erlang"},
        {false, false, false, true, "", consul, "log"},
        {true, false, false, true, "", consul, "log"},
        {true, false, false, true, "https://c:8501", consul, "erlang"},
        {true, false, false, true, "http://c:8501", consul, "log"},
        {true, true, true, true, "", kubernetes, "erlang"},
        {true, false, true, true, "", ec2, "erlang"},
    };
    for (const Case &each : cases) {
        const auto findings = with(each.beam, each.on_kubernetes, each.on_ec2, each.at_consul, each.consul_url);
        const Decision got = decision(findings);
        BOOST_TEST_CONTEXT(initial_config(findings)) {
            BOOST_TEST(got.strategy == each.strategy);
            BOOST_TEST(got.connector == each.connector);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_others_that_were_found_are_in_comments) {
    const std::string text = initial_config(with(true, true, true, true));
    for (const char *part : {R"(// "strategy": "ec2")", R"(// "strategy": "consul")", R"(// "strategy": "epmd")"})
        BOOST_TEST(says(text, part), part << " is not in\n" << text);
    BOOST_TEST(!says(initial_config(with(true, false, false, false)), "Instead"));
}

BOOST_AUTO_TEST_CASE(values_are_those_found) {
    auto findings = with(true, false, false, false);
    findings.beam.names = {"a", "b"};
    Decision got = decision(findings);
    BOOST_TEST(got.config.at("hosts").as_array() == (boost::json::array{"a@h1", "b@h1"}));
    BOOST_TEST(got.node.at("node").as_string() == "a");
    BOOST_TEST(says(initial_config(findings), "CHECK IT: EPMD lists a, b"));

    findings.beam.release_node = "web@10.0.0.7";
    got = decision(findings);
    BOOST_TEST(got.config.at("hosts").as_array() == (boost::json::array{"a@10.0.0.7", "b@10.0.0.7"}));
    BOOST_TEST(!got.node.contains("node")); // the connector reads RELEASE_NODE itself

    findings = with(true, true, false, false);
    BOOST_TEST(decision(findings).config.at("kubernetes_node_basename").as_string() == "shop");

    findings = with(true, false, true, false);
    BOOST_TEST(decision(findings).config.at("ec2_tagname").as_string() == "cluster");
    BOOST_TEST(says(initial_config(findings), "CHANGE IT: a tag"));
    findings.ec2.tags = {"Name", "aws:autoscaling:groupName", "team"};
    BOOST_TEST(decision(findings).config.at("ec2_tagname").as_string() == "aws:autoscaling:groupName");
    BOOST_TEST(!says(initial_config(findings), "CHANGE IT: a tag"));
    findings.ec2.tags = {"Name", "team"};
    BOOST_TEST(decision(findings).config.at("ec2_tagname").as_string() == "team");
    findings.ec2.tags = {"Name"};
    BOOST_TEST(decision(findings).config.at("ec2_tagname").as_string() == "cluster");
    BOOST_TEST(says(initial_config(findings), "CHANGE IT: a tag"));

    findings = with(false, false, false, true, "http://10.0.0.1:8500");
    findings.consul.services = {"consul", "web"};
    BOOST_TEST(decision(findings).config.at("service").at("name").as_string() == "web");
    BOOST_TEST(decision(findings).config.at("base_url").as_string() == "http://10.0.0.1:8500");
    BOOST_TEST(!decision(with(false, false, false, true)).config.contains("base_url"));
}

// What servers and the environment contain ends neither a comment nor a string, and is no reference to a file or variable.
BOOST_AUTO_TEST_CASE(nothing_that_was_found_can_add_to_the_configuration) {
    const std::string bad = "x\n\"plugins\": {\"dir\": \"/tmp\"}, ${file:/etc/passwd} // \r";
    auto findings = with(true, false, false, true);
    findings.host = bad;
    findings.beam.names = {bad, "a"};
    findings.beam.release_node = bad + "@" + bad;
    findings.consul.services = {bad};
    findings.consul.how = findings.beam.how = findings.kubernetes.how = findings.ec2.how = bad;
    findings.kubernetes.pod_namespace = bad;
    findings.ec2.tags = {bad};
    for (const bool on_kubernetes : {false, true}) {
        for (const bool on_ec2 : {false, true}) {
            for (const bool at_consul : {false, true}) {
                findings.kubernetes.found = on_kubernetes;
                findings.ec2.found = on_ec2;
                findings.consul.found = at_consul;
                const std::string text = initial_config(findings);
                const auto root = parsed(text);
                BOOST_TEST(root.as_object().size() == 2u, text);
                BOOST_TEST(!says(boost::json::serialize(root), "${"), text);
                BOOST_TEST(!says(boost::json::serialize(root), "passwd"), text);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(each_environment_has_a_line_with_how_it_was_looked_for) {
    auto findings = with(true, false, false, false);
    findings.beam.how = "EPMD at 127.0.0.1:4369 lists shop";
    findings.kubernetes.how = "KUBERNETES_SERVICE_HOST is not set";
    findings.ec2.how = "no DMI";
    findings.consul.how = "127.0.0.1:8500: Connection refused";
    BOOST_TEST(findings_text(findings, "") == "found      BEAM node   EPMD at 127.0.0.1:4369 lists shop\n"
                                              "not found  Kubernetes  KUBERNETES_SERVICE_HOST is not set\n"
                                              "not found  EC2         no DMI\n"
                                              "not found  Consul      127.0.0.1:8500: Connection refused\n");
    BOOST_TEST(says(initial_config(findings), "//   not found  EC2         no DMI\n"));
}
