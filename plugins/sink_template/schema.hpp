// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace sink_template {

inline constexpr std::string_view schema = R"({
    "type": "object",
    "additionalProperties": false,
    "required": ["template", "file"],
    "properties": {
        "topology": {
            "description": "The topology whose peers are written. Empty: the only one.",
            "type": "string",
            "default": "",
            "x-kith-topology": true
        },
        "template": {
            "description": "The template: a name of a ready-made one (prometheus, haproxy, nginx, nats, hosts), or the absolute path of a file, which is read again when it changes.",
            "type": "string",
            "pattern": "^(prometheus|haproxy|nginx|nats|hosts|/[^\\u0000]*[^/\\u0000])$",
            "x-kith-expected": "prometheus, haproxy, nginx, nats, hosts, or the absolute path of a template",
            "x-kith-file": "read",
            "examples": ["prometheus"]
        },
        "file": {
            "description": "The file that is written. It is replaced in one step, so its directory must be writable for kith.",
            "type": "string",
            "pattern": "^/[^\\u0000]*[^/\\u0000]$",
            "x-kith-expected": "the absolute path of a file",
            "examples": ["/run/kith/peers.json"]
        },
        "mode": {
            "description": "Permissions of the file, octal.",
            "type": "string",
            "default": "0644",
            "pattern": "^0?[0-7]{3}$",
            "x-kith-expected": "octal permissions in quotes, such as \"0644\""
        },
        "port": {
            "description": "The value of {{port}}: the port of every peer. 0: each peer's attribute `port`; peers without one are left out.",
            "type": "integer",
            "default": 0,
            "minimum": 0,
            "maximum": 65535
        },
        "check": {
            "description": "A program that must end with 0 before the file is replaced; its absolute path and its arguments, in which {file} is the path of the new content, FILE.new. Empty: none.",
            "default": [],
            "type": "array",
            "maxItems": 257,
            "items": [{
                "type": "string",
                "pattern": "^/[^\\u0000]*[^/\\u0000]$",
                "x-kith-expected": "the absolute path of a program, such as /usr/sbin/nginx",
                "x-kith-file": "execute"
            }],
            "additionalItems": {"type": "string"},
            "x-kith-expected": "a list of the absolute path of a program and its arguments"
        },
        "command": {
            "description": "A program that is run after the file was replaced, for example to reload a server; its absolute path and its arguments, in which {file} is the path of the file. It is run until it ends with 0. Empty: none.",
            "default": [],
            "type": "array",
            "maxItems": 257,
            "items": [{
                "type": "string",
                "pattern": "^/[^\\u0000]*[^/\\u0000]$",
                "x-kith-expected": "the absolute path of a program, such as /usr/sbin/nginx",
                "x-kith-file": "execute"
            }],
            "additionalItems": {"type": "string"},
            "x-kith-expected": "a list of the absolute path of a program and its arguments"
        },
        "timeout": {
            "description": "Time limit for each of the two programs; one that takes longer is ended.",
            "type": "integer",
            "default": 30000,
            "minimum": 10,
            "maximum": 30000,
            "x-kith-unit": "ms"
        },
        "interval": {
            "description": "Shortest time between two changes of the file. The first change is written at once; those that follow within this time are written together.",
            "type": "integer",
            "default": 1000,
            "minimum": 0,
            "maximum": 3600000,
            "x-kith-unit": "ms"
        }
    }
})";

} // namespace sink_template
