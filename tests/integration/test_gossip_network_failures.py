# SPDX-License-Identifier: MIT
"""Strategy gossip with network failures, each host in its own network namespace.

In every case each fault has its own reason in event and log, no peer is disconnected, and the mesh recovers without intervention.
HostScenario checks at the end of each test that no peer was disconnected."""

import json
import socket

from gossip_lab import GUARDED, HASTY, PATIENT, HostScenario, logging
from lab import main
from waiting import wait_until


class Interface(HostScenario):
    def test_down_at_start(self):
        (a, b) = self.hosts(2)
        b.ip("link set eth0 down")
        ka, kb = self.kith(a), self.kith(b, HASTY)
        stale = self.stale(kb, "eth0 is down")
        b.ip("link set eth0 up")
        self.formed(ka, kb)
        kb.wait("topology.fresh", after=stale["seq"])

    def test_absent_at_start(self):
        a, b = self.hosts(2)
        b.take_away("eth0")
        ka, kb = self.kith(a), self.kith(b, HASTY)
        self.stale(kb, "10.77.0.2")
        b.plug(self.segment, "eth0", f"{b.host}/24")
        self.formed(ka, kb)

    def test_no_route(self):
        """No interface is configured, so the routes select it, and there is no route."""
        a, b = self.hosts(2)
        b.ip("route flush table main dev eth0")
        ka, kb = self.kith(a), self.kith(b, HASTY, multicast_if="")
        self.stale(kb, "(?i)no route|unreachable")
        b.ip("route add 10.77.0.0/24 dev eth0", "route add 224.0.0.0/4 dev eth0")
        self.formed(ka, kb)

    def test_goes_down_and_up(self):
        """For longer than any lease. The host whose interface is down receives nothing, so it reports no peer as missing; all others
        report it as missing."""
        a, b, c = self.hosts(3)
        kiths = ka, kb, kc = self.kith(a, PATIENT), self.kith(b, HASTY), self.kith(c, PATIENT)
        self.formed(*kiths)
        mark = kb.last()
        b.ip("link set eth0 down")
        stale = self.stale(kb, "eth0", mark)
        for kith in (ka, kc):
            kith.wait("peer.missing", peer=kb.node)
        mark = ka.last()
        b.ip("link set eth0 up")
        kb.wait("topology.fresh", after=stale["seq"])
        ka.wait("peer.discovered", peer=kb.node, after=mark)
        self.assertEqual(kb.found("peer.missing"), [], kb.tail())

    def test_vanishes_and_returns_with_another_address(self):
        """For longer than any lease; the host without an interface receives nothing, so it reports no peer as missing."""
        a, b, c = self.hosts(3)
        kiths = ka, kb, kc = self.kith(a, PATIENT), self.kith(b, HASTY, multicast_if="eth0"), self.kith(c, PATIENT)
        self.formed(*kiths)
        mark = kb.last()
        b.take_away("eth0")
        stale = self.stale(kb, "eth0", mark)
        for kith in (ka, kc):
            kith.wait("peer.missing", peer=kb.node)
        self.assertEqual(kb.found("peer.missing"), [], kb.tail())
        marks = [kith.last() for kith in kiths]
        b.plug(self.segment, "eth0", "10.77.0.99/24")
        kb.wait("topology.fresh", after=stale["seq"])
        for kith, mark in ((ka, marks[0]), (kc, marks[2])):
            kith.wait("peer.discovered", peer=kb.node, after=mark)
        self.assertEqual(kb.found("peer.missing"), [], kb.tail())

    def test_port_taken(self):
        a, b = self.hosts(2)
        squatter = b.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(squatter.close)
        squatter.bind(("0.0.0.0", self.PORT))
        ka, kb = self.kith(a), self.kith(b, HASTY)
        self.stale(kb, f"{self.PORT}")
        squatter.close()
        self.formed(ka, kb)

    def test_send_buffer_full(self):
        """The interface sends almost nothing, so the send buffer becomes full. The host still receives packets of the others."""
        a, b = self.hosts(2)
        nobody = [f"10.77.0.{number}" for number in range(50, 250)]
        ka, kb = self.kith(a, PATIENT), self.kith(b, HASTY, peers=nobody)
        self.formed(ka, kb)
        b.ip(*(f"neighbour replace {address} lladdr 02:00:00:00:00:01 dev eth0" for address in nobody))
        b.tc("qdisc replace dev eth0 root tbf rate 8bit burst 2000 limit 10000000")
        kb.wait_log("send buffer")
        ka.wait("peer.missing", peer=kb.node)
        mark = ka.last()
        b.tc("qdisc delete dev eth0 root")
        ka.wait("peer.discovered", peer=kb.node, after=mark)
        self.assertEqual(kb.found("peer.missing") + kb.found("topology.stale"), [], kb.tail())


class Network(HostScenario):
    def test_multicast_is_dropped(self):
        """As in many clouds: no multicast arrives; hosts with configured peers find them."""
        self.segment.multicast = False
        a, b = self.hosts(2)
        ka, kb = self.kith(a, HASTY), self.kith(b, HASTY)
        for kith in (ka, kb):
            kith.wait("observation.ok")
        self.assertEqual(ka.found("peer.discovered") + kb.found("peer.discovered"), [])
        ka.kill()
        kb.kill()
        self.formed(self.kith(a, HASTY, peers=["10.77.0.2"]), self.kith(b, HASTY, peers=["10.77.0.1"]))

    def test_loss_duplicates_and_reordering(self):
        """Duplicates of numbered packets are dropped, and reordered ones are accepted."""
        self.segment.loss = self.segment.duplicate = self.segment.late = 0.3
        hosts = self.hosts(4)
        for sealed in ({}, {"secret": "a secret", "seal": "authenticated"}):
            with self.subTest(**sealed):
                kiths = [self.kith(host, {**HASTY, "grace": 3000, "confirm": 3}, multicast_if="eth0", **sealed) for host in hosts]
                self.formed(*kiths)
                before = self.segment.forwarded
                wait_until(lambda: self.segment.forwarded > before + 200, "200 more packets",
                           describe=lambda: str(self.segment.forwarded))
                for kith in kiths:
                    kith.kill()
        self.assertGreater(self.segment.lost, 50)
        self.assertGreater(self.segment.doubled, 50)
        self.assertGreater(self.segment.overtaken, 50)

    def test_halves_and_healed(self):
        """Each half reports the other as missing, and the guard holds the removal."""
        hosts = self.hosts(4)
        kiths = [self.kith(host, GUARDED) for host in hosts]
        self.formed(*kiths)
        self.segment.cut("ab", "cd")
        for half, others in ((kiths[:2], kiths[2:]), (kiths[2:], kiths[:2])):
            for kith in half:
                for other in others:
                    self.assertRegex(kith.wait("peer.held", peer=other.node)["reason"], ".")
        marks = [kith.last() for kith in kiths]
        self.segment.cut()
        for kith, mark in zip(kiths, marks):
            for other in kiths:
                if (kith in kiths[:2]) != (other in kiths[:2]):
                    kith.wait("peer.discovered", peer=other.node, after=mark)

    def test_alone(self):
        """A host that receives only its own packets does not remove the others."""
        hosts = self.hosts(3)
        kiths = [self.kith(host, policy) for host, policy in zip(hosts, (GUARDED, PATIENT, PATIENT))]
        self.formed(*kiths)
        self.segment.cut("a", "bc")
        for other in kiths[1:]:
            kiths[0].wait("peer.held", peer=other.node)
        mark = kiths[0].last()
        self.segment.cut()
        for other in kiths[1:]:
            kiths[0].wait("peer.discovered", peer=other.node, after=mark)


    def test_one_is_deaf(self):
        """It can send but receives nothing: it disconnects no peer, and no host reports it as missing."""
        hosts = self.hosts(3)
        ka, kb, kc = kiths = [self.kith(host, GUARDED) for host in hosts]
        self.formed(*kiths)
        self.segment.deaf = {"a"}
        for other in (kb, kc):
            ka.wait("peer.held", peer=other.node)
        mark = ka.last()
        self.segment.deaf = set()
        for other in (kb, kc):
            ka.wait("peer.discovered", peer=other.node, after=mark)
            self.assertEqual(other.found("peer.missing"), [], other.tail())


class Ways(HostScenario):
    """Transports of heartbeats other than the default multicast group."""

    def form(self, **options):
        kiths = [self.kith(host, HASTY, **options) for host in self.hosts(3)]
        self.formed(*kiths)
        self.assertEqual([event for kith in kiths for event in kith.found("topology.stale")], [])

    def test_broadcast(self):
        """On networks that drop multicast."""
        self.segment.multicast = False
        self.form(broadcast_only=True)

    def test_broadcast_on_this_network(self):
        self.segment.multicast = False
        self.form(broadcast_only=True, multicast_addr="10.77.0.255")

    def test_a_group_of_ipv6(self):
        self.form(multicast_addr="ff02::77", multicast_if="eth0", secret="a secret")

    def test_only_those_who_are_listed(self):
        """Each of three hosts lists the two others."""
        self.segment.multicast = False
        self.form(peers=["10.77.0.1", "10.77.0.2", "10.77.0.3"])


class Look(HostScenario):
    """kith discover: it sends a heartbeat too; other hosts answer only to that."""

    INTERVAL = 1000  # ms

    def look(self, host):
        """Returns its JSON output for the only topology."""
        path = host.write("look.json", logging(host, host.name, self.PORT, host.host, interval=self.INTERVAL))
        result = host.command("discover", path, "--json")
        self.assertTrue(result.stdout, result.stderr)
        (topology,) = json.loads(result.stdout)["topologies"]
        return topology

    def test_all_are_seen(self):
        """After all hosts have sent. The host that ran discover is a member only for a short time."""
        a, b, c = self.hosts(3)
        ka, kb = self.kith(a, PATIENT), self.kith(b, PATIENT)
        self.formed(ka, kb)
        topology = self.look(c)
        self.assertEqual((topology["status"], sorted(peer["name"] for peer in topology["peers"])), ("ok", [ka.node, kb.node]))
        ka.wait("peer.missing", peer="c@10.77.0.3")

    def test_nobody_is_there(self):
        (a,) = self.hosts(1)
        topology = self.look(a)
        self.assertEqual((topology["status"], topology["peers"]), ("ok", []))

    def test_the_interface_is_down(self):
        (a,) = self.hosts(1)
        a.ip("link set eth0 down")
        topology = self.look(a)
        self.assertNotEqual(topology["status"], "ok")
        self.assertIn("eth0 is down", json.dumps(topology))


class Nodes(HostScenario):
    """BEAM nodes, whose own links fail with the network."""

    PARTED = ("disconnect.succeeded", "disconnect.failed", "plugin.failed")

    def test_halves_lose_their_links_and_are_joined_again(self):
        hosts = self.hosts(3)
        nodes = [host.beam(host.name, flags=["-kernel", "net_ticktime", "4"]) for host in hosts]
        for node in nodes:
            node.ready()
        kiths = [self.kith(host, beam=True) for host in hosts]
        a, b, c = nodes
        for node in nodes:
            self.sees(node, *(other for other in nodes if other is not node))
        self.segment.cut("ab", "c")
        self.sees(c)
        self.sees(a, b)
        self.sees(b, a)
        for kith in kiths[:2]:
            kith.wait("link.down", peer=c.name)
        self.segment.cut()
        for node in nodes:
            self.sees(node, *(other for other in nodes if other is not node))

    def sees(self, node, *others):
        node.sees(*(other.name for other in others))


if __name__ == "__main__":
    main()
