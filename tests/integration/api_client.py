# SPDX-License-Identifier: MIT
"""A client of a daemon's local API: HTTP over its Unix socket, or over TCP where the path is a pair of address and port."""

import http.client
import json
import socket

from waiting import PATIENCE


def connected(path, timeout):
    if isinstance(path, tuple):
        return socket.create_connection(path, timeout)
    stream = socket.socket(socket.AF_UNIX)
    try:
        stream.connect(str(path))  # with a time-out it would not wait for its place among those that are not accepted yet
    except OSError:
        stream.close()
        raise
    stream.settimeout(timeout)
    return stream


class ApiConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout=PATIENCE):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = connected(self.path, self.timeout)


class Answer:
    def __init__(self, response):
        self.status, self.headers, self.body = response.status, response.headers, response.read()

    def json(self):
        return json.loads(self.body)

    def code(self):
        """Of an error, with its status."""
        error = self.json()["error"]
        assert error["message"] and error["remedy"], error
        return f"{self.status} {error['code']}"


def ask(path, target, method="GET", body=None, timeout=PATIENCE, **headers):
    connection = ApiConnection(path, timeout)
    try:
        connection.request(method, target, body, {name.replace("_", "-"): value for name, value in headers.items()})
        return Answer(connection.getresponse())
    finally:
        connection.close()


def raw(path, data=b"", timeout=PATIENCE):
    """A connected socket that has sent `data`."""
    stream = connected(path, timeout)
    try:
        stream.sendall(data)
    except BrokenPipeError:
        pass  # it has answered already
    return stream


def read_all(stream):
    data = b""
    try:
        while part := stream.recv(65536):
            data += part
    except ConnectionResetError:
        pass
    stream.close()
    return data


class Events:
    """A client of the event stream that can be ended at any moment and go on behind its last event."""

    def __init__(self, path, target="/v1/events", last=None):
        self.path, self.target, self.last = path, target, last
        self.received, self.lost = [], 0

    def read(self, enough, timeout=PATIENCE):
        """Connects, and reads until `enough(self)`; then the connection is broken off in the middle of whatever it sends."""
        head = f"GET {self.target} HTTP/1.1\r\nHost: localhost\r\n" + (f"Last-Event-ID: {self.last}\r\n" if self.last else "") + "\r\n"
        stream = raw(self.path, head.encode(), timeout)
        data = b""
        try:
            while not enough(self):
                part = stream.recv(997)
                if not part:
                    raise AssertionError(f"the stream ended after {data[-300:]!r}")
                data += part
                if b"\r\n\r\n" in data and data.startswith(b"HTTP/"):
                    assert data.startswith(b"HTTP/1.1 200 "), data
                    data = data.split(b"\r\n\r\n", 1)[1]
                *blocks, data = data.split(b"\n\n") if not data.startswith(b"HTTP/") else [data]
                for block in blocks:
                    self._take(block.decode())
        finally:
            stream.close()

    def _take(self, block):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if not fields:
            return
        event = json.loads(fields["data"])
        assert fields["id"].endswith(f".{event['seq']}"), fields
        self.last = fields["id"]
        if event["kind"] == "events.lost":
            self.lost += event["lost"]
        self.received.append(event)
