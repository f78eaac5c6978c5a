# SPDX-License-Identifier: MIT
"""A laboratory for one test: an epmd of its own on a free port, BEAM nodes, kith processes and peers that misbehave, all on loopback.

Every wait has a bound, and says in its failure what was waited for and what there was instead. Everything is ended by its own
process id. Needs erl and epmd (Debian: erlang-base) and nothing but Python's standard library.
"""

import contextlib
import json
import os
import pathlib
import queue
import re
import secrets
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("KITH_BUILD", ROOT / "build"))
KITH = str(BUILD / "kith")
PLUGINS = str(BUILD / "plugins")
TEST_PLUGINS = str(BUILD / "test_plugins")
HOST = "127.0.0.1"
PATIENCE = float(os.environ.get("KITH_PATIENCE", "15"))


def wait_until(condition, what, timeout=None, describe=None):
    """The first true answer of `condition`; an AssertionError after `timeout` seconds."""
    timeout = PATIENCE if timeout is None else timeout
    deadline = time.monotonic() + timeout
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            there = f"\n{describe()}" if describe else ""
            raise AssertionError(f"after {timeout:g} s still not so: {what}{there}")
        time.sleep(0.01)


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(type=kind) as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


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
        """Where it starts and opens what it owns; a Lab in a namespace (namespaces.py) says another place."""
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
            deadline = time.monotonic() + 5
            while time.monotonic() < deadline and epmd.poll() is None:
                try:
                    with self.inside():
                        socket.create_connection((HOST, port), 1).close()
                    self.epmd_port, self._epmd = port, epmd
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
        """Registers a name with epmd as a node would; gone when the socket returned is closed."""
        body = struct.pack(">BHBBHHH", 120, port, 72 if hidden else 77, 0, 6, 6, len(name)) + name.encode() + struct.pack(">H", 0)
        connection = socket.create_connection((HOST, self.epmd_port), 5)
        connection.sendall(struct.pack(">H", len(body)) + body)
        answer = connection.recv(6)
        if len(answer) < 2 or answer[1] != 0:
            raise AssertionError(f"epmd does not take the name {name}: {answer!r}")
        self.own(connection.close)
        return connection

    # -- what runs --

    def environment(self, cookie=None, **more):
        """Of nodes and kiths: a HOME with the cookie in a file that only its owner can read."""
        cookie = self.cookie if cookie is None else cookie
        home = self.dir / f"home-{cookie}"
        if not home.exists():
            home.mkdir(mode=0o700)
            file = home / ".erlang.cookie"
            file.write_text(cookie)
            file.chmod(0o400)
        keep = {name: value for name, value in os.environ.items()
                if not name.startswith(("ERL_", "RELEASE_")) and name != "XDG_CONFIG_HOME"}
        keep.update(HOME=str(home), **({"ERL_EPMD_PORT": str(self.epmd_port)} if self.epmd_port else {}), **self.epmd_settings(), **more)
        return keep

    def beam(self, name, **settings):
        node = Beam(self, name, **settings)
        self.own(node.kill)
        return node

    def beams(self, *names, **settings):
        """Started at the same time, all of them ready."""
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

    def command(self, *arguments, timeout=20, **environment):
        """Runs `kith ARGUMENTS` to its end."""
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


# What each node runs: it evaluates a line of expressions at a time and answers "=> TERM"; `Seen` is the list of node events so far.
# It ends with its standard input, so that no node outlives the test.
CONTROL = r"""
spawn(fun() ->
    net_kernel:monitor_nodes(true, [{node_type, all}, nodedown_reason]),
    Flush = fun F(Seen) ->
        receive
            {nodeup, N, _} -> F([{up, N} | Seen]);
            {nodedown, N, _} -> F([{down, N} | Seen])
        after 0 -> Seen end end,
    Loop = fun L(Seen0) ->
        case io:get_line("") of
            eof -> halt(0);
            {error, _} -> halt(0);
            Line ->
                Seen = Flush(Seen0),
                Answer = try
                    {ok, Tokens, _} = erl_scan:string(Line),
                    {ok, Forms} = erl_parse:parse_exprs(Tokens),
                    {value, Value, _} = erl_eval:exprs(Forms, [{'Seen', lists:reverse(Seen)}]),
                    Value
                catch Class:Reason -> {failed, Class, Reason} end,
                io:format("=> ~0tp~n", [Answer]),
                L(Seen)
        end end,
    Loop([])
end).
"""


class Beam:
    """A BEAM node. `ask` evaluates Erlang inside it."""

    def __init__(self, lab, name, cookie=None, hidden=False, distributed=True, renamable=False, flags=()):
        self.lab, self.short, self.name = lab, name, lab.full(name)
        self.cookie, self.hidden, self.flags = cookie, hidden, list(flags)
        self.distributed = distributed
        self.renamable = renamable  # BEAM lets only a distribution be stopped that was not started by -name
        self._process = None
        self.start()

    def start(self):
        command = ["erl", "-noshell", "-boot", "no_dot_erlang", "+S", "1:1", "+SDio", "1", "+A", "1", "-start_epmd", "false",
                   "-kernel", "inet_dist_use_interface", "{" + self.lab.host.replace(".", ",") + "}"]
        if self.distributed:
            command += [] if self.renamable else ["-name", self.name]
            command += ["-hidden"] if self.hidden else []
        command += self.flags + ["-eval", " ".join(CONTROL.split())]
        with self.lab.inside():
            self._process = subprocess.Popen(command, env=self.lab.environment(self.cookie), stdin=subprocess.PIPE,
                                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self._answers, self._said = queue.Queue(), []
        self._reader = threading.Thread(target=self._read, args=(self._process, self._answers, self._said), daemon=True)
        self._reader.start()

    @staticmethod
    def _read(process, answers, said):
        for line in process.stdout:
            if line.startswith("=> "):
                answers.put(line[3:].rstrip("\n"))
            else:
                said.append(line)
        answers.put(None)

    @property
    def pid(self):
        return self._process.pid

    def ask(self, expressions, timeout=None):
        """The printed value of Erlang expressions, without the full stop."""
        try:
            self._process.stdin.write(" ".join(expressions.split()) + ".\n")
            self._process.stdin.flush()
            answer = self._answers.get(timeout=timeout or PATIENCE)
        except (OSError, queue.Empty) as problem:
            raise AssertionError(f"node {self.name} does not answer to {expressions}: {problem!r}\n{''.join(self._said[-20:])}")
        if answer is None:
            raise AssertionError(f"node {self.name} ended:\n{''.join(self._said[-20:])}")
        if answer.startswith("{failed,"):
            raise AssertionError(f"node {self.name}, {expressions}: {answer}")
        return answer

    def ready(self):
        if self.renamable and self.ask("node()") == "nonode@nohost":
            self.rename(self.name)
        if self.distributed:
            wait_until(lambda: self.ask("node()").strip("'") == self.name, f"node {self.name} is distributed",
                       describe=lambda: "".join(self._said[-20:]))
        else:
            self.ask("ok")
        return self

    def rename(self, name):
        """Distributed under another name, in the same process; of a renamable node."""
        if self.ask("node()") != "nonode@nohost":
            self.undistribute()
        self.name = self.lab.full(name)
        answer = self.ask(f"net_kernel:start(['{self.name}', longnames])")
        assert answer.startswith("{ok,"), answer

    def undistribute(self):
        answer = self.ask("net_kernel:stop()")
        assert answer == "ok", answer

    def nodes(self, which="visible"):
        """Names of the connected nodes, kith's own attachments left out."""
        return {name for name in atoms(self.ask(f"nodes({which})")) if not is_attachment(name)}

    def attachments(self):
        return {name for name in atoms(self.ask("nodes(hidden)")) if is_attachment(name)}

    def seen(self):
        """The node events so far, [("up", name), ("down", name), ...], kith's own attachments left out."""
        pairs = re.findall(r"\{(up|down),'([^']*)'\}", self.ask("Seen"))
        return [pair for pair in pairs if not is_attachment(pair[1])]

    def sees(self, *names, which="visible", timeout=None):
        """Waits until exactly these are connected."""
        wanted = {self.lab.full(name) for name in names}
        wait_until(lambda: self.nodes(which) == wanted, f"{self.name} is connected to {sorted(wanted)}", timeout,
                   lambda: f"it is connected to {sorted(self.nodes(which))}")

    def kill(self):
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._reader.join(5)
        self._process.stdout.close()


def atoms(text):
    return re.findall(r"'([^']*@[^']*)'", text)


def is_attachment(name):
    return name.startswith("kith-")


class Kith:
    """A `kith run`. Its events are read from a file as they are written."""

    def __init__(self, lab, config, cookie=None, arguments=(), log="text", level="info", **environment):
        self.lab = lab
        number = lab.number()
        self.config = config if isinstance(config, pathlib.Path) else lab.write(f"kith-{number}.json", config)
        self.events_file = lab.dir / f"events-{number}"
        self.log_file = lab.dir / f"log-{number}"
        self._events, self._rest, self._offset = [], b"", 0
        with open(self.log_file, "wb") as log_file, lab.inside():
            self._process = subprocess.Popen(
                [KITH, "run", str(self.config), "--events", str(self.events_file), "--log", log, "--log-level", level, *arguments],
                env=lab.environment(cookie, **environment), stdin=subprocess.DEVNULL, stdout=log_file, stderr=log_file)

    @property
    def pid(self):
        return self._process.pid

    def events(self):
        """All events so far."""
        try:
            with open(self.events_file, "rb") as file:
                file.seek(self._offset)
                fresh = file.read()
        except FileNotFoundError:
            return self._events
        self._offset += len(fresh)
        lines = (self._rest + fresh).split(b"\n")
        self._rest = lines.pop()
        self._events += [json.loads(line) for line in lines if line]
        return self._events

    def found(self, kind, after=0, **fields):
        """Events of a kind after a sequence number whose fields are as given: equal, or matching a regular expression."""
        return [event for event in self.events() if event["kind"] == kind and event["seq"] > after and all(
            value.search(event.get(name, "")) if isinstance(value, re.Pattern) else event.get(name) == value
            for name, value in fields.items())]

    def wait(self, kind, after=0, timeout=None, **fields):
        """The first such event, waited for."""
        def look():
            found = self.found(kind, after, **fields)
            if not found and self._process.poll() is not None and not self.found(kind, after, **fields):
                raise AssertionError(f"kith ended with {self._process.returncode} before {kind} {fields}\n{self.tail()}")
            return found
        return wait_until(look, f"event {kind} {fields}", timeout, self.tail)[0]

    def last(self):
        """The sequence number of the newest event."""
        events = self.events()
        return events[-1]["seq"] if events else 0

    def log(self):
        return self.log_file.read_text(errors="replace")

    def wait_log(self, pattern, timeout=None):
        return wait_until(lambda: re.search(pattern, self.log()), f"the log has {pattern!r}", timeout, self.tail)

    def tail(self):
        events = "\n".join(json.dumps(event) for event in self.events()[-25:])
        return f"-- its last events\n{events}\n-- the end of its log\n{self.log()[-3000:]}"

    def running(self):
        return self._process.poll() is None

    def memory(self):
        """Of /proc/PID/smaps_rollup, in KiB: Pss, Private_Dirty and the others."""
        with open(f"/proc/{self.pid}/smaps_rollup") as file:
            fields = [line.split() for line in file.read().splitlines()[1:]]
        return {field[0].rstrip(":"): int(field[1]) for field in fields}

    def terminate(self, timeout=6):
        """SIGTERM; the exit status, within a bound."""
        self._process.send_signal(signal.SIGTERM)
        return self.ended(timeout)

    def ended(self, timeout=None):
        try:
            return self._process.wait(timeout or PATIENCE)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"kith does not end\n{self.tail()}")

    def kill(self):
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()


class Mute:
    """A peer that epmd knows, that accepts and then says nothing."""

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
        """Asserts that no such event comes for a while."""
        after = kith.last()
        time.sleep(seconds)
        found = kith.found(kind, after, **fields)
        self.assertEqual(found, [], f"no {kind} was expected\n{kith.tail()}")

    def reason_is_told(self, kith, event, pattern):
        """The event's reason and the log both have it."""
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
