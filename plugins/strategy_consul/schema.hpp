// SPDX-License-Identifier: MIT
//
// The JSON Schema (draft 7) of all options. Names and defaults are those of libcluster_consul where it has the option; additional options
// are `wait`, `register`, `token_file` and `certificate_authority`.
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
      "description": "The part of the node names after the @: ip: the address of the service or, if it has none, of its Consul node; host: the name of that node."
    },
    "passing": {
      "type": "boolean", "default": true,
      "description": "For agent and health: only instances whose checks all pass."
    }
  },
  "properties": {
    "list_using": {
      "type": "array", "minItems": 1, "maxItems": 16,
      "description": "The endpoints to query; the results are merged. agent: instances registered with this agent; catalog: all instances, whatever their checks; health: instances whose checks pass; multisite: catalog or health in several datacenters. Each element is a name, or an object with settings.",
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
                "description": "For multisite: the endpoints to query in each datacenter."
              },
              "datacenters": {
                "type": "array", "minItems": 1, "maxItems": 64, "uniqueItems": true,
                "items": { "type": "string", "minLength": 1, "maxLength": 128 },
                "description": "For multisite: the datacenters. Default: all datacenters that Consul knows; the list is updated each minute."
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
        "id": { "type": "string", "minLength": 1, "maxLength": 255, "description": "The id of one instance; only with agent." }
      },
      "description": "The service: {\"name\": ...}, or {\"id\": ...}."
    },
    "base_url": {
      "type": "string", "default": "http://localhost:8500", "pattern": "^https?://[^\\s?#]+$", "x-kith-url": true,
      "x-kith-expected": "http:// or https:// and a host, such as http://localhost:8500",
      "description": "URL of the agent's HTTP API."
    },
    "access_token": {
      "type": "string", "writeOnly": true, "minLength": 1,
      "description": "ACL token, sent as X-Consul-Token. Prefer token_file."
    },
    "token_file": {
      "type": "string", "minLength": 1, "x-kith-file": "read",
      "description": "A file with the ACL token. It is read again for each request, so the token can be rotated."
    },
    "dc": {
      "type": "string", "minLength": 1, "maxLength": 128,
      "description": "The datacenter for catalog and health. Default: the agent's own."
    },
    "filter": {
      "type": "string", "minLength": 1, "maxLength": 4096,
      "description": "Filter expression in Consul's language, such as: Service.Meta.role == \"db\". Only for catalog and health, which have different selectors; agent does not support filters."
    },
    "polling_interval": {
      "type": "integer", "default": 5000, "minimum": 100, "maximum": 86400000, "x-kith-unit": "ms",
      "description": "Time between queries where blocking queries are not available (agent with service.name), varied by ±10 %."
    },
    "wait": {
      "type": "integer", "default": 60000, "minimum": 1000, "maximum": 600000, "x-kith-unit": "ms",
      "description": "Maximum time that a blocking query waits for a change. An unresponsive server is detected after this time plus a sixteenth of it plus 10 s."
    },
    "node_basename": {
      "type": "string", "pattern": "^[^@\\s]{1,200}$",
      "x-kith-node-name": "part",
      "description": "The part of the node names before the @. Default: that of the local node."
    },
    "certificate_authority": {
      "type": "string", "minLength": 1, "x-kith-file": "read",
      "description": "A file with trusted CA certificates (PEM). Default: those of the system."
    },
    "disable_verify_ssl": {
      "type": "boolean", "default": false,
      "description": "Do not verify the server's certificate."
    },
    "register": {
      "type": "object", "additionalProperties": false,
      "description": "Register the local node as an instance of the service, with a TTL check that passes while kith runs and knows the node; it is deregistered at a clean stop. Requires service.name.",
      "properties": {
        "id": { "type": "string", "minLength": 1, "maxLength": 255, "description": "Id of the instance. Default: the service's name, a hyphen and the address." },
        "address": { "type": "string", "minLength": 1, "maxLength": 255, "description": "Address of the instance. Default: the part of the local node's name after the @." },
        "port": { "type": "integer", "default": 0, "minimum": 0, "maximum": 65535, "description": "Port of the instance; 0: none." },
        "tags": { "type": "array", "maxItems": 64, "items": { "type": "string", "minLength": 1, "maxLength": 255 }, "description": "Tags of the instance." },
        "ttl": { "type": "integer", "default": 30000, "minimum": 3000, "maximum": 3600000, "x-kith-unit": "ms", "description": "Time without refresh after which the check is critical; kith refreshes it three times as often." },
        "deregister_after": { "type": "integer", "default": 600000, "minimum": 60000, "maximum": 604800000, "x-kith-unit": "ms", "description": "Time in critical state after which Consul removes the instance." }
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
