# SPDX-License-Identifier: MIT
"""A member of a mesh in Python, by plugins/connector_mesh/README.md: of the first release, so with no capability."""

import os
import socket
import struct
import threading
import time

HELLO, WELCOME, REFUSE, HEARTBEAT, FACTS, MESSAGE, RECEIPT = 1, 2, 3, 4, 7, 11, 12


def text(value):
    return struct.pack(">H", len(value.encode())) + value.encode()


def texts_and_run(body):
    """Of a frame that begins with a text, a run and two texts: these, and where they end."""
    out, at = [], 0
    for field in range(4):
        size = 16 if field == 1 else struct.unpack_from(">H", body, at)[0]
        at += 0 if field == 1 else 2
        out.append(body[at:at + size])
        at += size
    return out, at


def new_run():
    return struct.pack(">Q", int(time.time() * 1000)) + os.urandom(8)


class MemberLink:
    """One link with one member, by which it states that it has joined and sends heartbeats until `close`; it sends receipts for messages. Links of
    the same member have the same run. `frames`: what has come, as (kind, body, time). `tls`: an SSLContext; None: plain."""

    def __init__(self, name, run, address, port, expected, cluster="test", extra=b"", tls=None):
        self.name, self.run, self.expected = name, run, expected
        self.frames, self._ended, self._greeted, self._reads = [], threading.Event(), threading.Event(), threading.Event()
        self._reads.set()
        self._socket = socket.create_connection((address, port), 10, source_address=(name.split("@")[1], 0))
        self.local_port = self._socket.getsockname()[1]
        if tls is not None:
            self._socket = tls.wrap_socket(self._socket)
        hello = (b"kith mesh" + struct.pack(">BI", 1, 0) + text(cluster) + text(name) + self.run
                 + struct.pack(">HIQ", 16, 500, int(time.time() * 1000)) + text(expected))
        self.send(HELLO, hello + extra)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def send(self, kind, body):
        self._socket.sendall(struct.pack(">IB", len(body) + 1, kind) + body)

    def join(self, port):
        """The fact that it is alive; it listens nowhere."""
        if not self._greeted.wait(10):
            raise AssertionError(f"no hello came: {self.frames}")
        self.send(FACTS, b"\1" + text(self.name) + self.run + struct.pack(">I", 1) + text("") + struct.pack(">H", port))
        threading.Thread(target=self._beat, daemon=True).start()

    def send_message(self, channel, number, data):
        """To the member at the other end."""
        self.send(MESSAGE, b"\x10\0" + text(self.name) + self.run + text(self.expected) + text(channel)
                  + struct.pack(">QQII", number, number, len(data), 0) + data)

    def _receipt(self, body):
        (origin, run, to, channel), at = texts_and_run(body[2:])
        self.send(RECEIPT, b"\x10" + text(origin.decode()) + run + text(to.decode()) + text(channel.decode()) + body[2 + at:10 + at] + text(""))

    def stop_reading(self):
        """It goes on with heartbeats."""
        self._reads.clear()

    def of(self, kind):
        return [each for each in self.frames if each[0] == kind]

    def _read(self):
        rest = b""
        while True:
            self._reads.wait()
            try:
                got = self._socket.recv(65536)
            except OSError:
                return
            if not got:
                return
            rest += got
            while len(rest) >= 4 and len(rest) >= 4 + (size := struct.unpack(">I", rest[:4])[0]):
                kind, body, rest = rest[4], rest[5:4 + size], rest[4 + size:]
                self.frames.append((kind, body, time.monotonic()))
                if kind == HELLO:
                    self.send(WELCOME, struct.pack(">I", 0))
                    self._greeted.set()
                if kind == MESSAGE:
                    self._receipt(body)

    def _beat(self):
        while not self._ended.wait(0.5):
            try:
                self.send(HEARTBEAT, struct.pack(">QQQ", time.monotonic_ns(), 0, 0))
            except OSError:
                return

    def close(self):
        self._ended.set()
        self._reads.set()
        self._socket.close()
