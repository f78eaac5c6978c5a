# SPDX-License-Identifier: MIT
"""What comes to the port of a mesh, and over its links, that is no usual member: one of the release before, thousands of connections that say
nothing, large messages."""

import resource
import socket
import subprocess
import threading
import time

from lab import main
from mesh_case import MeshCase
from mesh_member import HEARTBEAT, MemberLink, new_run
from waiting import KITH, PATIENCE

LARGE = 16 << 20
KEY = {"keys": ["0a" * 32]}


class Older(MeshCase):
    count = 12

    def test_a_member_of_the_release_before_is_linked_and_hears_each_heartbeat(self):
        members = self.form()
        name, run = "m99@127.0.3.99", new_run()
        links = []
        for each in self.names:
            links.append(MemberLink(name, run, each.split("@")[1], self.port, each, extra=b"bytes of a later hello"))
            self.addCleanup(links[-1].close)
            links[-1].join(self.port)
        for each in members:
            each.wait("link.up", peer=name)
        old = links[0]
        old.send(200, b"a kind of frame that nobody knows")
        began = time.monotonic()
        time.sleep(6)
        beats = [each for each in old.of(HEARTBEAT) if each[2] > began]
        self.assertGreaterEqual(len(beats), 10)
        self.assertEqual({len(body) for _, body, _ in beats}, {24})
        for each in members:
            self.assertEqual(each.found("link.down"), [])
        since = [each.last() for each in members]
        for each in links:
            each.close()
        for i, each in enumerate(members):
            each.wait("link.down", after=since[i], peer=name)


class Crowd(MeshCase):
    count = 4
    security = KEY

    def test_two_thousand_connections_that_say_nothing(self):
        members = self.form()
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        before = members[0].memory()
        since = [each.last() for each in members]
        crowd = []
        self.addCleanup(lambda: [each.close() for each in crowd])
        for _ in range(2000):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(("127.0.3.1", self.port))
            crowd.append(one)
            if len(crowd) % 100 == 0:
                time.sleep(0.02)
        time.sleep(4)
        for each in members:
            self.assertEqual(each.found("link.down", after=since[members.index(each)]), [])
        print(f"2,000 silent connections: the member's Pss went from {before['Pss']} to {members[0].memory()['Pss']} KiB")
        members[1].kill()
        members[1] = self.member(1)
        members[1].wait("link.up", peer=self.names[0])
        members[0].wait("link.up", after=since[0], peer=self.names[1])


class Large(MeshCase):
    count = 3
    security = KEY

    def listener(self, channel):
        """Returns the lines of `kith mesh listen` at member 1; it ends by itself before the test would wait for ever."""
        process = subprocess.Popen([KITH, "mesh", "listen", channel, "--socket", str(self.socket(1))], stdout=subprocess.PIPE, text=True)
        guard = threading.Timer(PATIENCE, process.kill)
        guard.daemon = True
        guard.start()
        self.addCleanup(lambda: (guard.cancel(), process.kill(), process.wait(), process.stdout.close()))
        return process.stdout

    def test_a_message_of_16_mib_beside_small_ones_and_heartbeats(self):
        members = self.form()
        since = [each.last() for each in members]
        small, large = self.listener("small"), self.listener("large")  # each reader is given 1 MiB at most besides what it reads
        time.sleep(0.5)
        sender = subprocess.Popen([KITH, "mesh", "send", "large", "--to", self.names[1], "--socket", str(self.socket(0))],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        sender.stdin.write("x" * LARGE)
        sender.stdin.close()
        slowest = 0.0
        for i in range(20):
            began = time.monotonic()
            code, text = self.mesh(0, "send", "small", str(i), "--to", self.names[1])
            self.assertEqual(code, 0, text)
            slowest = max(slowest, time.monotonic() - began)
        self.assertEqual([small.readline().split()[-1] for _ in range(20)], [str(i) for i in range(20)])
        self.assertEqual(large.readline().count("x"), LARGE)
        self.assertEqual(sender.wait(PATIENCE), 0, sender.stdout.read())
        sender.stdout.close()
        print(f"a small message beside 16 MiB: at most {slowest * 1000:.0f} ms, with the start of its process")
        time.sleep(3)
        for i, each in enumerate(members):
            self.assertEqual(each.found("link.down", after=since[i]), [])


if __name__ == "__main__":
    main()
