# SPDX-License-Identifier: MIT
"""Failures of peers: each has its own reason, in the event and in the log, and no other peer is delayed."""

import re
import time

from lab import Mute, Scenario, full, main
from waiting import wait_until


class Peers(Scenario):
    def failed(self, kith, peer, pattern, timeout=None):
        event = kith.wait("connect.failed", peer=full(peer), reason=re.compile(pattern, re.I), timeout=timeout)
        self.reason_is_told(kith, event, re.compile(pattern, re.I))
        return event

    def test_a_peer_that_is_down(self):
        self.lab.beam("a").ready()
        kith = self.lab.kith(self.lab.config("a", ["gone"]))
        self.failed(kith, "gone", r"epmd")
        kith.wait("connect.started", peer="gone@127.0.0.1", after=kith.last())

    def test_a_peer_whose_epmd_is_down(self):
        self.lab.beam("a").ready()
        kith = self.lab.kith(self.lab.config("a", ["b@127.0.0.9"]))
        self.failed(kith, "b@127.0.0.9", r"epmd.*(refuse|listen|answer|reach)|(refuse|listen|answer|reach).*epmd")

    def test_a_peer_whose_name_does_not_resolve(self):
        self.lab.beam("a").ready()
        kith = self.lab.kith(self.lab.config("a", ["b@no-such-host.invalid"]))
        self.failed(kith, "b@no-such-host.invalid", r"resolve")

    def test_a_peer_with_another_cookie(self):
        self.lab.beam("a").ready()
        b = self.lab.beam("b", cookie="another").ready()
        kith = self.lab.kith(self.lab.config("a", ["b"]))
        self.failed(kith, "b", r"cookie")
        self.assertEqual(b.nodes(), set())

    def test_a_cookie_for_each_peer(self):
        a = self.lab.beam("a").ready()
        self.lab.beam("b", cookie="another").ready()
        kith = self.lab.kith(self.lab.config("a", ["b"], connector={"peer_cookies": {"b@127.0.0.1": "another"}}))
        kith.wait("link.up", peer="b@127.0.0.1")
        a.sees("b")
        self.assertNotIn("another", kith.log() + str(kith.events()).replace("another cookie", ""))

    def test_a_mute_peer_delays_nobody(self):
        a, b, c = self.lab.beams("a", "b", "c")
        mutes = [Mute(self.lab, f"mute{number}") for number in range(3)]
        kith = self.lab.kith(self.lab.config("a", [mute.name for mute in mutes] + ["b", "c"], policy={"min_peers": 2}))
        ready = kith.wait("topology.ready")
        for mute in mutes:
            ended = [event for event in kith.found("connect.failed", peer=mute.name) if event["seq"] < ready["seq"]]
            self.assertEqual(ended, [], "the mute peers delayed the others")
        a.sees("b", "c")
        for mute in mutes:
            event = self.failed(kith, mute.name, r"sends nothing|answer|time")
            self.assertGreater(mute.dialled(), 0)
            self.assertLess(event["duration_ms"], 20000)  # of 7 s, and what a busy machine adds

    def test_a_short_connect_timeout_is_kept(self):
        self.lab.beam("a").ready()
        mute = Mute(self.lab, "mute")
        kith = self.lab.kith(self.lab.config("a", ["mute"], policy={"connect_timeout": 500}))
        event = self.failed(kith, mute.name, r".")
        self.assertLess(event["duration_ms"], 5000)  # of 500 ms, and what a busy machine adds

    def test_a_peer_that_comes_later(self):
        a = self.lab.beam("a").ready()
        kith = self.lab.kith(self.lab.config("a", ["b"]))
        self.failed(kith, "b", r".")
        self.lab.beam("b").ready()
        kith.wait("connect.succeeded", peer="b@127.0.0.1")
        a.sees("b")

    def test_backoff_grows_and_is_bounded(self):
        self.lab.beam("a").ready()
        kith = self.lab.kith(self.lab.config("a", ["gone"], policy={"backoff_initial": 100, "backoff_max": 400, "backoff_jitter": 0}))
        wait_until(lambda: len(kith.found("connect.started", peer="gone@127.0.0.1")) >= 10, "ten attempts", describe=kith.tail)
        times = [seconds(event["time"]) for event in kith.found("connect.started", peer="gone@127.0.0.1")]
        gaps = [later - earlier for earlier, later in zip(times, times[1:])]
        self.assertGreaterEqual(gaps[0], 0.095)
        self.assertGreaterEqual(gaps[3], 0.38)
        self.assertLess(min(gaps[4:]), 1.5)  # without the bound they would be 1.6 s, 3.2 s ...

    def test_repeated_failures_do_not_flood_the_log(self):
        self.lab.beam("a").ready()
        begun = time.monotonic()
        kith = self.lab.kith(self.lab.config("a", ["gone"], policy={"backoff_initial": 20, "backoff_max": 20}))
        wait_until(lambda: len(kith.found("connect.failed")) >= 40, "forty failures", describe=kith.tail)
        windows = 1 + int((time.monotonic() - begun) / 10)  # in each some lines pass
        self.assertLess(len(re.findall("gone@127.0.0.1", kith.log())), 13 + 12 * windows, kith.log()[-2000:])


def seconds(stamp):
    hours, minutes, rest = stamp[11:-1].split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


if __name__ == "__main__":
    main()
