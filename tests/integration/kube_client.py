# SPDX-License-Identifier: MIT
"""HTTP client of an API server: requests on kept connections, several at the same time, and a watch that is read line by line."""

import collections
import concurrent.futures
import dataclasses
import http.client
import json
import ssl
import threading
import time

from waiting import HOST, PATIENCE

MERGE = "application/merge-patch+json"


@dataclasses.dataclass
class Answer:
    status: int
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


class Client:
    """One identity at one API server: a client certificate (certificate, key), a bearer token, or neither."""

    def __init__(self, port, ca, certificate=None, token=None):
        self.port, self.token = port, token
        self._tls = ssl.create_default_context(cafile=ca)
        if certificate:
            self._tls.load_cert_chain(*certificate)
        self._idle = collections.deque()

    def close(self):
        while self._idle:
            self._idle.pop().close()

    def connect(self, timeout=90):
        return http.client.HTTPSConnection(HOST, self.port, context=self._tls, timeout=timeout)

    def headers(self, **more):
        return {**({"Authorization": f"Bearer {self.token}"} if self.token else {}), "Accept": "application/json", **more}

    def request(self, method, path, body=None, kind="application/json"):
        """Returns the answer with any status. A connection that the server has closed in the meantime is opened again."""
        data = None if body is None else json.dumps(body)
        headers = self.headers(**({"Content-Type": kind} if data else {}))
        while True:
            try:
                connection, kept = self._idle.pop(), True
            except IndexError:
                connection, kept = self.connect(), False
            try:
                connection.request(method, path, data, headers)
                answer = connection.getresponse()
                done = Answer(answer.status, dict(answer.getheaders()), answer.read())
            except (OSError, http.client.HTTPException):
                connection.close()
                if not kept:
                    raise
                continue
            self._idle.append(connection)
            return done

    def good(self, method, path, body=None, kind="application/json"):
        """Returns the decoded body of an answer with status 2xx; any other status fails the test."""
        answer = self.request(method, path, body, kind)
        if not 200 <= answer.status < 300:
            raise AssertionError(f"{method} {path}: {answer.status}\n{answer.body.decode(errors='replace')[:2000]}")
        return answer.json

    def get(self, path):
        return self.good("GET", path)

    def post(self, path, body):
        return self.good("POST", path, body)

    def patch(self, path, body):
        return self.good("PATCH", path, body, MERGE)

    def delete(self, path):
        return self.good("DELETE", path)

    def delete_all(self, path):
        """Empties a collection; again, while the server reports that it did not get through all of it in its time."""
        end = time.monotonic() + PATIENCE
        while (answer := self.request("DELETE", path)).status == 504 and time.monotonic() < end:
            pass
        if answer.status != 200:
            raise AssertionError(f"DELETE {path}: {answer.status}\n{answer.body.decode(errors='replace')[:2000]}")

    def all(self, work, jobs, threads=8):
        """Calls `work(job)` for each job, several at the same time; returns the results in order."""
        with concurrent.futures.ThreadPoolExecutor(threads) as pool:
            return list(pool.map(work, jobs))

    def watch(self, path, **settings):
        return Watch(self, path, **settings)


class Watch:
    """A raw stream of `path` in its own thread: (time.time(), line) of each line when it is received."""

    def __init__(self, client, path, timeout=600):
        self.lines, self.ended = [], False
        self._connection = client.connect(timeout)
        self._connection.request("GET", path, headers=client.headers())
        self._answer = self._connection.getresponse()
        self.status, self.headers = self._answer.status, dict(self._answer.getheaders())
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        try:
            for line in self._answer:
                self.lines.append((time.time(), line))
        except (OSError, http.client.HTTPException, ValueError, AttributeError):
            pass
        self.ended = True

    def events(self):
        return [json.loads(line) for _, line in list(self.lines)]

    def close(self):
        sock = self._connection.sock
        if sock is not None:
            try:
                sock.shutdown(2)
            except OSError:
                pass
        self._thread.join(5)
        self._connection.close()
