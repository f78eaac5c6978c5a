# SPDX-License-Identifier: MIT
"""The mesh on eight hosts with a network between them: a cable that is cut, a host that hears nobody, one that loses most packets, a split."""

import time

from lab import PLUGINS, Scenario, main
from mesh_case import established
from namespaces import Host, Segment, skipped_without_namespaces
from waiting import wait_until

COUNT = 8
PORT = 4747


@skipped_without_namespaces
class NetworkFailures(Scenario):
    def setUp(self):
        self.segment = Segment()
        self.addCleanup(self.segment.close)
        self.hosts = []
        for i in range(COUNT):
            self.hosts.append(Host(f"h{i}", "cookie", f"10.77.1.{i + 1}"))
            self.addCleanup(self.hosts[-1].close)
            self.hosts[-1].plug(self.segment, "eth0", f"{self.hosts[-1].host}/24")
        self.names = [f"m{i}@{each.host}" for i, each in enumerate(self.hosts)]
        self.members = [self.member(i) for i in range(COUNT)]
        for i in range(COUNT):
            self.linked(i)
        wait_until(lambda: all(len(established(PORT, each.pid)) == COUNT - 1 for each in self.members), "a connection with each other")
        self.since = [each.last() for each in self.members]

    def member(self, i):
        return self.hosts[i].kith({
            "plugins": {"dir": PLUGINS},
            "topologies": {"mesh": {
                "strategy": "epmd", "config": {"hosts": self.names}, "connector": "mesh",
                "connector_config": {"node": self.names[i], "cluster": "test", "port": PORT, "keys": ["0a" * 32]},
                "policy": {"backoff_initial": 100, "backoff_max": 500}}}})

    def changes(self, at, about):
        """link.up and link.down of a member at another one, in their order."""
        return [each for each in self.members[at].events()
                if each["kind"] in ("link.up", "link.down") and each["peer"] == self.names[about] and each["seq"] > self.since[at]]

    def linked(self, i, others=range(COUNT)):
        def up():
            state = {}
            for each in self.members[i].events():
                if each["kind"] in ("link.up", "link.down"):
                    state[each["peer"]] = each["kind"]
            return all(state.get(self.names[other]) == "link.up" for other in others if other != i)
        wait_until(up, f"{self.names[i]} is linked with all", describe=self.members[i].tail)

    def healthy(self, sick):
        return [i for i in range(COUNT) if i not in sick]

    def no_healthy_one_is_down(self, *sick):
        for i in self.healthy(sick):
            for other in self.healthy(sick):
                self.assertEqual(self.changes(i, other), [], self.members[i].tail())

    def down_at_all(self, sick):
        """Waits until all others report the member as down; returns how many seconds that took."""
        began = time.monotonic()
        for i in self.healthy([sick]):
            event = self.members[i].wait("link.down", after=self.since[i], peer=self.names[sick])
            self.assertRegex(event["reason"], "silent for [0-9.]+ s")
        return time.monotonic() - began

    def test_a_cable_that_is_cut_and_mended(self):
        self.hosts[2].ip("link set eth0 down")
        print(f"the cut was known everywhere after {self.down_at_all(2):.2f} s")
        self.members[2].wait_log("this host has no link left")
        self.no_healthy_one_is_down(2)
        for other in self.healthy([2]):  # it does not state that others are dead, but that it has no link
            self.members[2].wait("link.down", after=self.since[2], peer=self.names[other])
            reasons = [each.get("reason") for each in self.changes(2, other) if each["kind"] == "link.down"]
            self.assertEqual(reasons, ["this host has no link left"])
        began = time.monotonic()
        self.hosts[2].ip("link set eth0 up")
        for i in range(COUNT):
            self.linked(i)
        print(f"all were linked again {time.monotonic() - began:.2f} s after it was mended")
        self.no_healthy_one_is_down(2)

    def test_a_process_whose_end_nobody_heard_of_is_replaced_by_its_next_run(self):
        self.hosts[4].ip("link set eth0 down")
        self.members[4].kill()  # what its system sends to end the connections is lost
        self.hosts[4].ip("link set eth0 up")
        self.members[4], self.since[4] = self.member(4), 0
        began = time.monotonic()
        for i in self.healthy([4]):
            self.members[i].wait("link.up", after=self.since[i], peer=self.names[4])
        self.linked(4)
        print(f"all were linked with the next run {time.monotonic() - began:.2f} s after its start")
        wait_until(lambda: all(len(established(PORT, each.pid)) == COUNT - 1 for each in self.members), "one connection with each other")
        self.no_healthy_one_is_down(4)

    def test_a_host_that_sends_and_hears_nobody_ends_in_one_state(self):
        self.segment.deaf = {"h5"}
        print(f"one-way loss was known everywhere after {self.down_at_all(5):.2f} s")
        self.unchanged(20, lambda: [[each["kind"] for each in self.changes(i, 5)] for i in self.healthy([5])], [["link.down"]] * (COUNT - 1),
                       "one link.down at each of the others")
        self.no_healthy_one_is_down(5)
        self.segment.deaf = set()
        for i in range(COUNT):
            self.linked(i)

    def test_a_host_that_loses_four_of_five_packets_settles(self):
        self.segment.loss_of = {"h3": 0.8}
        time.sleep(60)
        self.no_healthy_one_is_down(3)
        for i in self.healthy([3]):
            self.assertLessEqual(len(self.changes(i, 3)), 2, self.members[i].tail())
        self.segment.loss_of = {}
        for i in range(COUNT):
            self.linked(i)

    def test_a_quarter_of_all_packets_lost_brings_nobody_down(self):
        self.segment.loss = 0.25
        time.sleep(40)
        self.no_healthy_one_is_down()

    def test_a_split_heals_without_help(self):
        half, other = range(4), range(4, 8)
        self.segment.cut([f"h{i}" for i in half], [f"h{i}" for i in other])
        for i in half:
            for k in other:
                self.members[i].wait("link.down", after=self.since[i], peer=self.names[k])
                self.members[k].wait("link.down", after=self.since[k], peer=self.names[i])
        for i in half:
            for k in half:
                self.assertEqual(self.changes(i, k), [])
        time.sleep(10)
        began = time.monotonic()
        self.segment.cut()
        for i in range(COUNT):
            self.linked(i)
        print(f"the halves were linked again {time.monotonic() - began:.2f} s after the network had healed")


if __name__ == "__main__":
    main()
