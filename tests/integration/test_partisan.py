# SPDX-License-Identifier: MIT
"""Option application: partisan and partisan_hyparview, with the real Partisan."""

import re

from lab import Scenario, main
from partisan import HYPARVIEW, PLUGGABLE, LabOfAddresses, Overlay, on_loopback
from prepared_server_paths import partisan
from waiting import PLUGINS, TEST_PLUGINS, wait_until


class Partisan(Scenario):
    def setUp(self):
        if partisan() is None:
            self.skipTest("no Partisan is prepared (tests/real/prepare partisan)")
        self.lab = LabOfAddresses()
        self.addCleanup(self.lab.close)

    def kiths(self, overlay, dead=(), application="partisan", **policy):
        names = [*overlay.names(), *dead]
        return [self.lab.kith(self.lab.config(node.name, [name for name in names if name != node.name],
                                              connector={"application": application}, policy=policy)) for node in overlay.nodes]

    def test_a_full_mesh_forms_beside_dead_names_and_a_killed_node_returns(self):
        overlay = Overlay(on_loopback(self.lab, 4), PLUGGABLE)
        kiths = self.kiths(overlay, [f"d{number}@127.0.1.{number}" for number in range(1, 11)], min_peers=3)
        for kith in kiths:
            kith.wait("topology.ready")
        overlay.wait_full_mesh()
        event = kiths[0].wait("connect.failed", peer="d1@127.0.1.1")
        self.reason_is_told(kiths[0], event, "it does not listen at 127.0.1.1 port")
        for node, kith in zip(overlay.nodes, kiths):
            self.assertEqual(kith.found("link.up", peer=node.name), [], "the local node is no link")
        last = overlay.nodes[-1]
        last.kill()
        kiths[0].wait("link.down", peer=last.name)
        after = kiths[0].last()
        last.start()
        overlay.ready(last)
        kiths[0].wait("link.up", after, peer=last.name)
        overlay.wait_full_mesh()

    def test_partial_views_are_joined_only_while_they_are_empty(self):
        overlay = Overlay(on_loopback(self.lab, 4), HYPARVIEW)
        kiths = self.kiths(overlay, application="partisan_hyparview", min_peers=1)
        for kith in kiths:
            kith.wait("topology.ready")
        for node in overlay.nodes:
            wait_until(lambda n=node: overlay.connected(n), f"{node.name} has an active view")
        started = sum(len(kith.found("connect.started")) for kith in kiths)
        self.unchanged(3, lambda: sum(len(kith.found("connect.started")) for kith in kiths), started, "no further joins")

    def test_two_overlays_that_formed_apart_become_one(self):
        overlay = Overlay(on_loopback(self.lab, 4), HYPARVIEW)
        kiths, halves = [], [overlay.nodes[:2], overlay.nodes[2:]]
        for number, half in enumerate(halves):
            names = self.lab.write(f"peers-{number}", "".join(f"{node.name}\n" for node in half))
            kiths += [self.lab.kith(self.lab.config(node.name, strategy="lines", strategy_config={"file": str(names)}, dirs=[PLUGINS, TEST_PLUGINS],
                                                    connector={"application": "partisan_hyparview"}, policy={"min_peers": 1, "grace": 3000}))
                      for node in half]
        for kith in kiths:
            kith.wait("topology.ready")
        self.assertFalse(overlay.is_one())
        for number in range(2):
            self.lab.write(f"peers-{number}", "".join(f"{name}\n" for name in overlay.names()))
        wait_until(overlay.is_one, "the overlays are one", describe=lambda: "\n".join(kith.tail() for kith in kiths))
        self.assertTrue(any(kith.found("connect.started", reason=re.compile("the overlay has not known it for 3 s")) for kith in kiths))


if __name__ == "__main__":
    main()
