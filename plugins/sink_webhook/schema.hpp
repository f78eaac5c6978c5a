// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace sink_webhook {

inline constexpr std::string_view schema = R"schema({
    "type": "object",
    "additionalProperties": false,
    "required": ["url"],
    "properties": {
        "url": {
            "description": "Where events are sent, by POST.",
            "type": "string",
            "minLength": 1,
            "x-kith-url": true,
            "examples": ["https://events.example/kith"]
        },
        "secret": {
            "description": "Key of the signature in the header Kith-Signature. Empty: requests are not signed.",
            "type": "string",
            "default": "",
            "writeOnly": true
        },
        "headers": {
            "description": "Further headers of each request, such as Authorization, which is sent over http:// to this machine only.",
            "type": "object",
            "default": {},
            "writeOnly": true,
            "maxProperties": 32,
            "propertyNames": {
                "pattern": "^(?!([Hh]ost|[Cc]ontent-([Ll]ength|[Tt]ype)|[Tt]ransfer-[Ee]ncoding|[Cc]onnection|[Kk]eep-[Aa]live|[Pp]roxy-[A-Za-z]+|[Uu]pgrade|[Ee]xpect|TE|te|[Tt]railer|[Uu]ser-[Aa]gent|[Kk]ith-[A-Za-z-]+)$)[A-Za-z0-9-]+$",
                "x-kith-expected": "the name of a header, of letters, digits and -, that kith does not set itself, as it does Host, User-Agent, Kith-... and those of the body and the connection"
            },
            "additionalProperties": {
                "type": "string",
                "pattern": "^[ -~]*$",
                "x-kith-expected": "one line of ASCII text"
            }
        },
        "certificate_authority": {
            "description": "A file with the CA certificates (PEM) that are trusted. Empty: those of the system.",
            "type": "string",
            "default": "",
            "x-kith-file": "read"
        },
        "timeout": {
            "description": "Time limit for a request; after it, the batch is sent again.",
            "type": "integer",
            "default": 10000,
            "minimum": 10,
            "maximum": 600000,
            "x-kith-unit": "ms"
        },
        "batch": {
            "description": "Most events in one request.",
            "type": "integer",
            "default": 1000,
            "minimum": 1,
            "maximum": 10000
        },
        "spool": {
            "description": "Size of the spool in the directory state_dir, in which events wait for the receiver; when it is full, the oldest are dropped.",
            "type": "integer",
            "default": 16777216,
            "minimum": 1048576,
            "maximum": 1073741824,
            "x-kith-unit": "bytes"
        }
    },
    "if": {"properties": {"url": {"pattern": "^http://(?!(localhost\\.?|127\\.[0-9.]+|\\[::1\\])([:/?]|$))"}}},
    "then": {
        "properties": {
            "headers": {
                "propertyNames": {
                    "pattern": "^(?![Aa]uthorization$)",
                    "x-kith-expected": "an `url` with https:// for Authorization, which is not sent over http:// to another machine"
                }
            }
        }
    }
})schema";

} // namespace sink_webhook
