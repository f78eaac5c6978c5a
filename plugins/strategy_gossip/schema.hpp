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
      "description": "Address of the interface on which the group is joined; 0.0.0.0: the interface that the routes select."
    },
    "multicast_if": {
      "type": "string",
      "description": "Interface through which heartbeats are sent, and on which the group is joined: its name (eth0) or one of its addresses. Default: the interface of if_addr."
    },
    "multicast_addr": {
      "type": "string", "default": "233.252.1.32",
      "x-kith-expected": "a numeric address, such as 233.252.1.32 or ff02::77",
      "description": "The multicast group, IPv4 or IPv6; with broadcast_only the broadcast address."
    },
    "multicast_ttl": {
      "type": "integer", "default": 1, "minimum": 0, "maximum": 255,
      "description": "Time to live of a heartbeat: one more than the number of routers it may cross; 0: it stays on this machine."
    },
    "broadcast_only": {
      "type": "boolean", "default": false,
      "description": "Broadcast the heartbeats, and join no group. They are sent to multicast_addr if that is not a group, or else to 255.255.255.255. IPv4 only."
    },
    "secret": {
      "type": "string", "minLength": 1, "writeOnly": true,
      "description": "The key with which heartbeats are encrypted, best given as ${file:/run/secrets/gossip}."
    },
    "secrets": {
      "type": "array", "default": [], "maxItems": 8, "writeOnly": true,
      "items": { "type": "string", "minLength": 1 },
      "description": "Several keys, for a change of the secret: received heartbeats are decrypted with any of them; sent ones are encrypted with `secret` or, without it, with the first."
    },
    "seal": {
      "type": "string", "enum": ["libcluster", "authenticated"], "default": "libcluster",
      "description": "Format of the encrypted heartbeats: `libcluster` hides the names as libcluster does; `authenticated` also proves that a member sent the heartbeat and that it is not a replay (all members must run kith)."
    },
    "peers": {
      "type": "array", "default": [], "maxItems": 255, "uniqueItems": true,
      "items": { "type": "string", "minLength": 2, "x-kith-expected": "an address, 10.0.0.8 or 10.0.0.8:45892 or [fd00::8]:45892" },
      "description": "Further addresses to which each heartbeat is sent, for networks without multicast. Numeric; the default of an address's port is `port`."
    },
    "interval": {
      "type": "integer", "default": 5000, "minimum": 20, "maximum": 3600000, "x-kith-unit": "ms",
      "description": "Mean time between heartbeats; each is sent half to one and a half intervals after the previous one."
    },
    "expire": {
      "type": "integer", "minimum": 40, "maximum": 86400000, "x-kith-unit": "ms",
      "description": "A peer is missing if no heartbeat of it was received for this time while heartbeats of others were. At least 2 intervals. Default: 3 intervals."
    },
    "max_peers": {
      "type": "integer", "default": 10000, "minimum": 1, "maximum": 100000,
      "description": "Maximum number of peers that are known at the same time."
    }
  },
  "x-kith-authenticated": {
    "required": ["seal"],
    "properties": { "seal": { "const": "authenticated" } }
  }
})";

} // namespace gossip
