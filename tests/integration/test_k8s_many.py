# SPDX-License-Identifier: MIT
"""Five thousand pods of a real API server: listed in pages, watched, deleted all at once."""

import kube_objects
from k8s_case import OnKubernetes
from kube_objects import of
from lab import main
from waiting import wait_until

COUNT = 5000


class Many(OnKubernetes):
    def test_five_thousand_pods(self):
        self.pods(COUNT)
        kith = self.start(policy={"connect_parallel": 64, "prune": "disconnect", "grace": 0, "confirm": 1})
        self.sees(kith, COUNT, 120)
        self.has_listed(COUNT // 500)  # pages
        lists = self.asked(verb="list", stage="ResponseComplete")
        self.assertTrue(all("limit=500" in one.path for one in lists))

        self.cluster.pod(self.team, "new", kube_objects.address(COUNT))
        kith.wait("link.up", peer=f"app@{kube_objects.address(COUNT)}")
        self.admin.delete(of(self.team, "pods", "app-7"))
        kith.wait("peer.lost", peer="app@10.0.0.7")

        # A fact of each of them parts at once; but more than half of all (policy.max_removal) is not believed.
        mark = kith.last()
        self.admin.delete_all(of(self.team, "pods"))
        self.sees(kith, 0, 120)
        held, parted = (lambda: kith.found("peer.held", mark)), (lambda: kith.found("disconnect.succeeded", mark))
        wait_until(lambda: len(held()) + len(parted()) == COUNT, "each is held or parted", describe=lambda: f"{len(held())}, {len(parted())}")
        self.assertLessEqual(len(parted()), COUNT / 2)
        self.assertGreaterEqual(len(held()), COUNT / 2)
        self.assertIn("over policy.max_removal", held()[0]["reason"])
        self.assertEqual(kith.found("events.lost"), [])


if __name__ == "__main__":
    main()
