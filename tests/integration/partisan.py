# SPDX-License-Identifier: MIT
"""Real Partisan 5 in BEAM nodes, each on an address of its own in 127.0.0.0/8 with a common port."""

import re

from lab import Lab
from prepared_server_paths import partisan, used
from waiting import free_port, wait_until

PLUGGABLE, HYPARVIEW = "partisan_pluggable_peer_service_manager", "partisan_hyparview_peer_service_manager"


class LabOfAddresses(Lab):
    def epmd_settings(self):
        return {"ERL_EPMD_ADDRESS": ",".join(f"127.0.0.{number}" for number in range(1, 14))}


def on_loopback(lab, count):
    return {f"p{number}@127.0.0.{number}": lab for number in range(2, 2 + count)}


class Overlay:
    """labs: the laboratory of each node, by name."""

    def __init__(self, labs, manager):
        self.labs, self.manager, self.port = labs, manager, free_port()
        self.nodes = [self.start(name) for name in labs]
        for node in self.nodes:
            self.ready(node)

    def start(self, name):
        address = name.partition("@")[2]
        flags = ["-pa", str(partisan() / "partisan/ebin"), "-partisan", "listen_addrs",
                 f"[{{{{{address.replace('.', ',')}}},{self.port}}}]", "-partisan", "connection_jitter", "0",
                 "-partisan", "peer_service_manager", self.manager, "-kernel", "logger_level", "warning"]
        return self.labs[name].beam(name, flags=flags)

    def ready(self, node):
        node.ready()
        answer = node.ask("application:ensure_all_started(partisan)")
        assert answer.startswith("{ok,"), answer
        used("partisan")

    def names(self):
        return [node.name for node in self.nodes]

    @staticmethod
    def connected(node):
        return set(re.findall(r"'([^']+@[^']+)'", node.ask("partisan:nodes()")))

    def is_one(self):
        """Whether every node is reached from the first one by the views of the nodes."""
        views = {node.name: self.connected(node) for node in self.nodes}
        reached, left = set(), [self.nodes[0].name]
        while left:
            name = left.pop()
            if name not in reached:
                reached.add(name)
                left += views[name]
        return len(reached) == len(views)

    def wait_full_mesh(self, *nodes):
        nodes = nodes or self.nodes
        for node in nodes:
            wanted = {other.name for other in nodes} - {node.name}
            wait_until(lambda n=node, w=wanted: self.connected(n) == w, f"{node.name} is connected to {sorted(wanted)}",
                       describe=lambda n=node: f"it is connected to {sorted(self.connected(n))}")
