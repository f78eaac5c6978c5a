# SPDX-License-Identifier: MIT
"""Tests of strategy k8s with a real API server: one server for each test file, a namespace and a service account for each test."""

import unittest

from kube_objects import SELECTOR, of
from kube_apiserver import Kubernetes, prepared
from lab import PLUGINS, Scenario
from waiting import wait_until

# Parts whoever is missed, at once.
HASTY = {"prune": "disconnect", "grace": 0, "confirm": 1, "guard": False}

_cluster = None
_number = 0


def cluster():
    """The server of this test file, started at its first use."""
    global _cluster
    if _cluster is None:
        _cluster = Kubernetes()
        unittest.addModuleCleanup(_cluster.close)
    return _cluster


class OnKubernetes(Scenario):
    rights = {}

    def setUp(self):
        if prepared() is None:
            self.skipTest("no kube-apiserver is prepared (tests/real/prepare builds one)")
        super().setUp()
        self.cluster = cluster()
        self.addCleanup(self.cluster.revive)
        self.admin = self.cluster.admin
        self.team = self.new_namespace()
        self.account = self.cluster.mount(self.lab.dir / "account", self.team, self.cluster.token(self.team))

    def new_namespace(self, **rights):
        global _number
        _number += 1
        name = self.cluster.namespace(f"team-{_number}", **(rights or self.rights))
        self.waits_for_status(self.cluster.client(name), of(name, "endpoints"), 200)
        return name

    def start(self, lookup="pods", policy=None, environment=None, **config):
        """Starts kith with connector log, which accepts every name."""
        where = {"kubernetes_master": self.cluster.place, "kubernetes_service_account_path": str(self.account.dir)}
        if "kubeconfig" in config:
            where = {}
        return self.lab.kith({
            "events": {"queue": 100000, "ring": 100000},
            "plugins": {"dir": PLUGINS}, "connectors": {"notes": {"plugin": "log", "config": {"node": "app@127.0.0.1"}}},
            "topologies": {"t": {"strategy": "k8s", "connector": "notes", "policy": policy or {}, "config": {
                "kubernetes_node_basename": "app", "kubernetes_selector": SELECTOR, "kubernetes_ip_lookup_mode": lookup,
                "polling_interval": 500, **where, **config}}}}, **(environment or {}))

    def sees(self, kith, count, timeout=None):
        wait_until(lambda: len(self.present(kith)) == count, f"{count} peers", timeout,
                   lambda: f"{len(self.present(kith))} peers\n{kith.tail()}")

    def present(self, kith):
        """The peers that are discovered and neither missing nor held."""
        there = set()
        for event in kith.events():
            if event["kind"] == "peer.discovered":
                there.add(event["peer"])
            elif event["kind"] in ("peer.missing", "peer.held", "peer.lost"):
                there.discard(event["peer"])
        return there

    def waits_for_status(self, client, path, status):
        """Waits: an authorizer applies changes after a delay."""
        wait_until(lambda: client.request("GET", path).status == status, f"{path} to be answered with {status}")

    def pods(self, count, prefix="app"):
        self.cluster.pods(self.team, [(f"{prefix}-{number}", f"10.0.{number >> 8}.{number & 255}") for number in range(count)])

    def asked(self, **fields):
        """kith's requests for this test's namespace; a watch is contained twice, by stage: ResponseStarted and ResponseComplete."""
        return [one for one in self.cluster.requests(agent="kith", **fields) if f"/{self.team}/" in one.path]

    def has_asked(self, *expected):
        """Waits until kith's requests are exactly these: (verb, status) in the order of completion. The server logs some of them after
        kith has received the answer or has ended."""
        def done():
            return [(one.verb, one.status) for one in self.asked(stage="ResponseComplete")]
        wait_until(lambda: len(done()) >= len(expected), f"{expected} in the audit log", describe=lambda: f"{done()}")
        self.assertEqual(done(), list(expected))

    def has_listed(self, times):
        """Waits until kith has requested this number of lists or pages of a list. A list of one object, by which kith checks whether
        the server is available, does not count."""
        def lists():
            return [one.path for one in self.asked(verb="list", stage="ResponseComplete") if "limit=1&" not in f"{one.path}&"]
        wait_until(lambda: len(lists()) >= times, f"{times} lists in the audit log", describe=lambda: f"{lists()}")
        self.assertEqual(len(lists()), times, lists())
