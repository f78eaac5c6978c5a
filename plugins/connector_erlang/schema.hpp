// SPDX-License-Identifier: MIT
//
// Every option: name, type, default, unit and what it does. JSON Schema, draft 7.
#pragma once

#include <string_view>

namespace kith::erlang {

inline constexpr std::string_view options_schema = R"({
  "type": "object",
  "additionalProperties": false,
  "x-kith-policy": {
    "application": {
      "rabbitmq": {
        "first_looks": 2, "connect_timeout": 120000,
        "disconnect": "a peer that is gone is removed from the whole cluster of RabbitMQ, once it does not run (forget_cluster_node), and can return only as a new member; keep leaves it a member"
      },
      "ejabberd": {
        "first_looks": 2, "connect_timeout": 120000,
        "disconnect": "a peer that is gone is removed from the whole cluster of ejabberd, once it does not run (leave_cluster), and can return only as a new member; keep leaves it a member"
      },
      "partisan": {
        "connect_timeout": 60000,
        "disconnect": "a peer that is gone is removed from the membership of all nodes of Partisan, once it has no connection; keep leaves it a member"
      },
      "partisan_hyparview": {
        "connect_timeout": 60000, "links": 1, "bridge": true,
        "disconnect": "HyParView has no function that removes a peer from its views: each attempt to disconnect one that is gone fails; keep leaves it to HyParView, which drops a peer that is down"
      }
    }
  },
  "properties": {
    "node": {
      "type": "string", "default": "", "maxLength": 510, "x-kith-node-name": "either",
      "description": "The local node to drive: app@10.0.0.7, or app alone. Empty: RELEASE_NODE, else the one node that the local EPMD lists."
    },
    "address": {
      "type": "string", "default": "",
      "description": "Host name or address at which the local node and its EPMD are reached. Empty: the host part of the node's name; 127.0.0.1 when there is none."
    },
    "port": {
      "type": "integer", "default": 0, "minimum": 0, "maximum": 65535,
      "description": "Distribution port of the local node, for one that runs without EPMD. 0: the one in the vm.args of the release (RELEASE_VM_ARGS, VMARGS_PATH, or RELEASE_ROOT and RELEASE_VSN), else ask EPMD."
    },
    "epmd_port": {
      "type": "integer", "default": 0, "minimum": 0, "maximum": 65535,
      "description": "Port of every EPMD. 0: ERL_EPMD_PORT, else 4369."
    },
    "cookie": {
      "type": "string", "default": "", "maxLength": 255, "writeOnly": true,
      "description": "The local node's cookie, best as ${file:/run/secrets/cookie}. Empty: cookie_file, else RELEASE_COOKIE, else $CREDENTIALS_DIRECTORY/cookie (LoadCredential= of systemd), else ~/.erlang.cookie, else $XDG_CONFIG_HOME/erlang/.erlang.cookie."
    },
    "cookie_file": {
      "type": "string", "default": "", "x-kith-file": "read",
      "description": "File that holds the cookie; only its owner may have access to it. Read anew at each attachment."
    },
    "connect": {
      "x-kith-warning": {
        "if": {"type": "array", "items": [{"enum": ["partisan", "partisan_peer_service", ":partisan", ":partisan_peer_service"]}]},
        "text": "functions of Partisan take no name of a peer, and return before there is a link: take connect, disconnect and list_nodes out, and set \"application\": \"partisan\" or \"partisan_hyparview\""
      },
      "type": "array", "default": ["net_kernel", "connect_node", []], "minItems": 3, "maxItems": 3,
      "items": [{"type": "string"}, {"type": "string"}, {"type": "array"}],
      "description": "[module, function, arguments] called in the node to join a peer, its name put behind the arguments as an atom, or where they contain {\"peer\": \"atom\"}. Good answers are true and ok."
    },
    "disconnect": {
      "x-kith-warning": {
        "if": {"type": "array", "items": [{"enum": ["partisan", "partisan_peer_service", ":partisan", ":partisan_peer_service"]}]},
        "text": "functions of Partisan take no name of a peer, and return before there is a link: take connect, disconnect and list_nodes out, and set \"application\": \"partisan\" or \"partisan_hyparview\""
      },
      "type": "array", "default": ["erlang", "disconnect_node", []], "minItems": 3, "maxItems": 3,
      "items": [{"type": "string"}, {"type": "string"}, {"type": "array"}],
      "description": "[module, function, arguments] called in the node to part from a peer, its name put behind the arguments as an atom, or where they contain {\"peer\": \"atom\"}."
    },
    "list_nodes": {
      "x-kith-warning": {
        "if": {"type": "array", "items": [{"enum": ["partisan", "partisan_peer_service", ":partisan", ":partisan_peer_service"]}]},
        "text": "functions of Partisan take no name of a peer, and return before there is a link: take connect, disconnect and list_nodes out, and set \"application\": \"partisan\" or \"partisan_hyparview\""
      },
      "type": "array", "default": ["erlang", "nodes", ["connected"]], "minItems": 3, "maxItems": 3,
      "items": [{"type": "string"}, {"type": "string"}, {"type": "array"}],
      "description": "[module, function, arguments] that lists the linked peers. With the default, links are known from events; with another they are what it lists, asked every poll_interval and behind each join."
    },
    "application": {
      "enum": ["none", "rabbitmq", "ejabberd", "partisan", "partisan_hyparview"], "default": "none",
      "description": "What forms a cluster of its own above the links: kith has the node join that too, and links are its members. none: links alone."
    },
    "allow_reset": {
      "type": "boolean", "default": false,
      "description": "A node with data of its own may join the cluster of an application, and loses them. Without it only a fresh node joins."
    },
    "peer_cookies": {
      "type": ["object", "string"], "default": {}, "writeOnly": true, "additionalProperties": {"type": "string"},
      "propertyNames": {"anyOf": [{"const": "*"}, {"type": "string", "x-kith-node-name": "full"}]},
      "description": "Cookie of each peer by its name, \"*\" for the others; or one string for all. Set in the node by erlang:set_cookie/2 before each join. Where the local node is listed too, two listed nodes use the cookie of the name that sorts first, so that one list serves both sides."
    },
    "ignore": {
      "type": "array", "default": [], "maxItems": 100, "items": {"type": "string", "minLength": 1, "maxLength": 255},
      "description": "Names of links that are no peers and are not reported, with * for any characters and ? for one: health*@*. Always left out are attachments of kith, rem-*, remsh*, rabbitmqcli-*, and hidden nodes that are called as erl_call (c17@*) or by a dynamic name (3O8L5JLUDVLB3@*), unless a strategy finds them."
    },
    "tls": {
      "type": "object", "additionalProperties": false,
      "description": "For a node with -proto_dist inet_tls: by which files kith enters it, and knows other nodes. Read again when they change. Without it kith speaks plain TCP.",
      "properties": {
        "optfile": { "type": "string", "minLength": 1, "x-kith-file": "read", "description": "The file of the node's own -ssl_dist_optfile: what its client sets of the options below, and of versions. Certificate and key are its server's where its client has none. Options below that are given win." },
        "cacertfile": { "type": "string", "minLength": 1, "x-kith-file": "read", "description": "File of the authorities (PEM) that nodes' certificates are signed by." },
        "certfile": { "type": "string", "minLength": 1, "x-kith-file": "read", "description": "File of our certificate (PEM) and the chain above it, for nodes that ask for one." },
        "keyfile": { "type": "string", "minLength": 1, "x-kith-file": "read", "description": "File of its key (PEM). Not given: it is in certfile." },
        "password": { "type": "string", "minLength": 1, "writeOnly": true, "description": "Of the key, when it is encrypted." },
        "verify": { "enum": ["verify_peer", "verify_none"], "description": "verify_none: take any certificate. Not given: as in optfile, else verify_peer." },
        "verify_name": { "type": "boolean", "default": true, "description": "The host part of a node's name must be in its certificate: a DNS name or an address, or the common name where it has neither." },
        "min_version": { "enum": ["1.2", "1.3"], "description": "The oldest version of TLS. Not given: as in optfile, else 1.2, which nodes speak unless their options list another." }
      }
    },
    "reconcile_interval": {
      "type": "integer", "default": 30000, "minimum": 1000, "x-kith-unit": "ms",
      "description": "How often the links known from events are compared with list_nodes."
    },
    "poll_interval": {
      "type": "integer", "default": 5000, "minimum": 100, "x-kith-unit": "ms",
      "description": "How often list_nodes is called when it is not the default."
    },
    "call_timeout": {
      "type": "integer", "default": 8000, "minimum": 100, "x-kith-unit": "ms",
      "description": "How long one call in the node may take. A node gives up after 7 s on a peer that sends nothing."
    },
    "max_frame": {
      "type": "integer", "default": 16777216, "minimum": 65536, "maximum": 1073741824, "x-kith-unit": "bytes",
      "description": "Largest message that is taken from the node."
    }
  }
})";

} // namespace kith::erlang
