# SPDX-License-Identifier: MIT
"""A cluster forms, loses a node, recovers; and restarts of kith do not affect links."""

import pathlib
import re

from lab import Scenario, main
from waiting import wait_until


class Forming(Scenario):
    def three(self):
        nodes = self.lab.beams("a", "b", "c")
        kiths = [self.lab.kith(self.lab.config(node.short, ["a", "b", "c"], policy={"min_peers": 2})) for node in nodes]
        return nodes, kiths

    def formed(self, nodes):
        for node in nodes:
            node.sees(*(other.short for other in nodes if other is not node))

    def seen(self, nodes):
        """Returns the node events of each node after it has events for both others."""
        for node in nodes:
            wait_until(lambda: len(node.seen()) >= len(nodes) - 1, f"{node.name} is told of its links", describe=lambda: str(node.seen()))
        return [node.seen() for node in nodes]

    def test_three_nodes_form_a_cluster(self):
        nodes, kiths = self.three()
        self.formed(nodes)
        for node, kith in zip(nodes, kiths):
            attached = kith.wait("connector.attached", connector="beam")
            self.assertEqual(attached["node"], node.name)
            kith.wait("topology.ready", topology="t")
            for other in nodes:
                if other is not node:
                    kith.wait("peer.discovered", topology="t", peer=other.name)
                    kith.wait("link.up", peer=other.name)
            for own in kith.found("peer.discovered", peer=node.name):  # seen before the node's name was known
                self.assertIn("local node", kith.wait("peer.lost", peer=node.name, after=own["seq"])["reason"])
            self.assertEqual(kith.found("connect.started", peer=node.name), [], "the node was dialled by itself")

    def test_events_are_numbered_and_whole(self):
        nodes, kiths = self.three()
        self.formed(nodes)
        kiths[0].wait("topology.ready")
        events = list(kiths[0].events())
        self.assertEqual([event["seq"] for event in events], list(range(events[0]["seq"], events[0]["seq"] + len(events))))
        for event in events:
            self.assertEqual(event["v"], 1)
            self.assertRegex(event["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")

    def test_only_the_plugins_that_are_named_stay(self):
        self.lab.beam("a").ready()
        kith = self.lab.kith(self.lab.config("a", ["b"]))
        kith.wait("connector.attached")
        maps = pathlib.Path(f"/proc/{kith.pid}/maps").read_text()
        self.assertEqual(set(re.findall(r"[/:](lib(?:strategy|connector|sink)_\w+\.so)", maps)), {"libstrategy_epmd.so", "libconnector_erlang.so"})
        self.assertNotIn("libcrypto", maps)
        self.assertEqual(len(kith.found("plugin.loaded")), 2)

    def test_a_killed_node_is_joined_again(self):
        nodes, kiths = self.three()
        a, b, c = nodes
        self.formed(nodes)
        marks = [kith.last() for kith in kiths]
        b.kill()
        a.sees("c")
        c.sees("a")
        for which in (0, 2):
            kiths[which].wait("link.down", peer=b.name, after=marks[which])
        detached = kiths[1].wait("connector.detached", after=marks[1])
        self.assertTrue(detached["reason"])
        b.start()
        b.ready()
        self.formed(nodes)
        kiths[1].wait("connector.attached", after=detached["seq"])
        for which in (0, 2):
            kiths[which].wait("link.up", peer=b.name, after=marks[which])
        self.assertEqual([kith.running() for kith in kiths], [True] * 3)

    def test_kith_killed_and_started_again_changes_no_link(self):
        nodes, kiths = self.three()
        self.formed(nodes)
        for kith in kiths:
            kith.wait("topology.ready")
        before = self.seen(nodes)
        for kith in kiths:
            kith.kill()
        for node in nodes:
            self.lab.kith(kiths[nodes.index(node)].config).wait("topology.ready")
        self.unchanged(0.5, lambda: [node.seen() for node in nodes], before, "nodeup and nodedown as the nodes themselves saw them")

    def test_sigterm_leaves_cleanly_and_links_as_they_are(self):
        nodes, kiths = self.three()
        self.formed(nodes)
        for kith in kiths:
            kith.wait("topology.ready")  # the others may have formed the cluster while this one was being started
        before = self.seen(nodes)
        for kith in kiths:
            self.assertEqual(kith.terminate(), 0, kith.tail())
        for kith in kiths:
            self.assertTrue(kith.found("topology.stopped", topology="t"), kith.tail())
        self.unchanged(0.3, lambda: [node.seen() for node in nodes], before, "a link has changed because kith ended")
        self.formed(nodes)
        for node in nodes:
            wait_until(lambda: not node.attachments(), f"{node.name} has noticed that its kith is gone")

    def test_two_kiths_on_one_node_leave_each_other_alone(self):
        a, b = self.lab.beams("a", "b")
        first = self.lab.kith(self.lab.config("a", ["b"]))
        first.wait("connector.attached")
        second = self.lab.kith(self.lab.config("a", ["b"]))
        second.wait("connector.attached")
        a.sees("b")
        wait_until(lambda: len(a.attachments()) == 2, "both are attached", describe=lambda: str(a.attachments()))
        self.unchanged(1.5, lambda: len(a.attachments()), 2, "one attachment has ended the other")
        for kith in (first, second):
            self.assertEqual(len(kith.found("connector.attached")), 1, kith.tail())
            for event in kith.found("link.up") + kith.found("peer.discovered"):
                self.assertEqual(event["peer"], b.name, "an attachment of kith is taken for a peer")
        self.assertEqual(a.seen(), [("up", b.name)])

    def test_a_hidden_node_is_joined(self):
        a = self.lab.beam("a")
        b = self.lab.beam("b", hidden=True)
        a.ready(), b.ready()
        kith = self.lab.kith(self.lab.config("a", ["b"], policy={"min_peers": 1}))
        a.sees("b", which="hidden")
        b.sees("a", which="hidden")
        kith.wait("link.up", peer=b.name)
        kith.wait("topology.ready")

    def test_a_hidden_local_node_is_driven(self):
        a = self.lab.beam("a", hidden=True).ready()
        b = self.lab.beam("b").ready()
        self.lab.kith(self.lab.config("a", ["b"])).wait("link.up", peer=b.name)
        a.sees("b", which="hidden")

    def test_a_link_that_nobody_discovered_is_left_alone(self):
        a, b, stranger = self.lab.beams("a", "b", "stranger")
        a.ask(f"net_kernel:connect_node('{stranger.name}')")
        kith = self.lab.kith(self.lab.config("a", ["b"], policy={"prune": "disconnect", "grace": 0, "confirm": 1}))
        kith.wait("link.up", peer=b.name)
        a.sees("b", "stranger")
        self.quiet(kith, 1, "disconnect.succeeded")
        a.sees("b", "stranger")


if __name__ == "__main__":
    main()
