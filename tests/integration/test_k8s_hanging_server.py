# SPDX-License-Identifier: MIT
"""A real API server stops sending while kith watches: kith detects the absence of the bookmarks, which are sent each minute."""

import signal
import time

from k8s_case import HASTY, OnKubernetes
from lab import main
from waiting import wait_until


class HangingServer(OnKubernetes):
    def test_a_server_that_hangs(self):
        self.pods(3)
        kith = self.start(policy=HASTY)
        self.sees(kith, 3)
        wait_until(lambda: self.asked(verb="watch", stage="ResponseStarted"), "a watch", describe=kith.tail)
        began = time.monotonic()
        self.cluster.send(signal.SIGSTOP)
        self.addCleanup(self.cluster.send, signal.SIGCONT)
        kith.wait("topology.stale", timeout=150)
        self.assertGreater(time.monotonic() - began, 20)
        self.cluster.send(signal.SIGCONT)
        kith.wait("topology.fresh", timeout=120)
        self.cluster.pod(self.team, "new", "10.0.8.1")
        kith.wait("link.up", peer="app@10.0.8.1")
        self.assertEqual(kith.found("peer.missing"), [])


if __name__ == "__main__":
    main()
