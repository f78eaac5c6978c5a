// SPDX-License-Identifier: MIT
//
// Every option: name, type, default, unit and what it does. JSON Schema, draft 7. Names and defaults are libcluster_consul's, where it
// has them; what is ours: `wait`, `register`, `token_file`, `certificate_authority`.
#pragma once

#include <string_view>

namespace consul {

inline constexpr std::string_view options_schema = R"({
  "type": "object",
  "additionalProperties": false,
  "required": ["list_using", "service"],
  "definitions": {
    "endpoint": { "type": "string", "enum": ["agent", "catalog", "health"] },
    "expected": {
      "type": "string", "default": "ip", "enum": ["ip", "host"],
      "description": "What stands after the @: ip, the address of the service, or, where it has none, of its Consul node; or host, the name of that node."
    },
    "passing": {
      "type": "boolean", "default": true,
      "description": "Of agent and health: only instances all of whose checks pass."
    }
  },
  "properties": {
    "list_using": {
      "type": "array", "minItems": 1, "maxItems": 16,
      "description": "Where to look, all of it together: agent, what is registered with this very agent; catalog, all instances, whether they are well or not; health, those that pass their checks; multisite, catalog or health in several datacenters. A name, or an object with settings of its own.",
      "items": {
        "anyOf": [
          { "type": "string", "enum": ["agent", "catalog", "health", "multisite"] },
          {
            "type": "object", "additionalProperties": false, "required": ["endpoint"],
            "properties": {
              "endpoint": { "$ref": "#/definitions/endpoint" },
              "expected": { "$ref": "#/definitions/expected" },
              "passing": { "$ref": "#/definitions/passing" }
            }
          },
          {
            "type": "object", "additionalProperties": false, "required": ["endpoints"],
            "properties": {
              "endpoints": {
                "type": "array", "minItems": 1, "maxItems": 2, "uniqueItems": true, "default": ["health"],
                "items": { "type": "string", "enum": ["catalog", "health"] },
                "description": "Of multisite: what is asked in each datacenter."
              },
              "datacenters": {
                "type": "array", "minItems": 1, "maxItems": 64, "uniqueItems": true,
                "items": { "type": "string", "minLength": 1, "maxLength": 128 },
                "description": "Of multisite. Not given: all that Consul knows, which is asked for each minute."
              },
              "expected": { "$ref": "#/definitions/expected" },
              "passing": { "$ref": "#/definitions/passing" }
            }
          }
        ]
      }
    },
    "service": {
      "type": "object", "additionalProperties": false, "minProperties": 1, "maxProperties": 1,
      "properties": {
        "name": { "type": "string", "minLength": 1, "maxLength": 255, "description": "The service whose instances are the peers." },
        "id": { "type": "string", "minLength": 1, "maxLength": 255, "description": "One instance; only agent is asked by it." }
      },
      "description": "What is looked for: {\"name\": ...}, or {\"id\": ...}."
    },
    "base_url": {
      "type": "string", "default": "http://localhost:8500", "pattern": "^https?://[^\\s?#]+$",
      "x-kith-expected": "http:// or https:// and a host, such as http://localhost:8500",
      "description": "The agent's HTTP API."
    },
    "access_token": {
      "type": "string", "writeOnly": true, "minLength": 1,
      "description": "ACL token, sent as X-Consul-Token. Better in a file: token_file."
    },
    "token_file": {
      "type": "string", "minLength": 1,
      "description": "A file with the ACL token; read again for each request, so that it may rotate."
    },
    "dc": {
      "type": "string", "minLength": 1, "maxLength": 128,
      "description": "The datacenter that is asked, by catalog and health. Not given: the agent's own."
    },
    "filter": {
      "type": "string", "minLength": 1, "maxLength": 4096,
      "description": "Filter expression in Consul's language, such as: Service.Meta.role == \"db\". Of catalog and health, each of which has names of its own; agent knows no filter."
    },
    "polling_interval": {
      "type": "integer", "default": 5000, "minimum": 100, "maximum": 86400000, "x-kith-unit": "ms",
      "description": "Time between looks where a change cannot be waited for (agent by name), give or take a tenth."
    },
    "wait": {
      "type": "integer", "default": 60000, "minimum": 1000, "maximum": 600000, "x-kith-unit": "ms",
      "description": "How long a blocking query waits for a change. A server that went mute is noticed a sixteenth and 10 s later."
    },
    "node_basename": {
      "type": "string", "pattern": "^[^@\\s]{1,200}$",
      "x-kith-node-name": "part",
      "description": "The part of the nodes' names before the @. Not given: the local node's."
    },
    "certificate_authority": {
      "type": "string", "minLength": 1,
      "description": "A file of certificates (PEM) that may sign the server's. Not given: those the system trusts."
    },
    "disable_verify_ssl": {
      "type": "boolean", "default": false,
      "description": "Believe whoever answers."
    },
    "register": {
      "type": "object", "additionalProperties": false,
      "description": "Register the local node as an instance of the service, with a TTL check that passes while kith runs and knows the node; take it back at a clean stop. Needs service.name.",
      "properties": {
        "id": { "type": "string", "minLength": 1, "maxLength": 255, "description": "Not given: the service's name, a minus and the address." },
        "address": { "type": "string", "minLength": 1, "maxLength": 255, "description": "Not given: what stands after the @ in the local node's name." },
        "port": { "type": "integer", "default": 0, "minimum": 0, "maximum": 65535, "description": "0: none." },
        "tags": { "type": "array", "maxItems": 64, "items": { "type": "string", "minLength": 1, "maxLength": 255 }, "description": "Tags of the instance." },
        "ttl": { "type": "integer", "default": 30000, "minimum": 3000, "maximum": 3600000, "x-kith-unit": "ms", "description": "The check is critical when it was not refreshed for so long; it is refreshed three times as often." },
        "deregister_after": { "type": "integer", "default": 600000, "minimum": 60000, "maximum": 604800000, "x-kith-unit": "ms", "description": "Consul itself takes away an instance that was critical for so long." }
      }
    }
  },
  "x-kith-authenticated": {
    "required": ["base_url"],
    "properties": {
      "disable_verify_ssl": { "const": false },
      "base_url": { "pattern": "^https:" }
    }
  }
})";

} // namespace consul
