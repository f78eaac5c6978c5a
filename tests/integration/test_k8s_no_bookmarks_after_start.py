# SPDX-License-Identifier: MIT
"""A newly started real API server sends no bookmarks while nothing changes. kith does not treat that as a failure."""

from k8s_case import OnKubernetes
from lab import main


class Quiet(OnKubernetes):
    def test_nothing_has_changed_since_it_began(self):
        self.pods(3)
        self.cluster.restart()
        kith = self.start()
        self.sees(kith, 3)
        self.quiet(kith, 75, "observation.failed")
        self.assertEqual(kith.found("topology.stale"), [])
        self.has_listed(1)  # that it was asked for one object, to see whether it is there, is none
        self.cluster.pod(self.team, "new", "10.0.8.1")
        kith.wait("link.up", peer="app@10.0.8.1")


if __name__ == "__main__":
    main()
