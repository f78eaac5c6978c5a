// SPDX-License-Identifier: MIT
//
// The inputs of the tests: an environment, files and plugins that are written down here.
#pragma once

#include <core/config/load_config.hpp>

#include <kith/plugin.h>

#include <map>
#include <string>

namespace kith::core::test {

inline constexpr const char *epmd_schema = R"({
  "type": "object", "additionalProperties": false, "required": ["hosts"],
  "properties": {
    "hosts": {"type": "array", "uniqueItems": true, "items": {"type": "string", "minLength": 1}, "description": "Names of all nodes."},
    "timeout": {"type": "integer", "minimum": 0, "x-kith-unit": "ms", "description": "Accepted.",
                "x-kith-no-effect": "kith always connects again"}
  }})";

inline constexpr const char *gossip_schema = R"({
  "type": "object", "additionalProperties": false,
  "properties": {
    "port": {"type": "integer", "minimum": 1, "maximum": 65535, "default": 45892, "description": "UDP port."},
    "secret": {"type": "string", "minLength": 1, "writeOnly": true, "description": "Shared by all."},
    "seal": {"enum": ["libcluster", "authenticated"], "default": "libcluster", "description": "How packets are sealed."},
    "interval": {"type": "integer", "minimum": 1, "default": 5000, "x-kith-unit": "ms", "description": "Mean pause."},
    "broadcast_only": {"type": "boolean", "default": false, "description": "No multicast."},
    "ratio": {"type": "number", "minimum": 0, "maximum": 1, "description": "A share."},
    "tls": {"type": "object", "additionalProperties": false, "default": {}, "description": "TLS.",
            "properties": {"verify": {"type": "boolean", "default": true, "description": "Check the chain."},
                           "key": {"type": "string", "writeOnly": true, "description": "Private key."}}},
    "secrets": {"type": "array", "items": {"type": "string", "writeOnly": true}, "description": "Rotation."}
  },
  "x-kith-authenticated": {"required": ["seal", "secret"], "properties": {"seal": {"const": "authenticated"}}}
  })";

inline constexpr const char *erlang_schema = R"({
  "type": "object", "additionalProperties": false,
  "properties": {
    "node": {"type": "string", "pattern": "^[^@]+@[^@]+$", "x-kith-expected": "a node's name such as app@10.0.0.7", "description": "Local node."},
    "cookie": {"type": "string", "writeOnly": true, "description": "Cookie."},
    "connect": {"type": "array", "minItems": 3, "maxItems": 3, "default": ["net_kernel", "connect_node", []], "description": "Call."},
    "list_nodes": {"type": "array", "minItems": 3, "maxItems": 3, "default": ["erlang", "nodes", ["connected"]], "description": "Call."}
  }})";

inline PluginCatalogue catalogue() {
    PluginCatalogue out;
    out.installed.push_back({KITH_KIND_STRATEGY, "epmd", {}, epmd_schema, KITH_FLAG_AUTHENTICATED, KITH_PRUNE_UNSAID});
    out.installed.push_back({KITH_KIND_STRATEGY, "gossip", {}, gossip_schema, 0, KITH_PRUNE_UNSAID});
    out.installed.push_back({KITH_KIND_STRATEGY, "k8s_dns", {"kubernetes_dns"}, "", KITH_FLAG_ROTATING, KITH_PRUNE_UNSAID});
    out.installed.push_back({KITH_KIND_CONNECTOR, "erlang", {"beam"}, erlang_schema, KITH_FLAG_TRUSTS_PEERS, KITH_PRUNE_KEEP});
    out.installed.push_back({KITH_KIND_CONNECTOR,
                             "log",
                             {},
                             R"({"type": "object", "additionalProperties": false, "properties": {"node": {"type": "string"}}})",
                             0,
                             KITH_PRUNE_DISCONNECT});
    out.installed.push_back({KITH_KIND_SINK,
                             "file",
                             {},
                             R"({"properties": {"path": {"type": "string", "x-kith-file": "read"},
                                                                          "run": {"type": "array", "items": [{"type": "string", "x-kith-file": "execute"}]}},
                                                           "required": ["path"]})",
                             0,
                             0});
    out.installed.push_back({KITH_KIND_SINK,
                             "page",
                             {},
                             R"({"properties": {"of": {"type": "string", "default": "", "x-kith-topology": true}}})",
                             0,
                             0});
    out.refused.push_back({"/plugins/libstrategy_consul.so", "L1: the file is writable by group"});
    return out;
}

struct World {
    std::map<std::string, std::string> environment{{"HOST", "app@10.0.0.7"}, {"PORT", "4000"}, {"EMPTY", ""}, {"YES", "true"}};
    std::map<std::string, FileText> files{{"/run/secret", {"hush\n", "", false}},
                                          {"/run/open", {"hush", "", true}},
                                          {"/run/denied", {"", "permission denied", false}},
                                          {"/run/crlf", {"hush\r\n", "", false}},
                                          {"/run/binary", {"\xff\xfe", "", false}}};
    PluginCatalogue plugins = catalogue();
    PluginSettings asked;
    FileFault file_fault{};

    ConfigInputs inputs() {
        ConfigInputs out;
        out.environment = [this](const std::string &name) -> std::optional<std::string> {
            const auto found = environment.find(name);
            return found == environment.end() ? std::nullopt : std::optional(found->second);
        };
        out.read_file = [this](const std::string &path, std::size_t) {
            const auto found = files.find(path);
            return found == files.end() ? FileText{"", "no such file", false} : found->second;
        };
        out.plugins = [this](const PluginSettings &settings) {
            asked = settings;
            return plugins;
        };
        out.file_fault = file_fault;
        return out;
    }
};

struct Loaded {
    std::optional<Config> config;
    Diagnostics diagnostics;
};

inline Loaded load_text(std::string_view text, World world = {}) {
    Loaded out;
    out.config = load("kith.json", text, world.inputs(), out.diagnostics);
    return out;
}

} // namespace kith::core::test
