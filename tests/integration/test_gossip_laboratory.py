# SPDX-License-Identifier: MIT
"""Tests of the laboratory itself: the implementations of libcluster's packets agree with recorded packets and with each other, and the
simulated networks have the configured faults."""

import socket
import unittest

from gossip_lab import GossipScenario, needs_crypto, speaker, speaks
from gossip_packets import VECTORS, Ear, plain, sealed, vectors
from lab import main
from waiting import wait_until
from namespaces import Host, Segment, skipped_without_namespaces

SECRET = "somepassword"


class Script(GossipScenario):
    @needs_crypto
    def test_it_reads_what_libcluster_sent(self):
        node = speaker(self.lab, "a", self.port).ready()
        self.assertEqual(node.ask(f'libcluster_gossip:vectors("{VECTORS}")'), str(len(list(vectors()))))

    def test_our_packets_are_those_of_libcluster(self):
        for name, secret, data in vectors():
            if secret:
                self.assertEqual(sealed(name, secret, data[:16]), data)
            else:
                self.assertIn(data, [plain(name, tag) for tag in (100, 115, 118, 119)])

    def two(self, **secret):
        a, b = [speaker(self.lab, name, self.port, interval=200, **secret) for name in "ab"]
        speaks(a), speaks(b)
        a.sees("b")
        b.sees("a")
        return a

    def test_two_of_them_form_a_cluster(self):
        node = self.two()
        ear = Ear(self.port)
        self.addCleanup(ear.close)
        self.assertIn(wait_until(ear.hear, "a packet"), [plain(self.lab.full(name)) for name in "ab"])
        ear.say(sealed("c@127.0.0.1", SECRET))
        wait_until(lambda: "unread => 1" in node.ask("libcluster_gossip:state()"), "a sealed packet is not read without the secret")

    @needs_crypto
    def test_two_of_them_with_a_secret(self):
        node = self.two(secret=SECRET)
        ear = Ear(self.port)
        self.addCleanup(ear.close)
        ear.say(sealed("c@127.0.0.1", "another"))
        ear.say(plain("c@127.0.0.1"))
        wait_until(lambda: "unread => 2" in node.ask("libcluster_gossip:state()"), "neither a plain packet nor another secret is read")


@skipped_without_namespaces
class Network(unittest.TestCase):
    def setUp(self):
        self.segment = Segment()
        self.addCleanup(self.segment.close)
        self.hosts = []
        for number, name in enumerate("abc", 1):
            host = Host(name, "cookie", f"10.77.0.{number}")
            self.addCleanup(host.close)
            host.plug(self.segment, "eth0", f"{host.host}/24")
            self.hosts.append(host)
        self.ears = [self.ear(host) for host in self.hosts]

    def ear(self, host):
        ear = Ear(4000, host.host, host=host)
        self.addCleanup(ear.close)
        return ear

    def heard(self, ear, count, data=b"x"):
        """Waits for `count` packets and returns how many of `data` were received."""
        got = []
        wait_until(lambda: got.extend(ear.drain()) or got.count(data) >= count, f"{count} datagrams", describe=lambda: str(len(got)))
        return got.count(data)

    def test_a_group_reaches_all(self):
        self.ears[0].say(b"x")
        for ear in self.ears:
            self.assertEqual(self.heard(ear, 1), 1)

    def test_loss_and_duplicates(self):
        self.segment.loss = 0.3
        got = []
        for number in range(1, 11):  # no more at a time than a receive buffer holds
            for _ in range(100):
                self.ears[0].say(b"x")
            wait_until(lambda: self.segment.lost + self.segment.forwarded >= 200 * number, f"{200 * number} deliveries")
            got += self.ears[1].drain() + self.ears[2].drain()
        self.assertTrue(1280 < len(got) < 1520, len(got))
        self.segment.loss, self.segment.duplicate = 0, 1.0
        self.ears[0].say(b"x")
        self.assertEqual(self.heard(self.ears[1], 2), 2)

    def test_halves(self):
        self.segment.cut("ab", "c")
        self.ears[0].say(b"x")
        self.assertEqual(self.heard(self.ears[1], 1), 1)
        self.segment.cut()
        self.ears[0].say(b"y")
        self.heard(self.ears[2], 1, b"y")
        self.assertEqual(self.ears[2].drain(), [], "what was said while cut is not heard later")

    def test_an_interface_goes_and_comes_back(self):
        b = self.hosts[1]
        b.take_away("eth0")
        with b.inside():
            self.assertEqual([name for _, name in socket.if_nameindex()], ["lo"])
        b.plug(self.segment, "eth0", "10.77.0.9/24")
        ear = Ear(4000, "10.77.0.9", host=b)
        self.addCleanup(ear.close)
        self.ears[0].say(b"again")
        self.assertEqual(self.heard(ear, 1, b"again"), 1)

    def test_nothing_leaves(self):
        """A host has no route to this machine's networks and none to another segment."""
        outside = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(outside.close)
        outside.bind(("127.0.0.1", 0))
        inside = self.hosts[0].socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(inside.close)
        inside.sendto(b"x", outside.getsockname())  # to its own loopback
        with self.assertRaises(BlockingIOError):
            outside.recv(10, socket.MSG_DONTWAIT)
        with self.assertRaises(OSError):
            inside.sendto(b"x", ("192.0.2.1", 9))


if __name__ == "__main__":
    main()
