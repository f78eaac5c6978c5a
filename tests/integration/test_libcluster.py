# SPDX-License-Identifier: MIT
"""A node with libcluster's gossip and nodes with kith form one cluster, without and with a secret."""

import re

from gossip_lab import GossipScenario, gossip, needs_crypto, speaker, speaks
from gossip_packets import Ear, plain
from lab import main
from waiting import wait_until

SECRET = "somepassword"


class OneCluster(GossipScenario):
    def form(self, **secret):
        """Node `old` implements libcluster's gossip; `a` and `b` have a kith process each."""
        a, b = self.lab.beam("a"), self.lab.beam("b")
        old = speaker(self.lab, "old", self.port, interval=1000, **secret)
        speaks(old), a.ready(), b.ready()
        kiths = [self.lab.kith(gossip(self.lab, node.short, self.port, policy={"min_peers": 2}, **secret)) for node in (a, b)]
        a.sees("b", "old")
        b.sees("a", "old")
        old.sees("a", "b")
        for kith in kiths:
            kith.wait("topology.ready")
            kith.wait("link.up", peer=old.name)
        heard = lambda: {name for name in re.findall(r"'?([\w.]+@[\d.]+)'? => \d+", old.ask("libcluster_gossip:state()"))}
        wait_until(lambda: heard() >= {a.name, b.name}, f"{old.name} has heard both kiths", describe=lambda: str(heard()))
        self.assertRegex(old.ask("libcluster_gossip:state()"), "unread => 0")
        return old, a, b, kiths

    def test_plain(self):
        self.form()

    @needs_crypto
    def test_with_a_secret(self):
        self.form(secret=SECRET)

    @needs_crypto
    def test_another_secret_is_another_cluster(self):
        """Neither side accepts a packet of the other, and both report or count the packets that they cannot decrypt."""
        a = self.lab.beam("a")
        old = speaks(speaker(self.lab, "old", self.port, interval=200, secret="another password"))
        a.ready()
        kith = self.lab.kith(gossip(self.lab, "a", self.port, secret=SECRET))
        kith.wait("connector.attached")
        wait_until(lambda: "unread => 0" not in old.ask("libcluster_gossip:state()"), "the script got a packet it cannot read")
        kith.wait_log("(?i)secret")
        self.assertEqual(kith.found("peer.discovered", peer=old.name), [])
        self.assertEqual((a.nodes(), old.nodes()), (set(), set()))

    def test_the_script_alone_is_joined_when_it_only_speaks(self):
        """The script announces itself and connects to no node: kith makes the link."""
        a = self.lab.beam("a")
        old = speaks(speaker(self.lab, "old", self.port, interval=200, connect=False))
        a.ready()
        kith = self.lab.kith(gossip(self.lab, "a", self.port))
        kith.wait("connect.succeeded", peer=old.name)
        a.sees("old")

    def test_the_script_alone_joins_when_it_only_hears(self):
        """The script sends nothing: it makes the link, because it can read the packet that kith sends at start."""
        a = self.lab.beam("a")
        old = speaks(speaker(self.lab, "old", self.port, announce=False))
        a.ready()
        self.lab.kith(gossip(self.lab, "a", self.port))
        old.sees("a")

    def test_the_packets_of_kith_byte_for_byte(self):
        a = self.lab.beam("a").ready()
        ear = Ear(self.port)
        self.addCleanup(ear.close)
        self.lab.kith(gossip(self.lab, "a", self.port))
        heard = wait_until(ear.hear, "kith says something")
        self.assertIn(heard, [plain(a.name, tag) for tag in (100, 118, 119)])


if __name__ == "__main__":
    main()
