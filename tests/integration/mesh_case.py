# SPDX-License-Identifier: MIT
"""What the tests of the mesh have in common: members on addresses of loopback that have the list of all."""

import json
import pathlib

from lab import PLUGINS, Lab, Scenario
from waiting import free_port


def established(port, pid="self"):
    """The TCP connections to or from a port, each as a set of its two ends, in the network namespace of the process."""
    lines = pathlib.Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]
    ends = [(line.split()[1], line.split()[2]) for line in lines if line.split()[3] == "01"]
    return {frozenset(pair) for pair in ends if any(end.endswith(f":{port:04X}") for end in pair)}


class MeshCase(Scenario):
    count = 8
    security = {"plain": True}

    def setUp(self):
        self.lab = Lab(epmd=False)
        self.addCleanup(self.lab.close)
        self.port = free_port()
        self.names = [f"m{i}@127.0.3.{i + 1}" for i in range(self.count)]

    def member(self, i, cluster="test", **more):
        return self.lab.kith({
            "plugins": {"dir": PLUGINS},
            "api": {"socket": str(self.socket(i))},
            "topologies": {"mesh": {
                "strategy": "epmd", "config": {"hosts": self.names}, "connector": "mesh",
                "connector_config": {"node": self.names[i], "cluster": cluster, "port": self.port,
                                     **self.security, **more},
                "policy": {"backoff_initial": 100, "backoff_max": 500}}}})

    def socket(self, i):
        return self.lab.dir / f"{i}.sock"

    def all_linked(self, members):
        for i, each in enumerate(members):
            for name in self.names:
                if name != self.names[i]:
                    each.wait("link.up", peer=name)

    def form(self, **more):
        members = [self.member(i, **more) for i in range(len(self.names))]
        self.all_linked(members)
        self.assertEqual([each.found("link.down") for each in members], [[]] * len(members))
        return members

    def no_downs(self, seconds, members, since):
        """Asserts that no member reports another one as down during a time."""
        self.unchanged(seconds, lambda: [each.found("link.down", after=since[i]) for i, each in enumerate(members)], [[]] * len(members),
                       "no link.down was expected")

    def mesh(self, i, *words):
        """kith mesh WORDS at member i: status and output."""
        done = self.lab.command("mesh", *words, "--socket", str(self.socket(i)))
        return done.returncode, done.stdout + done.stderr

    def keys_of(self, i):
        """The identities of the keys that each member has reported to member i."""
        code, text = self.mesh(i, "keys", "--json")
        self.assertIn(code, (0, 1), text)
        return json.loads(text)["members"]
