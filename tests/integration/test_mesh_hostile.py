# SPDX-License-Identifier: MIT
"""What comes to the port of a mesh, and over its links, that is no usual member: one of the release before, thousands of connections that send
nothing, large messages, a peer that reads nothing, a conversation that is sent again."""

import json
import re
import resource
import socket
import subprocess
import threading
import time

from lab import PLUGINS, main
from mesh_case import MeshCase, established
from mesh_member import HEARTBEAT, MESSAGE, RECEIPT, MemberLink, new_run
from waiting import KITH, PATIENCE, wait_until

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
        seen = len(old.of(HEARTBEAT))
        wait_until(lambda: len(old.of(HEARTBEAT)) >= seen + 10, "ten heartbeats")
        beats = old.of(HEARTBEAT)[seen:seen + 10]
        self.assertLess(beats[-1][2] - beats[0][2], 7)  # 4.5 s; in turns, which it does not know, they would take 9 s
        self.assertEqual({len(body) for _, body, _ in beats}, {24})
        for data in ("one", "two"):
            code, output = self.mesh(0, "send", "old", data, "--to", name)
            self.assertEqual(code, 0, output)
        self.assertEqual([body[-3:] for _, body, _ in old.of(MESSAGE)], [b"one", b"two"])
        for number in (1, 2):
            old.send_message("old", number, b"back")
        wait_until(lambda: len(old.of(RECEIPT)) == 2, "two receipts")
        self.assertEqual([body[-2:] for _, body, _ in old.of(RECEIPT)], [b"\0\0"] * 2)  # no reason: they have arrived
        self.assertEqual([kind for each in links for kind, _, _ in each.frames if kind > 15], [])  # batches, which it does not know
        for each in members:
            self.assertEqual(each.found("link.down"), [])
        since = [each.last() for each in members]
        for each in links:
            each.close()
        for i, each in enumerate(members):
            each.wait("link.down", after=since[i], peer=name)


class Deaf(MeshCase):
    count = 3

    def test_a_peer_that_reads_nothing_loses_its_link_and_nobody_else_does(self):
        members = self.form()
        name, run = "m99@127.0.3.99", new_run()
        links = [MemberLink(name, run, each.split("@")[1], self.port, each) for each in self.names]
        for each in links:
            self.addCleanup(each.close)
            each.join(self.port)
        for each in members:
            each.wait("link.up", peer=name)
        since = [each.last() for each in members]
        links[0].stop_reading()
        sender = subprocess.Popen([KITH, "mesh", "send", "large", "--to", name, "--socket", str(self.socket(0))],
                                  stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(lambda: (sender.kill(), sender.wait()))
        sender.stdin.write("x" * LARGE)
        sender.stdin.close()
        ends = f":{links[0].local_port:04X}"

        def is_linked():
            return any(end.endswith(ends) for pair in established(self.port, members[0].pid) for end in pair)
        self.assertTrue(is_linked())
        wait_until(lambda: not is_linked(), "the connection of the one that reads nothing has ended")
        code, text = self.mesh(0, "send", "small", "text", "--to", self.names[1])
        self.assertEqual(code, 0, text)
        for i, each in enumerate(members):
            self.assertEqual([event for event in each.found("link.down", after=since[i]) if event["peer"] != name], [])


class Replayed(MeshCase):
    count = 2
    security = KEY

    def test_what_a_member_has_sent_is_of_no_use_to_others(self):
        """Between the two is a relay that keeps what the one that dials sends."""
        relay = socket.create_server(("127.0.3.77", self.port))
        self.addCleanup(relay.close)
        sent = []

        def pump(source, target, kept=None):
            while data := source.recv(65536):
                if kept is not None:
                    kept.append(data)
                target.sendall(data)

        def serve():
            while True:
                try:
                    dialler, _ = relay.accept()
                except OSError:
                    return
                other = socket.create_connection(("127.0.3.1", self.port), PATIENCE)
                for pair in ((dialler, other, sent), (other, dialler)):
                    threading.Thread(target=pump, args=pair, daemon=True).start()
        threading.Thread(target=serve, daemon=True).start()
        first = self.member(0)
        first.wait("connector.attached")
        peer = json.dumps({"name": self.names[0], "attributes": {"address": "127.0.3.77"}})
        second = self.lab.kith({
            "plugins": {"dir": PLUGINS},
            "topologies": {"mesh": {"strategy": "exec", "config": {"command": ["/bin/echo", peer]}, "connector": "mesh",
                                    "connector_config": {"node": self.names[1], "cluster": "test", "port": self.port, **KEY}}}})
        second.wait("link.up", peer=self.names[0])
        first.wait("link.up", peer=self.names[1])
        self.assertTrue(sent, "it was not linked through the relay")
        since = first.last()
        for count in (1, len(sent)):
            with socket.create_connection(("127.0.3.1", self.port), PATIENCE) as again:
                again.sendall(b"".join(sent[:count]))
                again.shutdown(socket.SHUT_WR)
                while again.recv(65536):
                    pass
        first.wait_log(re.compile("a connection was refused(.|\\n)*a connection was refused"))
        self.no_downs(1, [first], [since])


class Crowd(MeshCase):
    count = 4
    security = KEY

    def test_two_thousand_connections_that_send_nothing(self):
        members = self.form()
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        before = members[0].memory()
        since = [each.last() for each in members]
        crowd = []
        self.addCleanup(lambda: [each.close() for each in crowd])
        for _ in range(2000):
            crowd.append(socket.create_connection(("127.0.3.1", self.port), PATIENCE))
        self.no_downs(4, members, since)  # the handshakes of the first have ended by then
        print(f"2,000 silent connections: the member's Pss went from {before['Pss']} to {members[0].memory()['Pss']} KiB")
        members[1].kill()
        members[1] = self.member(1)
        members[1].wait("link.up", peer=self.names[0])
        members[0].wait("link.up", after=since[0], peer=self.names[1])


class Large(MeshCase):
    count = 3
    security = KEY

    def listener(self, channel):
        """Returns the texts that `kith mesh listen` prints at member 1, a list that grows; the first one is what was sent until it listened."""
        process = subprocess.Popen([KITH, "mesh", "listen", channel, "--socket", str(self.socket(1))], stdout=subprocess.PIPE, text=True)
        texts = []
        reader = threading.Thread(target=lambda: texts.extend(line.split()[-1] for line in process.stdout), daemon=True)
        reader.start()
        self.addCleanup(lambda: (process.kill(), process.wait(), reader.join(PATIENCE), process.stdout.close()))

        def listens():
            self.mesh(0, "send", channel, "first", "--to", self.names[1])
            time.sleep(0.1)
            return texts
        wait_until(listens, f"a listener on {channel}")
        return texts

    def test_a_message_of_16_mib_beside_small_ones_and_heartbeats(self):
        members = self.form()
        since = [each.last() for each in members]
        small, large = self.listener("small"), self.listener("large")  # each reader is given 1 MiB at most besides what it reads
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
        wait_until(lambda: small[-1] == "19", "all small messages have arrived")
        self.assertEqual([each for each in small if each != "first"], [str(i) for i in range(20)])
        wait_until(lambda: large[-1] != "first", "the large message has arrived")
        self.assertEqual(large[-1], "x" * LARGE)
        self.assertEqual(sender.wait(PATIENCE), 0, sender.stdout.read())
        sender.stdout.close()
        print(f"a small message beside 16 MiB: at most {slowest * 1000:.0f} ms, with the start of its process")
        self.no_downs(3, members, since)


if __name__ == "__main__":
    main()
