# SPDX-License-Identifier: MIT
"""Removal is delayed, counted for each peer, and guarded; a failed query is not an empty set."""

import datetime

from lab import Scenario, main
from waiting import PLUGINS, TEST_PLUGINS

# On a visible mesh BEAM itself cuts more than it is asked to when one node parts another; these tests are about what kith does.
LOOSE = ("-kernel", "prevent_overlapping_partitions", "false")


def at(event):
    """The time of the event by kith's clock, in seconds. It does not contain the time that this test waited for a processor."""
    return datetime.datetime.strptime(event["time"], "%Y-%m-%dT%H:%M:%S.%fZ").timestamp()


class Removal(Scenario):
    def setUp(self):
        super().setUp()
        self.a, *self.others = self.lab.beams("a", "b", "c", "d", flags=LOOSE)

    def kith(self, peers, **policy):
        self.say(*peers)
        return self.lab.kith(self.lab.config("a", strategy="lines", strategy_config={"file": str(self.lab.dir / "peers")},
                                             dirs=[PLUGINS, TEST_PLUGINS], policy={"min_peers": len(peers), **policy}))

    def say(self, *peers):
        self.lab.write("peers", "".join(f"{name}@127.0.0.1\n" for name in peers))

    def test_a_failure_to_look_parts_nobody(self):
        kith = self.kith("bcd", prune="disconnect", grace=0, confirm=1, guard=False)
        kith.wait("topology.ready")
        before = self.a.seen()
        self.lab.write("peers", "fail the source had a bad minute\n")
        failed = kith.wait("observation.failed", topology="t")
        self.reason_is_told(kith, failed, "the source had a bad minute")
        stale = kith.wait("topology.stale", topology="t")
        self.assertIn("the source had a bad minute", stale["reason"])
        self.quiet(kith, 1, "disconnect.succeeded")
        (self.lab.dir / "peers").unlink()
        self.quiet(kith, 0.5, "peer.lost")
        self.say("b", "c", "d")
        kith.wait("topology.fresh", topology="t", after=stale["seq"])
        self.assertEqual(self.a.seen(), before)

    def test_an_empty_answer_is_held(self):
        kith = self.kith("bcd", prune="disconnect", grace=0, confirm=1, hold=4000)
        kith.wait("topology.ready")
        mark = kith.last()
        self.say()
        held = kith.wait("peer.held", after=mark)
        self.assertTrue(held["reason"])
        self.assertEqual(self.a.nodes(), {other.name for other in self.others})
        lost = kith.wait("peer.lost", after=mark)
        self.assertGreater(at(lost) - at(held), 3.9)
        kith.wait("disconnect.succeeded", after=lost["seq"])
        self.a.sees()

    def test_a_held_peer_that_is_seen_again_stays(self):
        kith = self.kith("bcd", prune="disconnect", grace=0, confirm=1, hold=4000)
        kith.wait("topology.ready")
        mark = kith.last()
        self.say()
        held = kith.wait("peer.held", after=mark)
        self.say("b", "c", "d")
        for name in "bcd":
            kith.wait("peer.discovered", after=held["seq"], peer=f"{name}@127.0.0.1")
        self.quiet(kith, 5, "disconnect.succeeded")
        self.a.sees("b", "c", "d")

    def test_one_is_gone_after_grace_and_confirm(self):
        kith = self.kith("bcd", prune="disconnect", grace=800, confirm=3)
        kith.wait("topology.ready")
        mark = kith.last()
        self.say("b", "c")
        missing = kith.wait("peer.missing", peer="d@127.0.0.1", after=mark)
        lost = kith.wait("peer.lost", peer="d@127.0.0.1", after=mark)
        self.assertGreater(at(lost) - at(missing), 0.75)
        kith.wait("disconnect.succeeded", peer="d@127.0.0.1", after=mark)
        self.a.sees("b", "c")

    def test_prune_keep_leaves_the_link_and_never_dials_it_again(self):
        kith = self.kith("bcd", prune="keep", grace=0, confirm=1)
        kith.wait("topology.ready")
        mark = kith.last()
        self.say("b", "c")
        kith.wait("peer.lost", peer="d@127.0.0.1", after=mark)
        self.quiet(kith, 0.7, "disconnect.succeeded")
        self.a.sees("b", "c", "d")
        mark = kith.last()
        d = self.others[2]
        d.kill()
        kith.wait("link.down", peer=d.name, after=mark)
        d.start()
        d.ready()
        self.quiet(kith, 1, "connect.started", peer=d.name)
        self.a.sees("b", "c")

    def test_erlang_keeps_by_default(self):
        kith = self.kith("bcd", grace=0, confirm=1)
        kith.wait("topology.ready")
        self.say("b", "c")
        kith.wait("peer.lost", peer="d@127.0.0.1")
        self.quiet(kith, 0.7, "disconnect.succeeded")
        self.a.sees("b", "c", "d")

    def test_what_vanished_while_kith_was_not_running_is_never_parted(self):
        kith = self.kith("bcd", prune="disconnect", grace=0, confirm=1)
        kith.wait("topology.ready")
        kith.kill()
        self.say("b", "c")
        again = self.lab.kith(kith.config)
        again.wait("connector.attached")
        again.wait("observation.ok")
        self.quiet(again, 1, "disconnect.succeeded")
        self.a.sees("b", "c", "d")

    def test_the_policy_of_libcluster_parts_at_once(self):
        self.say("b", "c", "d")
        config = self.lab.config("a", strategy="lines", strategy_config={"file": str(self.lab.dir / "peers")},
                                 dirs=[PLUGINS, TEST_PLUGINS])
        config["topologies"]["t"]["policy"] = "libcluster"
        kith = self.lab.kith(config)
        self.a.sees("b", "c", "d")
        for name in "bcd":
            kith.wait("link.up", peer=f"{name}@127.0.0.1")
        self.say()
        kith.wait("disconnect.succeeded", timeout=30)  # policy.grace is 60 s by default
        self.a.sees()

    def test_excluded_peers_are_neither_joined_nor_parted(self):
        self.a.ask("net_kernel:connect_node('d@127.0.0.1')")
        kith = self.kith("bcd", prune="disconnect", grace=0, confirm=1, min_peers=1, exclude=["c@*", "d@*"])
        kith.wait("topology.ready")
        self.a.sees("b", "d")
        self.quiet(kith, 0.5, "connect.started", peer="c@127.0.0.1")
        self.a.sees("b", "d")


if __name__ == "__main__":
    main()
