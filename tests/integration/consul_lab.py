# SPDX-License-Identifier: MIT
"""Tests of strategy consul with a real agent: one agent for each test file, one service for each test."""

import unittest

from consul_server import Consul, there
from lab import PLUGINS, Scenario
from prepared_server_paths import used
from waiting import wait_until

# Parts whoever is missed, at once.
HASTY = {"prune": "disconnect", "grace": 0, "confirm": 1, "guard": False}
READ = 'service_prefix "" { policy = "read" } node_prefix "" { policy = "read" }'
WRITE = 'service_prefix "" { policy = "write" } node_prefix "" { policy = "read" }'

_consul = None
_number = 0


def consul():
    """The agent of this test file, started at its first use."""
    global _consul
    if _consul is None:
        made = Consul()
        unittest.addModuleCleanup(made.close)
        made.policy("read", READ)
        made.policy("write", WRITE)
        _consul = made
    return _consul


class AtConsul(Scenario):
    def setUp(self):
        global _number
        if not there():
            self.skipTest("no consul is prepared (tests/real/prepare consul builds it)")
        super().setUp()
        self.consul = consul()
        _number += 1
        self.service = f"web-{_number}"
        self.accessor, self.secret = self.consul.token("read")
        self.token_file = self.lab.dir / "token"
        self.token_file.write_text(self.secret + "\n")

    def config(self, node="app@10.1.0.100", **config):
        """Uses connector log, which accepts every name."""
        return {
            "plugins": {"dir": PLUGINS}, "connectors": {"notes": {"plugin": "log", "config": {"node": node}}},
            "topologies": {"t": {"strategy": "consul", "connector": "notes", "policy": HASTY, "config": {
                "list_using": ["health"], "service": {"name": self.service}, "base_url": self.consul.url,
                "token_file": str(self.token_file), "node_basename": "app", **config}}}}

    def start(self, **config):
        kith = self.lab.kith(self.config(**config))
        self.addCleanup(self.note, kith)
        return kith

    def note(self, kith):
        if kith.found("observation.ok"):
            used(f"consul {self.consul.version}")

    def present(self, kith):
        """The peers that are discovered and not missing."""
        present = set()
        for event in kith.events():
            if event["kind"] == "peer.discovered":
                present.add(event["peer"])
            elif event["kind"] in ("peer.missing", "peer.held", "peer.lost"):
                present.discard(event["peer"])
        return present

    def sees(self, kith, addresses, timeout=None):
        names = {f"app@{address}" for address in addresses}
        wait_until(lambda: self.present(kith) == names, f"it sees {names}", timeout, lambda: f"{self.present(kith)}\n{kith.tail()}")
