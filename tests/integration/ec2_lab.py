# SPDX-License-Identifier: MIT
"""Tests of strategy ec2 with moto: one server for each test file, one value of the tag for each test."""

import unittest

from lab import PLUGINS, Scenario
from moto import REGION, Imds, Moto, there
from prepared_server_paths import used
from waiting import wait_until

# Parts whoever is missed, at once.
HASTY = {"prune": "disconnect", "grace": 0, "confirm": 1, "guard": False}
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}

_moto = None
_number = 0


def moto():
    """The server of this test file, started at its first use."""
    global _moto
    if _moto is None:
        _moto = Moto()
        unittest.addModuleCleanup(_moto.close)
    return _moto


class OnEc2(Scenario):
    def setUp(self):
        global _number
        if not there():
            self.skipTest("no moto is prepared (tests/real/prepare moto installs it)")
        super().setUp()
        self.moto = moto()
        _number += 1
        self.team = f"team-{_number}"

    def imds(self, **data):
        service = Imds(**data)
        self.addCleanup(service.close)
        return service

    def config(self, **config):
        """Uses connector log, which accepts every name."""
        return {
            "events": {"queue": 100000, "ring": 100000},
            "plugins": {"dir": PLUGINS}, "connectors": {"notes": {"plugin": "log", "config": {"node": "app@127.0.0.1"}}},
            "topologies": {"t": {"strategy": "ec2", "connector": "notes", "policy": HASTY, "config": {
                "ec2_tagname": "cluster", "endpoint": self.moto.url, "polling_interval": 500, **config}}}}

    def run_kith(self, environment=None, **config):
        kith = self.lab.kith(self.config(**config), **({} if environment is None else environment))
        self.addCleanup(self.note, kith)
        return kith

    def start(self, environment=None, **config):
        """Without a metadata service: everything is configured."""
        where = {"ec2_tagvalue": self.team, "region": REGION, "metadata": "http://127.0.0.1:1"}
        return self.run_kith(KEYS if environment is None else environment, **{**where, **config})

    def note(self, kith):
        if kith.found("observation.ok"):
            used(f"moto {self.moto.version}")

    def present(self, kith):
        """The peers that are discovered and not missing."""
        there = set()
        for event in kith.events():
            if event["kind"] == "peer.discovered":
                there.add(event["peer"])
            elif event["kind"] in ("peer.missing", "peer.held", "peer.lost"):
                there.discard(event["peer"])
        return there

    def sees(self, kith, addresses, timeout=None):
        names = {f"app@{address}" for address in addresses}
        wait_until(lambda: self.present(kith) == names, f"{len(names)} peers", timeout,
                   lambda: f"{len(self.present(kith))} peers\n{kith.tail()}")
