# SPDX-License-Identifier: MIT
"""The mesh of connector_mesh: kith processes on addresses of loopback that link, and what they make of one that is killed, stopped for a
while, of another cluster, or comes back."""

import re
import signal
import time

from authority import Authority
from lab import PLUGINS, Lab, Scenario, main
from waiting import free_port, wait_until

MEMBERS = 8


class Mesh(Scenario):
    def setUp(self):
        self.lab = Lab(epmd=False)
        self.addCleanup(self.lab.close)
        self.port = free_port()
        self.names = [f"m{i}@127.0.3.{i + 1}" for i in range(MEMBERS)]

    security = {"plain": True}

    def member(self, i, cluster="test", **more):
        return self.lab.kith({
            "plugins": {"dir": PLUGINS},
            "topologies": {"mesh": {
                "strategy": "epmd", "config": {"hosts": self.names}, "connector": "mesh",
                "connector_config": {"node": self.names[i], "cluster": cluster, "port": self.port,
                                     **self.security, **more},
                "policy": {"backoff_initial": 100, "backoff_max": 500}}}})

    def form(self):
        members = [self.member(i) for i in range(MEMBERS)]
        for i, each in enumerate(members):
            for name in self.names:
                if name != self.names[i]:
                    each.wait("link.up", peer=name)
        self.assertEqual([each.found("link.down") for each in members], [[]] * MEMBERS)
        return members

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
        time.sleep(2)
        for i, each in enumerate(members):
            self.assertEqual(each.found("link.down", after=since[i]), [])
        members[1].signal(signal.SIGSTOP)
        for reason in self.downs(members, 1, since):
            self.assertRegex(reason, "silent for [0-9.]+ s")
        members[1].signal(signal.SIGCONT)
        for i, each in enumerate(members):
            if i != 1:
                each.wait("link.up", after=since[i], peer=self.names[1])
        time.sleep(2)
        for i, each in enumerate(members):
            self.assertEqual(len(each.found("link.down", after=since[i])), 0 if i == 1 else 1, each.tail())


class Secure(Mesh):
    def setUp(self):
        super().setUp()
        self.names = self.names[:4]
        self.authority = Authority(self.lab.directory("ca"))

    def certified(self, i, name=None, authority=None):
        """The options of a member with a certificate."""
        crt, key = (authority or self.authority).certify(f"{i}-{self.lab.number()}", "/CN=member",
                                                         f"URI:kith://test/{name or self.names[i]}", "serverAuth,clientAuth")
        return {"certificate": str(crt), "private_key": str(key), "authority": str(self.authority.crt)}

    def all_linked(self, members):
        for i, each in enumerate(members):
            for name in self.names:
                if name != self.names[i]:
                    each.wait("link.up", peer=name)

    def test_keys(self):
        self.security = {}
        old, new = "0a" * 32, "0b" * 32
        members = [self.member(i, keys=[old, new] if i % 2 else [new, old]) for i in range(4)]  # while it is exchanged
        self.all_linked(members)
        names, self.names = self.names, [*self.names, "stranger@127.0.3.99"]
        stranger = self.member(4, keys=["0c" * 32])
        stranger.wait("connect.failed", peer=names[0], reason=re.compile("shared key"))
        self.assertEqual(stranger.found("link.up"), [])

    def test_certificates(self):
        self.security = {}
        members = [self.member(i, **self.certified(i)) for i in range(3)]
        other = Authority(self.lab.directory("other"), "other")
        names, self.names = self.names, self.names[:3]
        self.all_linked(members)
        self.names = names
        stranger = self.member(3, **self.certified(3, authority=other))
        stranger.wait("connect.failed", peer=names[0])
        members[0].wait_log("a connection was refused")
        self.assertEqual(stranger.found("link.up"), [])
        stranger.kill()
        members.append(self.member(3, **self.certified(3)))
        self.all_linked(members)

    def test_the_certificate_of_another_member_is_not_enough(self):
        self.security = {}
        wrong = self.member(0, **self.certified(0, name=self.names[1]))
        wrong.wait("connector.detached", reason=re.compile("is not the certificate of this member: expected kith://test/m0@127.0.3.1"))


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
