// SPDX-License-Identifier: MIT
#include "initial_config.hpp"

#include <core/cluster/events/event.hpp>

#include <algorithm>

namespace kith::app {

namespace {

std::string quoted_json(std::string_view text) {
    std::string out;
    core::append_json_string(out, text);
    return out;
}

// In a comment: what servers and the environment contain must not end the line.
std::string in_comment(std::string_view text) {
    std::string out(text);
    std::replace_if(
        out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '.');
    return out;
}

// Characters without a meaning in a configuration: `${` begins a reference. Whatever has others is not written as a value.
bool is_plain(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("._:/+=@-").find(c) != std::string_view::npos;
    });
}

// What a node's name may have before the @, for each strategy.
bool is_node_part(std::string_view text) {
    return is_plain(text) && text.size() <= 200 && text.find_first_of(".:/+=@") == std::string_view::npos;
}

std::string joined(const std::vector<std::string> &words) {
    std::string out;
    for (const std::string &word : words) out += (out.empty() ? "" : ", ") + word;
    return out;
}

bool has(const std::vector<std::string> &words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

// The part before the @ of this cluster's nodes.
std::string base_name(const BeamFinding &beam) {
    const std::string released = beam.release_node.substr(0, beam.release_node.find('@'));
    if (is_node_part(released)) return released;
    const auto name = std::find_if(beam.names.begin(), beam.names.end(), is_node_part);
    return name == beam.names.end() ? "app" : *name;
}

std::string host_part(const EnvironmentFindings &findings) {
    const std::string &released = findings.beam.release_node;
    const auto at = released.find('@');
    if (at != std::string::npos && is_plain(released.substr(at + 1))) return released.substr(at + 1);
    return is_plain(findings.host) ? findings.host : "127.0.0.1";
}

// A way to find peers: the members "strategy" and "config" of a topology, a line each, without indentation.
struct StrategyText {
    std::string title;
    std::vector<std::string> lines;
    bool authenticated = true; // as `kith check` understands it
};

StrategyText kubernetes_strategy(const EnvironmentFindings &findings) {
    const std::string base = base_name(findings.beam);
    const std::string &space = findings.kubernetes.pod_namespace;
    return {"the pods" + (space.empty() ? "" : " of the namespace " + in_comment(space)) + " that have a label, each as " +
                in_comment(base) + "@ADDRESS",
            {"// The service account needs the verbs get, list and watch on pods.", R"("strategy": "k8s",)", R"("config": {)",
             R"(  "kubernetes_node_basename": )" + quoted_json(base) + ',',
             R"(  "kubernetes_selector": )" + quoted_json("app=" + base) + ", // CHANGE IT: the label of these pods",
             R"(  "kubernetes_ip_lookup_mode": "pods")", "},"}};
}

StrategyText ec2_strategy(const EnvironmentFindings &findings) {
    const auto &tags = findings.ec2.tags;
    const auto own = std::find_if(tags.begin(), tags.end(), [](const std::string &tag) {
        return is_plain(tag) && tag != "Name" && !tag.starts_with("aws:");
    });
    std::string tag = "cluster";
    if (!has(tags, tag) && has(tags, "aws:autoscaling:groupName")) {
        tag = "aws:autoscaling:groupName";
    } else if (!has(tags, tag) && own != tags.end()) {
        tag = *own;
    }
    const std::string note = has(tags, tag) ? "// this instance has it" : "// CHANGE IT: a tag of these instances";
    return {"the running instances that have the same value of a tag as this one",
            {"// The role of the instance needs the permission ec2:DescribeInstances.", R"("strategy": "ec2",)",
             R"("config": {)", R"(  "app_prefix": )" + quoted_json(base_name(findings.beam)) + ',',
             R"(  "ec2_tagname": )" + quoted_json(tag) + ' ' + note, "},"}};
}

StrategyText consul_strategy(const EnvironmentFindings &findings) {
    const ConsulFinding &consul = findings.consul;
    const auto service = std::find_if(consul.services.begin(), consul.services.end(),
                                      [](const std::string &name) { return is_plain(name) && name != "consul"; });
    const bool known = service != consul.services.end();
    StrategyText text{"the instances of a service in Consul that pass their checks",
                      {R"("strategy": "consul",)", R"("config": {)", R"(  "list_using": ["health"],)"},
                      consul.base_url.starts_with("https:")};
    if (!consul.base_url.empty()) text.lines.push_back(R"(  "base_url": )" + quoted_json(consul.base_url) + ',');
    text.lines.push_back(std::string("  // \"token_file\": \"/etc/kith/consul-token\",") +
                         (consul.needs_token ? " // the agent refused a request without a token" : ""));
    text.lines.push_back(R"(  "node_basename": )" + quoted_json(base_name(findings.beam)) + ',');
    text.lines.push_back(R"(  "service": { "name": )" + quoted_json(known ? *service : "app") + " }" +
                         (known ? " // registered at this agent: " + in_comment(joined(consul.services))
                                : " // CHANGE IT: the name of the service"));
    text.lines.emplace_back("},");
    return text;
}

StrategyText list_strategy(const EnvironmentFindings &findings) {
    const BeamFinding &beam = findings.beam;
    const std::string host = host_part(findings);
    std::vector<std::string> names = beam.names;
    std::erase_if(names, [](const std::string &name) { return !is_node_part(name); });
    if (names.empty()) names.push_back(base_name(beam));
    StrategyText text{"a list of nodes, the same on each machine; the local node in it is ignored",
                      {R"("strategy": "epmd",)", R"("config": {)", R"(  "hosts": [ // CHANGE IT: add the other nodes)"}};
    for (const std::string &name : names)
        text.lines.push_back("    " + quoted_json(name + '@' + host) + (&name == &names.back() ? "" : ","));
    if (beam.found && beam.release_node.empty())
        text.lines.emplace_back("    // The part after the @ was not observed: it is the name of this machine.");
    text.lines.emplace_back("  ]");
    text.lines.emplace_back("},");
    return text;
}

std::vector<StrategyText> strategies(const EnvironmentFindings &findings) {
    std::vector<StrategyText> all;
    if (findings.kubernetes.found) all.push_back(kubernetes_strategy(findings));
    if (findings.ec2.found) all.push_back(ec2_strategy(findings));
    if (findings.consul.found) all.push_back(consul_strategy(findings));
    if (findings.beam.found || all.empty()) all.push_back(list_strategy(findings));
    return all;
}

void add_lines(std::string &out, std::string_view indentation, const std::vector<std::string> &lines) {
    for (const std::string &line : lines) out.append(indentation).append(line).append(1, '\n');
}

std::vector<std::string> erlang_connector(const BeamFinding &beam) {
    std::vector<std::string> lines{
        "// The BEAM node beside kith. Its cookie: RELEASE_COOKIE, or ~/.erlang.cookie of kith's user.",
        R"("plugin": "erlang",)", R"("config": {)"};
    if (!beam.release_node.empty()) {
        lines.push_back("  // RELEASE_NODE names the node; now " + in_comment(beam.release_node) + '.');
        lines.emplace_back(R"(  // "cookie_file": "/etc/kith/cookie")");
    } else {
        const std::string name = base_name(beam);
        const char *note = !has(beam.names, name) ? "CHANGE IT" : beam.names.size() > 1 ? "CHECK IT" : "the node";
        lines.push_back(R"(  "node": )" + quoted_json(name) + " // " + note + ": EPMD lists " + in_comment(joined(beam.names)));
        lines.emplace_back(R"(  // , "cookie_file": "/etc/kith/cookie")");
    }
    lines.emplace_back("}");
    return lines;
}

std::vector<std::string> log_connector(const EnvironmentFindings &findings, const StrategyText &strategy) {
    std::vector<std::string> lines{"// It connects nothing: it logs what would be connected."};
    if (!findings.beam.found) {
        lines.emplace_back("// For a BEAM node beside kith: \"plugin\": \"erlang\", and as \"node\" its name.");
    } else if (!strategy.authenticated) {
        lines.emplace_back("// For the BEAM node: \"plugin\": \"erlang\". `kith check` warns then, since answers of Consul "
                           "without TLS are not");
        lines.emplace_back("// authenticated: an attacker who can forge one can take over the node.");
    }
    const std::string node = base_name(findings.beam) + '@' + host_part(findings);
    lines.insert(lines.end(), {R"("plugin": "log",)", R"("config": {)", R"(  "node": )" + quoted_json(node), "}"});
    return lines;
}

std::string finding_line(std::string_view prefix, std::string_view name, const Finding &finding) {
    std::string line = std::string(prefix) + (finding.found ? "found      " : "not found  ");
    line.append(name).append(12 - name.size(), ' ');
    return line + in_comment(finding.how) + '\n';
}

} // namespace

std::string findings_text(const EnvironmentFindings &findings, std::string_view prefix) {
    return finding_line(prefix, "BEAM node", findings.beam) + finding_line(prefix, "Kubernetes", findings.kubernetes) +
           finding_line(prefix, "EC2", findings.ec2) + finding_line(prefix, "Consul", findings.consul);
}

std::string initial_config(const EnvironmentFindings &findings) {
    const std::vector<StrategyText> all = strategies(findings);
    const StrategyText &chosen = all.front();
    const bool drives = findings.beam.found && chosen.authenticated;
    std::string out =
        "// Written by `kith init` for this machine:\n" + findings_text(findings, "//   ") +
        "// `kith check` validates this file, `kith discover` prints the peers and connects none, `kith run` is the daemon.\n"
        "// Every key: kith.json(5), which `kith manual kith.json` prints.\n"
        "{\n  \"connectors\": {\n    \"node\": {\n";
    add_lines(out, "      ", drives ? erlang_connector(findings.beam) : log_connector(findings, chosen));
    out += "    }\n  },\n  \"topologies\": {\n    \"cluster\": {\n      // The peers: " + chosen.title + ".\n";
    add_lines(out, "      ", chosen.lines);
    for (auto other = all.begin() + 1; other != all.end(); ++other) {
        out += "      // Instead, " + other->title + ":\n";
        add_lines(out, "      // ", other->lines);
    }
    out += "      \"connector\": \"node\",\n      \"policy\": {\n        \"min_peers\": 1 // ready when one link is up\n      "
           "}\n    }\n  }\n}\n";
    return out;
}

} // namespace kith::app
