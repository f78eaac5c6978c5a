// SPDX-License-Identifier: MIT
//
// Every option: name, type, default, unit and what it does. JSON Schema, draft 7. Names and defaults are those of libcluster_ec2, where
// it has them.
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
      "description": "The tag by which the instances of a cluster are known, such as cluster."
    },
    "ec2_tagvalue": {
      "type": ["string", "array"], "minItems": 1, "maxItems": 200, "uniqueItems": true,
      "items": { "type": "string", "maxLength": 256 },
      "description": "Its value, or a list of which one is enough; * and ? stand for whatever, as in filters of EC2. Not given: the value that this instance has."
    },
    "app_prefix": {
      "type": "string", "default": "app", "pattern": "^[^@\\s]{1,200}$",
      "x-kith-node-name": "part",
      "description": "What stands for {app_prefix} in ip_to_nodename: the part of the nodes' names before the @."
    },
    "ip_type": {
      "type": "string", "default": "private", "enum": ["private", "public", "private_dns", "public_dns", "ipv6"],
      "description": "Which address of an instance is {ip} in ip_to_nodename. An instance that never had one is left out; one that runs and has lost it keeps the last known one."
    },
    "interface": {
      "type": "integer", "minimum": 0, "maximum": 255,
      "description": "The device index of the network interface whose address counts. Not given: that which EC2 tells of the instance, which is the primary interface's; if it has none of the ip_type, that of the first interface which has one."
    },
    "ip_to_nodename": {
      "type": "string", "default": "{app_prefix}@{ip}", "minLength": 1, "maxLength": 512,
      "description": "The nodes' names: a text with {app_prefix}, {ip}, {instance_id} or {zone} in it. In libcluster_ec2 this is a function."
    },
    "polling_interval": {
      "type": "integer", "default": 5000, "minimum": 100, "maximum": 86400000, "x-kith-unit": "ms",
      "description": "Time between looks, give or take a tenth. After a failure the next look comes sooner, then ever later, up to 30 s. An account has a limit on requests: from some fifty hosts on let it be longer, as the README tells."
    },
    "show_debug": {
      "type": "boolean", "default": true,
      "x-kith-no-effect": "each look is counted and every change is an event; --log-level debug shows more",
      "description": "Accepted, so that a topology of libcluster_ec2 can be carried over."
    },
    "region": {
      "type": "string", "pattern": "^[a-z0-9-]{1,64}$",
      "x-kith-expected": "a region, such as eu-central-1",
      "description": "The region whose instances are looked at. Not given: AWS_REGION or AWS_DEFAULT_REGION of the environment, else that of this instance."
    },
    "endpoint": {
      "type": "string", "pattern": "^https?://[^\\s?#@]+$",
      "x-kith-expected": "https:// or http:// and a host, such as https://ec2.eu-central-1.api.aws",
      "description": "Where the API is. Not given: https://ec2.REGION.amazonaws.com. For VPC endpoints, dual-stack endpoints and other partitions."
    },
    "metadata": {
      "type": "string", "pattern": "^http://[^\\s?#@]+$",
      "x-kith-expected": "http:// and a host, such as http://[fd00:ec2::254]",
      "description": "Where the metadata service of this instance is. Not given: AWS_EC2_METADATA_SERVICE_ENDPOINT of the environment, else http://169.254.169.254, or http://[fd00:ec2::254] when AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE is IPv6. It is asked only for what is configured nowhere else: region, the tag's value, credentials."
    }
  },
  "x-kith-authenticated": {
    "properties": { "endpoint": { "not": { "pattern": "^http:" } } }
  }
})";

} // namespace ec2
