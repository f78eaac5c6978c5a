// SPDX-License-Identifier: MIT
//
// Every option: name, type, default, unit and what it does. JSON Schema, draft 7. Names and defaults are libcluster's, where it has them.
#pragma once

#include <string_view>

namespace gossip {

inline constexpr std::string_view options_schema = R"({
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "port": {
      "type": "integer", "default": 45892, "minimum": 1, "maximum": 65535,
      "description": "UDP port on which heartbeats are sent and received."
    },
    "if_addr": {
      "type": "string", "default": "0.0.0.0",
      "description": "Address of the interface on which the group is joined; 0.0.0.0: where the routes lead."
    },
    "multicast_if": {
      "type": "string",
      "description": "Interface by which heartbeats are sent, and on which the group is joined: its name (eth0) or an address of it. Not given: that of if_addr."
    },
    "multicast_addr": {
      "type": "string", "default": "233.252.1.32",
      "x-kith-expected": "a numeric address, such as 233.252.1.32 or ff02::77",
      "description": "The group, IPv4 or IPv6, or with broadcast_only the broadcast address."
    },
    "multicast_ttl": {
      "type": "integer", "default": 1, "minimum": 0, "maximum": 255,
      "description": "How many routers a heartbeat may cross, and one more; 0: it stays on this machine."
    },
    "broadcast_only": {
      "type": "boolean", "default": false,
      "description": "Broadcast, and join no group. Sent to multicast_addr when that is no group, else to 255.255.255.255. IPv4 only."
    },
    "secret": {
      "type": "string", "minLength": 1, "writeOnly": true,
      "description": "Heartbeats are sealed with it, best given as ${file:/run/secrets/gossip}."
    },
    "secrets": {
      "type": "array", "default": [], "maxItems": 8, "writeOnly": true,
      "items": { "type": "string", "minLength": 1 },
      "description": "For a change of the secret: all of them open what is received; the first seals, unless `secret` is given, which then does."
    },
    "seal": {
      "type": "string", "enum": ["libcluster", "authenticated"], "default": "libcluster",
      "description": "What a secret does: `libcluster` hides names as libcluster does, `authenticated` also proves which member sent and that the datagram is new (all members must be kith)."
    },
    "peers": {
      "type": "array", "default": [], "maxItems": 255, "uniqueItems": true,
      "items": { "type": "string", "minLength": 2, "x-kith-expected": "an address, 10.0.0.8 or 10.0.0.8:45892 or [fd00::8]:45892" },
      "description": "Addresses that get each heartbeat too, where multicast is not allowed. Numeric; without a port, `port`."
    },
    "interval": {
      "type": "integer", "default": 5000, "minimum": 20, "maximum": 3600000, "x-kith-unit": "ms",
      "description": "Mean time between heartbeats; each is sent half to one and a half intervals after the one before."
    },
    "expire": {
      "type": "integer", "minimum": 40, "maximum": 86400000, "x-kith-unit": "ms",
      "description": "A peer from which nothing was received for so long is missing, if others sent meanwhile. At least 2 intervals. Not given: 3 intervals."
    },
    "max_peers": {
      "type": "integer", "default": 10000, "minimum": 1, "maximum": 100000,
      "description": "Most peers that are known at once."
    }
  },
  "x-kith-authenticated": {
    "required": ["seal"],
    "properties": { "seal": { "const": "authenticated" } }
  }
})";

} // namespace gossip
