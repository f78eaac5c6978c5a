# SPDX-License-Identifier: MIT
"""Strategy gossip with invalid senders: another key, old packets, broken packets, a flood.

An invalid sender is on the same segment as hosts a and b. It never affects a and b.
"""

import re

from gossip_lab import GUARDED, HASTY, PATIENT, HostScenario
from gossip_packets import authenticated, plain, sealed
from lab import main
from waiting import wait_until

OLD, NEW = "the old secret", "the new secret"
STRANGER = "stranger@10.77.0.3"


class Strangers(HostScenario):
    def two(self, policy=HASTY, **options):
        """Returns a and b, linked, and a socket on a third host."""
        a, b, stranger = self.hosts(3)
        kiths = self.kith(a, policy, **options), self.kith(b, policy, **options)
        ear = self.ear(stranger)
        self.formed(*kiths)
        return *kiths, ear

    def never_missed(self, kith, other):
        self.assertEqual(kith.found("peer.missing", peer=other.node), [], kith.tail())

    def test_another_key(self):
        for seal in ("libcluster", "authenticated"):
            with self.subTest(seal=seal):
                a, b, c = self.hosts(3)
                ka, kb, kc = (self.kith(host, HASTY, secret=secret, seal=seal) for host, secret in ((a, OLD), (b, OLD), (c, NEW)))
                self.formed(ka, kb)
                ka.wait_log("10.77.0.3.*(secret|forged)")
                kc.wait_log("10.77.0.[12].*(secret|forged)")
                self.assertEqual(ka.found("peer.discovered", peer=kc.node) + kc.found("peer.discovered"), [])
                for host, kith in ((a, ka), (b, kb), (c, kc)):
                    kith.kill()
                    host.take_away("eth0")

    def test_a_plain_packet_among_secrets(self):
        ka, kb, ear = self.two(secret=OLD)
        ear.say(plain(STRANGER))
        ka.wait_log("10.77.0.3")
        self.assertEqual(ka.found("peer.discovered", peer=STRANGER), [])
        self.never_missed(ka, kb)

    def test_broken_packets(self):
        """Truncated at each length, with each bit before the name flipped, and longer than any name, in one frame and in several: none
        is accepted, and one warning is logged for all."""
        ka, kb, ear = self.two()
        good = plain(STRANGER)
        broken = [good[:size] for size in range(len(good))]
        broken += [good[:bit // 8] + bytes([good[bit // 8] ^ 1 << bit % 8]) + good[bit // 8 + 1:] for bit in range(20 * 8)]
        broken += [good + bytes(1400), b"\xff" * 1400, good + bytes(60000), b""]
        for packet in broken:
            ear.say(packet)
        ka.wait_log("10.77.0.3")
        ear.say(plain("mark@10.77.0.3"))
        ka.wait("peer.discovered", peer="mark@10.77.0.3")
        strange = {event["peer"] for event in ka.found("peer.discovered")} - {ka.node, kb.node, "mark@10.77.0.3"}
        self.assertEqual(strange, set(), "names from broken packets")
        self.assertLess(len(re.findall("10.77.0.3:", ka.log())), 40, ka.log())  # of some 300 packets
        self.never_missed(ka, kb)

    def test_broken_sealed_packets(self):
        """CBC is not authenticated, but a packet that does not decrypt to a heartbeat is dropped."""
        ka, kb, ear = self.two(secret=OLD)
        good = sealed(STRANGER, OLD)
        for packet in [good[:size] for size in range(len(good))] + [good + bytes(16)]:
            ear.say(packet)
        ear.say(sealed("mark@10.77.0.3", OLD))
        ka.wait("peer.discovered", peer="mark@10.77.0.3")
        self.assertEqual(ka.found("peer.discovered", peer=STRANGER), [])
        self.never_missed(ka, kb)

    def test_authenticated_packets_altered(self):
        """Recorded packets with each byte changed: none is accepted, and no peer is added."""
        ka, kb, ear = self.two(secret=OLD, seal="authenticated")
        heard = wait_until(ear.hear, "a packet is overheard")
        for at in reversed(range(len(heard))):
            ear.say(heard[:at] + bytes([heard[at] ^ 1]) + heard[at + 1:])
        ka.wait_log("10.77.0.3.*changed on its way, or forged")
        self.assertEqual({event["peer"] for event in ka.found("peer.discovered")}, {kb.node})
        self.never_missed(ka, kb)

    def test_authenticated_packets_said_again(self):
        """Replayed packets do not keep a peer: b ends without a goodbye, and its packets, replayed by the third host, are dropped."""
        ka, kb, ear = self.two(PATIENT, secret=OLD, seal="authenticated")
        heard = []
        wait_until(lambda: heard.extend(ear.drain()) or len(heard) >= 8, "8 packets are overheard")
        kb.kill()
        mark = ka.last()

        def missing_while_said_again():
            for data in heard:
                ear.say(data)
            return ka.found("peer.missing", after=mark, peer=kb.node)
        wait_until(missing_while_said_again, "b is missing although its packets are said again", describe=ka.tail)
        ka.wait_log("10.77.0.3.*it was received before")

    def test_authenticated_packets_of_another_program(self):
        """Packets that were implemented from the description alone: heartbeat and goodbye are accepted. Not accepted: a clock that is
        too wrong, a goodbye that is older than another packet."""
        ka, kb, ear = self.two(PATIENT, secret=OLD, seal="authenticated")
        ear.say(authenticated("late@10.77.0.3", OLD, age=600))
        ka.wait_log("10.77.0.3.*clock")
        ear.say(authenticated(STRANGER, OLD, counter=1))
        ka.wait("peer.discovered", peer=STRANGER)
        for counter, goodbye in ((4, False), (3, True), (2, False)):
            ear.say(authenticated(STRANGER, OLD, counter=counter, goodbye=goodbye))
        ear.say(authenticated("mark@10.77.0.3", OLD))
        mark = ka.wait("peer.discovered", peer="mark@10.77.0.3")
        self.assertEqual(ka.found("peer.missing", peer=STRANGER), [], ka.tail())
        ear.say(authenticated(STRANGER, OLD, counter=5, goodbye=True))
        ka.wait("peer.missing", after=mark["seq"], peer=STRANGER)
        self.assertEqual(ka.found("peer.discovered", peer="late@10.77.0.3"), [])
        self.never_missed(ka, kb)

    def test_a_flood_of_names(self):
        """100,000 names of no host. Known peers stay; a peer that joins later is accepted; memory is bounded."""
        a, b, stranger, late = self.hosts(4)
        ka, kb = self.kith(a, PATIENT), self.kith(b, PATIENT)
        self.formed(ka, kb)
        ear, before = self.ear(a), ka.memory()["Pss"]
        for number in range(100000):
            ear.say(plain(f"spoofed{number}@10.77.0.3"))
        kl = self.kith(late, PATIENT)
        ka.wait("peer.discovered", peer=kl.node)
        self.never_missed(ka, kb)
        self.never_missed(kb, ka)
        self.assertLess(ka.memory()["Pss"] - before, 10 * 1024, "KiB that the flood has left")


class Keys(HostScenario):
    def started(self, hosts, *secrets, **options):
        return [self.kith(host, GUARDED, secrets=own, **options) for host, own in zip(hosts, secrets)]

    def test_rotation(self):
        """Key rotation, one host at a time: first all hosts accept the new key in addition, then all encrypt with it, then the old key
        is removed."""
        for seal in ("libcluster", "authenticated"):
            with self.subTest(seal=seal):
                hosts = self.hosts(2)
                ka, kb = self.started(hosts, [OLD], [OLD], seal=seal)
                self.formed(ka, kb)
                for of_a, of_b in (([OLD, NEW], None), (None, [OLD, NEW]), ([NEW, OLD], None), (None, [NEW]), ([NEW], None)):
                    staying, changed, host, secrets = (kb, ka, hosts[0], of_a) if of_a else (ka, kb, hosts[1], of_b)
                    self.assertEqual(changed.terminate(), 0)
                    mark = staying.last()
                    fresh, = self.started([host], secrets, seal=seal)
                    fresh.wait("link.up", peer=staying.node)
                    if staying.found("peer.missing", after=mark):
                        staying.wait("peer.discovered", after=mark, peer=fresh.node)
                    ka, kb = (fresh, kb) if of_a else (ka, fresh)
                for host, kith in zip(hosts, (ka, kb)):
                    kith.kill()
                    host.take_away("eth0")

    def test_rotation_in_the_wrong_order(self):
        """One host encrypts with a key that the other does not have: the warning names it, no peer is disconnected, and adding the key
        repairs it."""
        a, b = hosts = self.hosts(2)
        ka, kb = self.started(hosts, [OLD], [OLD])
        self.formed(ka, kb)
        self.assertEqual(ka.terminate(), 0)
        ka, = self.started([a], [NEW, OLD])
        kb.wait_log("10.77.0.1.*secret")
        self.assertTrue(kb.wait("peer.held", peer=ka.node)["reason"])
        self.assertEqual(kb.terminate(), 0)
        self.formed(ka, *self.started([b], [OLD, NEW]))

    def test_restarted(self):
        """Authenticated packets are numbered across restarts: after a kill and restart a host is accepted immediately, and was never
        missing."""
        hosts = self.hosts(2)
        state = hosts[1].dir / "state"
        state.mkdir(mode=0o700)
        slow = {"seal": "authenticated", "expire": 30000}  # longer than a start may take
        ka, = self.started(hosts[:1], [OLD], **slow)
        for _ in range(3):
            kb = self.kith(hosts[1], GUARDED, state_dir=state, secrets=[OLD], **slow)
            self.formed(ka, kb)
            kb.kill()
        self.assertTrue(list(state.rglob("*")), "the counter is kept")
        self.assertEqual(ka.found("peer.missing"), [], ka.tail())
        self.assertNotRegex(ka.log(), "10.77.0.2.*it was received before")


if __name__ == "__main__":
    main()
