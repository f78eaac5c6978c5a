# SPDX-License-Identifier: MIT
"""A laboratory for one test: its own epmd on a free port, BEAM nodes, kith processes and misbehaving peers, all on loopback.

Every wait has a limit; its failure message contains the condition and the actual state. Every process is ended by its process id. Requires
erl and epmd (Debian: erlang-base) and only Python's standard library.
"""

import contextlib
import json
import os
import pathlib
import secrets
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from beam import Beam
from daemon import Kith
from prepared_server_paths import used
from waiting import HOST, KITH, PATIENCE, PLUGINS, free_port


class Lab:
    """Owns processes, sockets and files; `close` ends and removes all of them."""

    host = HOST  # the host part of its nodes' names

    def __init__(self, cookie=None, epmd=True):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="kith-lab."))
        self.cookie = cookie or secrets.token_hex(12)
        self._closers = []
        self._number = 0
        self.epmd_port = None
        self._epmd = None
        if epmd:
            self.start_epmd()

    def inside(self):
        """The context in which it starts processes and opens sockets; a Lab in a namespace (namespaces.py) overrides it."""
        return contextlib.nullcontext()

    def full(self, name):
        return name if "@" in name else f"{name}@{self.host}"

    def close(self):
        for closer in reversed(self._closers):
            closer()
        self.stop_epmd()
        shutil.rmtree(self.dir, ignore_errors=True)

    def own(self, closer):
        self._closers.append(closer)

    def number(self):
        self._number += 1
        return self._number

    # -- epmd --

    def start_epmd(self):
        for _ in range(20):
            port = self.epmd_port or free_port()
            with self.inside():
                epmd = subprocess.Popen(["epmd", "-port", str(port)], env=dict(os.environ, **self.epmd_settings()),
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            deadline = time.monotonic() + 15
            while time.monotonic() < deadline and epmd.poll() is None:
                try:
                    with self.inside():
                        socket.create_connection((HOST, port), 1).close()
                    self.epmd_port, self._epmd = port, epmd
                    used("epmd")
                    return
                except OSError:
                    time.sleep(0.01)
            epmd.kill()
            epmd.wait()
            if self.epmd_port:
                time.sleep(0.1)
        raise AssertionError("epmd does not start")

    def epmd_settings(self):
        return {"ERL_EPMD_ADDRESS": HOST}

    def stop_epmd(self):
        if self._epmd:
            self._epmd.kill()
            self._epmd.wait()
            self._epmd = None

    def register(self, name, port, hidden=False):
        """Registers a name with epmd as a node does; closing the returned socket removes the name."""
        body = struct.pack(">BHBBHHH", 120, port, 72 if hidden else 77, 0, 6, 6, len(name)) + name.encode() + struct.pack(">H", 0)
        connection = socket.create_connection((HOST, self.epmd_port), PATIENCE)
        connection.sendall(struct.pack(">H", len(body)) + body)
        answer = connection.recv(6)
        if len(answer) < 2 or answer[1] != 0:
            raise AssertionError(f"epmd does not take the name {name}: {answer!r}")
        self.own(connection.close)
        return connection

    # -- what runs --

    def environment(self, cookie=None, **more):
        """The environment of nodes and kith processes: a HOME with the cookie in a file that only its owner can read."""
        cookie = self.cookie if cookie is None else cookie
        home = self.dir / f"home-{cookie}"
        if not home.exists():
            home.mkdir(mode=0o700)
            file = home / ".erlang.cookie"
            file.write_text(cookie)
            file.chmod(0o400)
        keep = {name: value for name, value in os.environ.items()
                if not name.startswith(("ERL_", "RELEASE_")) and name != "XDG_CONFIG_HOME"}
        keep.update(HOME=str(home), RUNTIME_DIRECTORY=str(self.directory("run")))
        keep.update(**({"ERL_EPMD_PORT": str(self.epmd_port)} if self.epmd_port else {}), **self.epmd_settings(), **more)
        return keep

    def directory(self, name):
        """Below its own, made when it is missing."""
        path = self.dir / name
        path.mkdir(exist_ok=True)
        return path

    def beam(self, name, **settings):
        node = Beam(self, name, **settings)
        self.own(node.kill)
        return node

    def beams(self, *names, **settings):
        """Starts nodes at the same time and waits until all of them are ready."""
        nodes = [self.beam(name, **settings) for name in names]
        for node in nodes:
            node.ready()
        return nodes

    def write(self, name, content):
        path = self.dir / name
        fresh = self.dir / (name + ".new")
        fresh.write_text(content if isinstance(content, str) else json.dumps(content, indent=2))
        fresh.rename(path)
        return path

    def config(self, node=None, hosts=(), *, connector=None, policy=None, strategy="epmd", strategy_config=None, dirs=None):
        """A configuration of one topology `t`: by default strategy epmd with `hosts`, and connector erlang of `node`."""
        beam = dict(connector or {})
        if node is not None:
            beam["node"] = self.full(node)
        if strategy_config is None:
            strategy_config = {"hosts": [self.full(host) for host in hosts]}
        topology = {"strategy": strategy, "config": strategy_config, "connector": "beam",
                    "policy": {"backoff_initial": 100, "backoff_max": 500, **(policy or {})}}
        return {"plugins": {"dir": dirs or PLUGINS}, "connectors": {"beam": {"plugin": "erlang", "config": beam}},
                "topologies": {"t": topology}}

    def kith(self, config, **settings):
        kith = Kith(self, config, **settings)
        self.own(kith.kill)
        return kith

    def command(self, *arguments, timeout=PATIENCE, **environment):
        """Runs `kith ARGUMENTS` until it ends."""
        with self.inside():
            process = subprocess.Popen([KITH, *map(str, arguments)], env=self.environment(**environment), stdin=subprocess.DEVNULL,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        with process:
            try:
                out, err = process.communicate(timeout=timeout)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def full(name):
    return name if "@" in name else f"{name}@{HOST}"


class Mute:
    """A peer that is registered with epmd, accepts connections and never sends."""

    def __init__(self, lab, name):
        self.name = full(name)
        self._listener = socket.create_server((HOST, 0), backlog=64)
        self._accepted = []
        lab.own(self.close)
        lab.register(self.name.split("@")[0], self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        try:
            while True:
                self._accepted.append(self._listener.accept()[0])
        except OSError:
            pass

    def dialled(self):
        return len(self._accepted)

    def close(self):
        self._listener.close()
        for connection in self._accepted:
            connection.close()


class Scenario(unittest.TestCase):
    """A test with a laboratory."""

    def setUp(self):
        self.lab = Lab()
        self.addCleanup(self.lab.close)

    def quiet(self, kith, seconds, kind, **fields):
        """Asserts that no such event is reported for a time. A wait without a condition: there is none for what must not happen."""
        after = kith.last()
        time.sleep(seconds)
        found = kith.found(kind, after, **fields)
        self.assertEqual(found, [], f"no {kind} was expected\n{kith.tail()}")

    def unchanged(self, seconds, look, expected, what):
        """Asserts that look() returns `expected` during a time; fails as soon as it does not. For states, as `quiet` is for events."""
        end = time.monotonic() + seconds
        while True:
            self.assertEqual(look(), expected, what)
            if time.monotonic() > end:
                return
            time.sleep(0.05)

    def reason_is_told(self, kith, event, pattern):
        """Asserts that the event's reason and the log both contain it."""
        self.assertRegex(event.get("reason", ""), pattern)
        kith.wait_log(pattern)


def main():
    if not os.path.exists(KITH):
        sys.exit(f"{KITH} is not built; tests/run builds it, KITH_BUILD names another build tree")
    for program in ("erl", "epmd"):
        if shutil.which(program) is None:
            print(f"skipped: {program} is missing (Debian package erlang-base)")
            sys.exit(77)
    result = unittest.main(verbosity=2, exit=False).result
    if result.skipped and len(result.skipped) == result.testsRun:
        print("skipped:", *sorted({why for _, why in result.skipped}), sep="\n  ")
        sys.exit(77)
    sys.exit(not result.wasSuccessful())
