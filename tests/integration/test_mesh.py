# SPDX-License-Identifier: MIT
"""The mesh of connector_mesh: kith processes on addresses of loopback that link, and what they make of one that is killed, stopped for a
while, of another cluster, or comes back."""

import re
import signal
import time

from lab import main
from mesh_case import MeshCase


class Mesh(MeshCase):
    def downs(self, members, but, since):
        """Waits until all others report that the member is down; returns the reasons."""
        return [each.wait("link.down", after=since[i], peer=self.names[but])["reason"]
                for i, each in enumerate(members) if i != but]


class Forming(Mesh):
    def test_it_forms_and_a_killed_process_is_down_everywhere_and_comes_back(self):
        members = self.form()
        since = [each.last() for each in members]
        began = time.monotonic()
        members[3].kill()
        reasons = self.downs(members, 3, since)
        print(f"killed: known at {len(reasons)} members after {(time.monotonic() - began) * 1000:.0f} ms, with the reading of their events")
        for reason in reasons:
            self.assertRegex(reason, "its link ended, and a new one failed: .*(Connection re|it ended the connection)")
        since = [each.last() for each in members]
        members[3] = self.member(3)
        for i, each in enumerate(members):
            if i != 3:
                each.wait("link.up", after=since[i], peer=self.names[3])
                members[3].wait("link.up", peer=self.names[i])
        for i, each in enumerate(members):
            if i != 3:
                self.assertEqual(each.found("link.down", after=since[i]), [])

    def test_one_that_ends_in_order_is_restarting(self):
        members = self.form()
        since = [each.last() for each in members]
        self.assertEqual(members[2].terminate(), 0)
        self.assertEqual(set(self.downs(members, 2, since)), {"it is restarting"})

    def test_a_stop_of_two_seconds_is_nothing_and_one_of_six_is_one_down_and_one_up(self):
        members = self.form()
        since = [each.last() for each in members]
        members[1].signal(signal.SIGSTOP)
        time.sleep(2)
        members[1].signal(signal.SIGCONT)
        self.no_downs(2, members, since)
        members[1].signal(signal.SIGSTOP)
        for reason in self.downs(members, 1, since):
            self.assertRegex(reason, "silent for [0-9.]+ s")
        members[1].signal(signal.SIGCONT)
        for i, each in enumerate(members):
            if i != 1:
                each.wait("link.up", after=since[i], peer=self.names[1])
        self.unchanged(2, lambda: [len(each.found("link.down", after=since[i])) for i, each in enumerate(members)], [1, 0, *[1] * 6],
                       "one link.down at each of the others")


class Refused(Mesh):
    def test_a_member_of_another_cluster_is_refused_and_named(self):
        self.names = self.names[:2]
        one, other = self.member(0), self.member(1, cluster="other")
        for kith in (one, other):
            kith.wait("connect.failed", reason=re.compile("option cluster differs, or an address is in use by another cluster"))
            self.assertEqual(kith.found("link.up"), [])

    def test_nobody_there_is_a_reason(self):
        self.names = self.names[:2]
        one = self.member(0)
        one.wait("connect.failed", reason=re.compile("Connection refused"))

    def test_plain_links_are_only_for_loopback(self):
        self.names = ["m0@127.0.3.1", "m1@192.0.2.1"]
        one = self.member(0)
        one.wait("connect.failed", reason=re.compile("m1@192.0.2.1 is not on loopback"))


if __name__ == "__main__":
    main()
