# SPDX-License-Identifier: MIT
"""Real Partisan 5 in BEAM nodes, each on an address of its own in 127.0.0.0/8 with a common port."""

import re

from prepared_server_paths import partisan, used
from waiting import free_port, wait_until

PLUGGABLE, HYPARVIEW = "partisan_pluggable_peer_service_manager", "partisan_hyparview_peer_service_manager"


class Overlay:
    def __init__(self, lab, count, manager):
        self.lab, self.manager, self.port = lab, manager, free_port()
        self.nodes = [self.start(number) for number in range(2, 2 + count)]
        for node in self.nodes:
            self.ready(node)

    def start(self, number):
        address = f"127.0.0.{number}"
        flags = ["-pa", str(partisan() / "partisan/ebin"), "-partisan", "listen_addrs",
                 f"[{{{{{address.replace('.', ',')}}},{self.port}}}]", "-partisan", "connection_jitter", "0",
                 "-partisan", "peer_service_manager", self.manager, "-kernel", "logger_level", "warning"]
        return self.lab.beam(f"p{number}@{address}", flags=flags)

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

    def wait_full_mesh(self, *nodes):
        nodes = nodes or self.nodes
        for node in nodes:
            wanted = {other.name for other in nodes} - {node.name}
            wait_until(lambda n=node, w=wanted: self.connected(n) == w, f"{node.name} is connected to {sorted(wanted)}",
                       describe=lambda n=node: f"it is connected to {sorted(self.connected(n))}")
