# SPDX-License-Identifier: MIT
"""A running `kith page`, and requests to it."""

import http.client
import json
import select
import signal
import subprocess

from api_client import Answer
from waiting import KITH, PATIENCE


class PageProcess:
    def __init__(self, lab, socket, *arguments):
        self._process = subprocess.Popen([KITH, "page", "--json", "--socket", str(socket), *arguments], env=lab.environment(),
                                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        lab.own(self.close)
        if not select.select([self._process.stdout], [], [], PATIENCE)[0]:
            raise AssertionError("kith page prints no address")
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError(f"kith page ended with {self._process.wait()}: {self._process.stderr.read()}")
        self.url = json.loads(line)["url"]
        address, self.secret = self.url.split("/#")
        self.origin = address
        self.port = int(address.rsplit(":", 1)[1])

    def connection(self, timeout=PATIENCE):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def ask(self, target, method="GET", body=None, secret=None, **fields):
        """secret: None for the right one, "" for none."""
        secret = self.secret if secret is None else secret
        fields = {name.replace("_", "-"): value for name, value in fields.items()}
        if secret:
            fields["Authorization"] = f"Bearer {secret}"
        connection = self.connection()
        try:
            connection.request(method, target, body, fields)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def ended(self, timeout=PATIENCE):
        """Its exit status; None when it still runs after the time."""
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None

    def stall(self):
        """Forwards nothing until go_on()."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self._process.send_signal(signal.SIGCONT)

    def interrupt(self):
        self._process.terminate()

    def close(self):
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._process.stdout.close()
        self._process.stderr.close()
