// SPDX-License-Identifier: MIT
//
// The JSON Schema (draft 7) of all options. Names and defaults are those of libcluster_ec2 where it has the option.
#pragma once

#include <string_view>

namespace ec2 {

inline constexpr std::string_view options_schema = R"({
  "type": "object",
  "additionalProperties": false,
  "required": ["ec2_tagname"],
  "properties": {
    "ec2_tagname": {
      "type": "string", "minLength": 1, "maxLength": 128,
      "description": "The tag that the instances of a cluster have, such as cluster."
    },
    "ec2_tagvalue": {
      "type": ["string", "array"], "minItems": 1, "maxItems": 200, "uniqueItems": true,
      "items": { "type": "string", "maxLength": 256 },
      "description": "The value of the tag, or a list of alternatives; * and ? are wildcards, as in filters of EC2. Default: the value of this instance."
    },
    "app_prefix": {
      "type": "string", "default": "app", "pattern": "^[^@\\s]{1,200}$",
      "x-kith-node-name": "part",
      "description": "The value of {app_prefix} in ip_to_nodename: the part of the node names before the @."
    },
    "ip_type": {
      "type": "string", "default": "private", "enum": ["private", "public", "private_dns", "public_dns", "ipv6"],
      "description": "The address that is {ip} in ip_to_nodename. An instance that never had one is excluded; a running instance that lost it keeps the last known one."
    },
    "interface": {
      "type": "integer", "minimum": 0, "maximum": 255,
      "description": "The device index of the network interface whose address is used. Default: the address of the instance, which is that of its primary interface; if that has none of the ip_type, the address of the first interface that has one."
    },
    "ip_to_nodename": {
      "type": "string", "default": "{app_prefix}@{ip}", "minLength": 1, "maxLength": 512,
      "description": "Format of the node names: a text with {app_prefix}, {ip}, {instance_id} or {zone}. In libcluster_ec2 this is a function."
    },
    "polling_interval": {
      "type": "integer", "default": 5000, "minimum": 100, "maximum": 86400000, "x-kith-unit": "ms",
      "description": "Time between queries, varied by ±10 %. After a failure the delay starts shorter and increases up to 30 s. AWS limits the requests of an account: with more than about fifty hosts increase it as described in the README."
    },
    "show_debug": {
      "type": "boolean", "default": true,
      "x-kith-no-effect": "queries are counted and every change is an event; --log-level debug prints more",
      "description": "Accepted for compatibility with topologies of libcluster_ec2."
    },
    "region": {
      "type": "string", "pattern": "^[a-z0-9-]{1,64}$",
      "x-kith-expected": "a region, such as eu-central-1",
      "description": "The region of the instances. Default: the environment variable AWS_REGION or AWS_DEFAULT_REGION, or else the region of this instance."
    },
    "endpoint": {
      "type": "string", "pattern": "^https?://[^\\s?#]+$", "x-kith-url": true,
      "x-kith-expected": "https:// or http:// and a host, such as https://ec2.eu-central-1.api.aws",
      "description": "URL of the API, for VPC endpoints, dual-stack endpoints and other partitions. Default: https://ec2.REGION.amazonaws.com."
    },
    "metadata": {
      "type": "string", "pattern": "^http://[^\\s?#]+$", "x-kith-url": true,
      "x-kith-expected": "http:// and a host, such as http://[fd00:ec2::254]",
      "description": "URL of the metadata service of this instance. Default: the environment variable AWS_EC2_METADATA_SERVICE_ENDPOINT, or else http://169.254.169.254, or http://[fd00:ec2::254] if AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE is IPv6. It is used only for what is not configured: region, the tag's value, credentials."
    }
  },
  "x-kith-authenticated": {
    "properties": { "endpoint": { "not": { "pattern": "^http:" } } }
  }
})";

} // namespace ec2
