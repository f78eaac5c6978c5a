# SPDX-License-Identifier: MIT
"""Failures of the local node: each has its own reason, in the event and in the log, and no peer is connected meanwhile."""

import re

from lab import Scenario, main


class LocalNode(Scenario):
    def detached(self, kith, pattern, after=0):
        event = kith.wait("connector.detached", connector="beam", reason=re.compile(pattern, re.I), after=after)
        self.reason_is_told(kith, event, re.compile(pattern, re.I))
        return event

    def nothing_is_dialled(self, kith, seconds=1.0):
        self.quiet(kith, seconds, "connect.started")
        self.assertEqual(kith.found("connect.failed"), [], kith.tail())
        self.assertEqual(kith.found("topology.ready"), [], kith.tail())

    def test_wrong_cookie(self):
        self.lab.beams("a", "b")
        kith = self.lab.kith(self.lab.config("a", ["b"]), cookie="not-the-cookie-of-a")
        self.detached(kith, r"cookie")
        self.nothing_is_dialled(kith)
        self.assertNotIn("not-the-cookie-of-a", kith.log() + str(kith.events()), "the cookie is in the log")

    def test_cookie_file_that_others_can_read(self):
        self.lab.beams("a", "b")
        loose = self.lab.write("cookie", self.lab.cookie)
        loose.chmod(0o644)
        kith = self.lab.kith(self.lab.config("a", ["b"], connector={"cookie_file": str(loose)}))
        self.detached(kith, r"cookie.*(chmod|mode|read|group|others)|(chmod|mode|read|group|others).*cookie")
        self.nothing_is_dialled(kith, 0.5)

    def test_cookie_file_is_read(self):
        self.lab.beams("a", "b")
        file = self.lab.write("cookie", self.lab.cookie)
        file.chmod(0o400)
        kith = self.lab.kith(self.lab.config("a", ["b"], connector={"cookie_file": str(file)}), cookie="another")
        kith.wait("link.up", peer="b@127.0.0.1")

    def test_node_is_not_distributed(self):
        self.lab.beam("a", distributed=False).ready()
        kith = self.lab.kith(self.lab.config("a", ["b"]))
        self.detached(kith, r"epmd.*\ba\b|\ba@127.0.0.1\b.*(epmd|running|distribut)")
        self.nothing_is_dialled(kith)

    def test_node_stops_being_distributed_under_a_running_kith(self):
        a = self.lab.beam("a", renamable=True).ready()
        b = self.lab.beam("b").ready()
        kith = self.lab.kith(self.lab.config("a", ["b"]))
        kith.wait("link.up", peer=b.name)
        mark = kith.last()
        a.undistribute()
        event = kith.wait("connector.detached", after=mark)
        self.assertTrue(event["reason"])
        mark = kith.last()
        self.quiet(kith, 0.7, "connect.started")
        a.rename("a")
        kith.wait("connector.attached", after=mark)
        b.sees("a")

    def test_epmd_is_down_when_kith_starts(self):
        a, b = self.lab.beams("a", "b")
        self.lab.stop_epmd()
        kith = self.lab.kith(self.lab.config("a", ["b"]))
        event = self.detached(kith, r"epmd")
        self.assertRegex(event["reason"], str(self.lab.epmd_port))
        self.nothing_is_dialled(kith)
        self.lab.start_epmd()
        kith.wait("connector.attached")
        a.sees("b")

    def test_epmd_goes_down_under_a_running_kith(self):
        a, b = self.lab.beams("a", "b")
        kith = self.lab.kith(self.lab.config("a", ["b"]))
        kith.wait("link.up", peer=b.name)
        self.lab.stop_epmd()
        self.quiet(kith, 1, "connector.detached")
        self.assertEqual(a.nodes(), {b.name})

    def test_two_nodes_in_epmd_and_no_node_option(self):
        self.lab.beams("a", "b")
        kith = self.lab.kith(self.lab.config(hosts=["a", "b"]))
        event = self.detached(kith, r"\b(a, b|b, a)\b")
        self.assertRegex(event["reason"], r"node")
        self.nothing_is_dialled(kith)

    def test_the_only_node_in_epmd_needs_no_option(self):
        a = self.lab.beam("a").ready()
        kith = self.lab.kith(self.lab.config(hosts=["a", "b"]))
        self.assertEqual(kith.wait("connector.attached")["node"], a.name)

    def test_the_node_comes_from_release_node(self):
        a, b = self.lab.beams("a", "b")
        kith = self.lab.kith(self.lab.config(hosts=["a", "b"]), RELEASE_NODE=a.name)
        self.assertEqual(kith.wait("connector.attached")["node"], a.name)
        a.sees("b")

    def test_node_restarts_under_a_running_kith(self):
        a, b = self.lab.beams("a", "b")
        kith = self.lab.kith(self.lab.config("a", ["b"]))
        kith.wait("link.up", peer=b.name)
        for _ in range(2):
            mark = kith.last()
            a.kill()
            detached = kith.wait("connector.detached", after=mark)
            self.assertTrue(detached["reason"])
            self.quiet(kith, 0.7, "connect.started")
            mark = kith.last()
            a.start()
            a.ready()
            kith.wait("connector.attached", after=mark)
            kith.wait("link.up", after=mark, peer=b.name)
            a.sees("b")
        self.assertEqual(kith.found("connect.failed"), [], "a connect was told to have failed while the node was away")

    def test_node_is_renamed_under_a_running_kith(self):
        # One node in epmd and no option: kith finds its node by itself, under whatever name.
        a = self.lab.beam("a", renamable=True).ready()
        kith = self.lab.kith(self.lab.config(hosts=["a", "b", "renamed"]))
        self.assertEqual(kith.wait("connector.attached")["node"], a.name)
        mark = kith.last()
        a.rename("renamed")
        attached = kith.wait("connector.attached", after=mark)
        self.assertEqual(attached["node"], "renamed@127.0.0.1")
        b = self.lab.beam("b").ready()
        a.sees("b")
        kith.wait("link.up", peer=b.name, after=mark)
        self.assertEqual(kith.found("connect.started", peer="renamed@127.0.0.1", after=attached["seq"]), [],
                         "the node is dialled by its new name")


if __name__ == "__main__":
    main()
