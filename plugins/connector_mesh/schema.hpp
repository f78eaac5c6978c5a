// SPDX-License-Identifier: MIT
//
// Every option: name, type, default, unit and what it does. JSON Schema, draft 7.
#pragma once

#include <string_view>

namespace kith::mesh {

inline constexpr std::string_view options_schema = R"({
  "type": "object",
  "additionalProperties": false,
  "required": ["node", "cluster"],
  "x-kith-policy": { "": { "connect_parallel": 256 } },
  "properties": {
    "node": {
      "type": "string", "minLength": 1, "maxLength": 255, "x-kith-node-name": "any",
      "description": "Name of this member, such as app@10.0.0.7. Others reach it at the part behind the @, or at the whole name if it has none."
    },
    "cluster": {
      "type": "string", "minLength": 1, "maxLength": 255,
      "description": "Id of the cluster. Members of different clusters never link, whatever addresses they share."
    },
    "listen": {
      "type": "string", "default": "", "maxLength": 300,
      "description": "Address and port on which it listens: 10.0.0.7:4747, [fd00::7]:4747, :4747 for all addresses. Empty: the host part of node if that is an address, else all addresses, and port."
    },
    "port": {
      "type": "integer", "default": 4747, "minimum": 1, "maximum": 65535,
      "description": "Port of this member, and of peers that have no attribute port. The address of a peer is its attribute address, else the host part of its name."
    },
    "keys": {
      "type": "array", "default": [], "maxItems": 16, "items": {"type": "string", "minLength": 1}, "writeOnly": true,
      "x-kith-warning": {"if": {"minItems": 1}, "text": "a key proves that a member belongs to the cluster, but not its name: a host that has the key can take any name; certificate and authority prove the name too"},
      "description": "Keys of the cluster: 32 random bytes as 64 hexadecimal digits each, best as ${file:/etc/kith/mesh.psk}. All are accepted, the first is used, so that a key can be exchanged without a break. A key proves that a member belongs to the cluster, not which one it is."
    },
    "keys_file": {
      "type": "string", "default": "", "x-kith-file": "read",
      "x-kith-warning": {"if": {"minLength": 1}, "text": "a key proves that a member belongs to the cluster, but not its name: a host that has the key can take any name; certificate and authority prove the name too"},
      "description": "File with such keys in place of keys, one in a line; lines that begin with # are ignored. Read again when it changes, and no link that uses a key that is still there is touched."
    },
    "certificate": {
      "type": "string", "default": "", "x-kith-file": "read",
      "description": "File of this member's certificate (PEM) and the chain above it. Its alternative names contain URI:kith://CLUSTER/NAME. Read again when it changes."
    },
    "private_key": {
      "type": "string", "default": "", "x-kith-file": "read",
      "description": "File of its key (PEM). Empty: it is in certificate."
    },
    "authority": {
      "type": "string", "default": "", "x-kith-file": "read",
      "description": "File of the authorities (PEM) that sign the certificates of members, and of no others."
    },
    "spiffe_id": {
      "type": "string", "default": "", "maxLength": 2048,
      "description": "SPIFFE ids that are those of members too, such as spiffe://example.org/shop/*: certificates of SPIRE can be used then. Each * stands for a part of the member's name, once in a segment of the path. One pattern for each cluster."
    },
    "spiffe_name": {
      "type": "string", "default": "", "maxLength": 255,
      "description": "Name of the member with such an id, such as app@*: as many *, in the same order. Empty: the part of node up to its @, and *."
    },
    "deny": {
      "type": "array", "default": [], "maxItems": 10000, "items": {"type": "string", "minLength": 1},
      "description": "Members that are refused although their certificate is valid: names, or SHA-256 fingerprints of certificates as 64 hexadecimal digits in lower case."
    },
    "deny_file": {
      "type": "string", "default": "", "x-kith-file": "read",
      "description": "File with more of them, one in a line; lines that begin with # are ignored. Read again when it changes: links with members in it end then, and others are not touched."
    },
    "degree": {
      "type": "integer", "default": 16, "minimum": 4, "maximum": 64, "multipleOf": 2,
      "description": "Links of a member: two on each of degree / 2 rings. With fewer than degree + 2 members all are linked with all. Equal in the whole cluster."
    },
    "heartbeat": {
      "type": "integer", "default": 500, "minimum": 50, "maximum": 10000, "x-kith-unit": "ms",
      "description": "Time between two heartbeats. Each promises when the next one comes; a link on which nothing comes for 4.4 times as long after that has failed. Equal in the whole cluster."
    },
    "leave_on_terminate": {
      "type": "boolean", "default": false,
      "description": "When kith ends in order, it reports to the others that it has left for good. Otherwise that it is restarting."
    },
    "plain": {
      "type": "boolean", "default": false,
      "description": "Links without authentication and encryption, on loopback addresses only, in place of keys or certificates."
    }
  }
})";

} // namespace kith::mesh
