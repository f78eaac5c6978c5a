# SPDX-License-Identifier: MIT
"""Clients of the local API that send no requests, are slow, never read, or are many."""

import json
import time

from api_case import ApiCase
from api_client import Events, raw, read_all
from lab import main
from waiting import PATIENCE, wait_until


class MisbehavingClients(ApiCase):
    def test_requests_that_are_none(self):
        self.kith()
        host = b"Host: localhost\r\nConnection: close\r\n"
        for data, expected in {
                b"hello\r\n\r\n": "400 malformed", b"GET / HTTP/9.9\r\n\r\n": "400 malformed", b"\x16\x03\x01\x02\x00": "400 malformed",
                b"GET /v1/status HTTP/1.0\r\n\r\n": "400 malformed", b"GET /%zz HTTP/1.1\r\n" + host + b"\r\n": "400 malformed",
                b"GET /v1/status HTTP/1.1\r\n" + host + host + b"\r\n": "400 malformed",
                b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 4000: "413 head_too_large",
                b"GET /" + b"a" * 20_000: "413 head_too_large",
                b"POST /v1/refresh HTTP/1.1\r\n" + host + b"Content-Length: 99999999\r\n\r\n": "413 body_too_large",
                b"POST /v1/refresh HTTP/1.1\r\n" + host + b"Content-Length: 70000\r\n\r\n" + b"b" * 70_000: "413 body_too_large"}.items():
            with self.subTest(data=data[:60]):
                head, _, body = read_all(raw(self.socket, data)).partition(b"\r\n\r\n")
                error = json.loads(body)["error"]
                self.assertEqual(f"{head.split()[1].decode()} {error['code']}", expected)
        self.assertEqual(self.ask("/v1/status").status, 200)

    def test_requests_in_a_row_on_one_connection(self):
        self.kith()
        one = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
        last = b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        answers = read_all(raw(self.socket, one * 200 + last))
        self.assertEqual(answers.count(b"HTTP/1.1 200 OK"), 201)

    def test_slow_and_mute_clients_harm_nobody(self):
        kith = self.kith()
        before = kith.memory()["Rss"]
        idle = [raw(self.socket) for _ in range(150)]
        slow = [raw(self.socket, b"GET /v1/sta") for _ in range(50)]
        mute = [raw(self.socket, b"GET /v1/events?after=x.1 HTTP/1.1\r\nHost: localhost\r\n\r\n") for _ in range(20)]
        more = [raw(self.socket) for _ in range(300)]  # beyond the limit: the oldest idle ones make room
        self.addCleanup(lambda: [stream.close() for stream in idle + slow + mute + more])
        self.busy(kith)
        started, times = time.monotonic(), []
        while time.monotonic() - started < 11:
            begun = time.monotonic()
            self.assertEqual(self.ask("/v1/status").status, 200)
            times.append(time.monotonic() - begun)
            for stream in slow:
                try:
                    stream.send(b"t")
                except OSError:
                    pass
            time.sleep(0.2)
        self.assertLess(sorted(times)[len(times) // 2], 1)
        for stream in slow[-5:]:  # a request has 10 s
            stream.settimeout(PATIENCE)
            try:
                self.assertEqual(stream.recv(100), b"")
            except ConnectionResetError:
                pass
        self.assertLess(kith.memory()["Rss"] - before, 32 * 1024)

    def test_a_client_that_never_reads_costs_a_bounded_buffer(self):
        kith = self.kith()
        self.busy(kith)
        wait_until(lambda: kith.last() > 6_000, "the ring is full")
        before, seen = kith.memory()["Rss"], kith.last()
        mute = [raw(self.socket, b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n") for _ in range(20)]
        self.addCleanup(lambda: [stream.close() for stream in mute])
        good = Events(self.socket, last=self.ask("/v1/state").json()["id"])
        first = int(good.last.split(".")[1])
        good.read(lambda events: len(events.received) >= 2_000)
        self.check_stream(kith, good.received, first)
        wait_until(lambda: kith.last() > seen + 6_000, "many more events")
        self.assertLess(kith.memory()["Rss"] - before, len(mute) * 256 + 2048)
        self.assertEqual(self.ask("/v1/status").status, 200)


if __name__ == "__main__":
    main()
