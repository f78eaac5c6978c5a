# SPDX-License-Identifier: MIT
"""Loaded by schemathesis in test_api_schemathesis.py. Half of the valid requests name a topology and a peer that there are; a stream of events
ends with the events of now, so that its answer has an end; and `kind`, whose words openapi.json does not list, is valid where it should be."""

import schemathesis

KNOWN = {"/v1/peers/{name}/why": {"name": "a@h"}}
TOPOLOGY, PEER = "t", "a@h"


def valid(case):
    return case.meta is not None and case.meta.generation.mode.is_positive


@schemathesis.hook
def before_call(_, case, **__):
    if case.operation.path == "/v1/events" and case.method.upper() in ("GET", "HEAD") and (case.query or {}).get("follow", True) in (True, "true"):
        case.query = {**(case.query or {}), "follow": "false"}
    before_call.calls = getattr(before_call, "calls", 0) + 1
    if valid(case) and "kind" in (case.query or {}):
        case.query = {**case.query, "kind": "link.up,peer.*"}
    if before_call.calls % 2 or not valid(case) or not case.path_parameters:
        return
    known = KNOWN.get(case.operation.path, {"name": TOPOLOGY, "peer": PEER})
    case.path_parameters = {name: known.get(name, value) for name, value in case.path_parameters.items()}
