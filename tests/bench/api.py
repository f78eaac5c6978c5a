# SPDX-License-Identifier: MIT
"""Benchmarks of the local API with a real daemon: what a question costs while 10,000 peers are known and events come, and what clients of the
event stream receive.

The peers come from files (strategy lines of the tests), and connector log connects them. The clients are in Python and share the machine
with the daemon: the rates are lower bounds, and the reference of a question is /livez, which passes the same client and transport.
"""

import json
import os
import re
import selectors
import shutil
import statistics
import subprocess
import threading
import time

from api_client import ApiConnection, ask, raw
from figures import percentile, stamp
from measure import line, report, running_of
from waiting import HOST, KITH, PLUGINS, TEST_PLUGINS, free_port, wait_until

HASTY = {"grace": 0, "confirm": 1, "guard": False, "max_peers": 20000, "connect_parallel": 1000, "prune": "disconnect"}
FOLLOW = b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\nAccept: application/x-ndjson\r\n\r\n"


class Daemon:
    """A kith whose topologies read their peers from files."""

    def __init__(self, lab, peers, changing=None, api=True, **more):
        """peers: of each topology, by its name. changing: the topology whose file is read each 20 ms, the others each 1,000 s."""
        self.lab, self.socket = lab, lab.dir / f"api-{lab.number()}.sock"
        for name, names in peers.items():
            self.see(name, names)
        self.config = {"plugins": {"dir": [PLUGINS, TEST_PLUGINS]}, "api": {"socket": str(self.socket)} if api else False,
                       "connectors": {"node": {"plugin": "log", "config": {"node": "self@h"}}},
                       "topologies": {name: self.topology(name, 20 if name == changing else 1_000_000) for name in peers}, **more}
        self.kith = lab.kith(self.config, level="error")
        if api:
            wait_until(lambda: self.socket.exists() and self.ask("/readyz").status == 200, "it is ready", 120, self.kith.tail)
            wait_until(lambda: all(one["linked"] == one["peers"] for one in self.ask("/v1/status").json()["topologies"]),
                       "all are linked", 120, self.kith.tail)
        else:
            self.kith.wait("topology.ready")

    def topology(self, name, interval):
        return {"strategy": "lines", "config": {"file": str(self.lab.dir / f"peers-{name}"), "interval": interval},
                "connector": "node", "policy": HASTY}

    def see(self, topology, names):
        self.lab.write(f"peers-{topology}", "".join(f"{name}\n" for name in names))

    def ask(self, target, method="GET", **more):
        return ask(self.socket, target, method, **more)

    def seq(self):
        """The number of its newest event, as its API has it."""
        return int(re.search(r"(?m)^kith_events_published_total (\d+)", self.ask("/metrics").body.decode())[1])


class Changes:
    """Loses and finds peers of a topology until it is closed: some 1,000 events a second."""

    def __init__(self, daemon, topology):
        self._stop = threading.Event()

        def work():
            number = 0
            while not self._stop.wait(0.02):
                number += 1
                daemon.see(topology, [f"m{number}-{i}@h" for i in range(4)])
        self._thread = threading.Thread(target=work)
        self._thread.start()

    def close(self):
        self._stop.set()
        self._thread.join()


class Streams:
    """Clients that follow the events and count what they receive; read by poll()."""

    def __init__(self, daemon, count):
        self._selector = selectors.DefaultSelector()
        self.received, self.lost, self._rest = [0] * count, [0] * count, [b""] * count
        self._sockets = [raw(daemon.socket, FOLLOW) for _ in range(count)]
        for number, stream in enumerate(self._sockets):
            head = b""
            while b"\r\n\r\n" not in head:
                head += stream.recv(1)
            assert head.startswith(b"HTTP/1.1 200 "), head
            stream.setblocking(False)
            self._selector.register(stream, selectors.EVENT_READ, number)

    def poll(self, timeout):
        """Reads what is there; returns the number of bytes."""
        size = 0
        for key, _ in self._selector.select(timeout):
            part = key.fileobj.recv(1 << 18)
            assert part, f"stream {key.data} has ended after {self.received[key.data]} events"
            size += len(part)
            self._take(key.data, part)
        return size

    def _take(self, number, part):
        self.received[number] += part.count(b"\n")
        whole, newline, rest = part.rpartition(b"\n")
        text = self._rest[number] + whole
        self._rest[number] = rest if newline else text + rest
        if newline and b'"events.lost"' in text:
            for event in map(json.loads, text.split(b"\n")):
                if event["kind"] == "events.lost":
                    self.received[number] -= 1
                    self.lost[number] += event["lost"]

    def close(self):
        for stream in self._sockets:
            stream.close()


def timed(connection, target, count):
    """Returns (milliseconds of each request, last body)."""
    times, body = [], b""
    for _ in range(count):
        begun = time.perf_counter()
        connection.request("GET", target)
        body = connection.getresponse().read()
        times.append((time.perf_counter() - begun) * 1e3)
    return times, body


def many(topologies=3, total=10_000):
    """10,000 peers; the strategy takes at most 4,096 of one file."""
    size = -(-total // topologies)
    return {f"t{part}": [f"peer{part}-{i}@10.{part}.{i >> 8}.{i & 255}" for i in range(min(size, total - part * size))]
            for part in range(topologies)}


def serf_members(lab):
    """The command `serf members` and its running agent, or nothing if serf is not installed."""
    serf = shutil.which("serf")
    if serf is None:
        return None
    rpc = f"{HOST}:{free_port()}"
    agent = subprocess.Popen([serf, "agent", "-node=bench", f"-bind={HOST}:{free_port()}", f"-rpc-addr={rpc}"],
                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    lab.own(lambda: (agent.kill(), agent.wait()))
    command = [serf, "members", f"-rpc-addr={rpc}"]
    wait_until(lambda: subprocess.run(command, capture_output=True).returncode == 0, "serf answers")
    return command


def exec_to_exit(command):
    """Milliseconds. By posix_spawn, since the preparations of `subprocess` take about as long as a short command."""
    nowhere = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    begun = time.perf_counter()
    _, status = os.waitpid(os.posix_spawn(command[0], command, os.environ, file_actions=nowhere), 0)
    taken = (time.perf_counter() - begun) * 1e3
    assert status == 0, f"{command} ended with {status}"
    return taken


def questions(lab, runs):
    daemon = Daemon(lab, many() | {"moving": ["m@h"]}, changing="moving")
    client = ApiConnection(daemon.socket)
    changes = Changes(daemon, "moving")
    try:
        first = daemon.seq()
        wait_until(lambda: daemon.seq() > first + 200, "events come")
        before, begun, whys, references = daemon.seq(), time.monotonic(), [], []
        for _ in range(runs):  # interleaved
            whys += timed(client, "/v1/peers/peer1-77%4010.1.0.77/why", 1000)[0]
            references += timed(client, "/livez", 1000)[0]
        rate = (daemon.seq() - before) / (time.monotonic() - begun)
    finally:
        changes.close()
    line("events each second meanwhile", f"{rate:.0f}", "/s", 1, ">= 800")
    line("GET /v1/peers/NAME/why, 10,000 peers, p99", f"{percentile(whys, 0.99):.3f}", "ms", len(whys), "<= 1",
         percentile(whys, 0.99) / percentile(references, 0.99))
    line("GET /livez beside it, p99", f"{percentile(references, 0.99):.3f}", "ms", len(references), "")
    report("GET /v1/state, 10,000 peers", timed(client, "/v1/state", 4 * runs)[0], "ms", "")
    command, serf = [str(KITH), "status", "--socket", str(daemon.socket)], serf_members(lab)
    status, beside = [], []
    for _ in range(10 * runs):  # interleaved
        status.append(exec_to_exit(command))
        if serf:
            beside.append(exec_to_exit(serf))
    report("kith status, exec to exit", status, "ms", "<= 20")
    if serf:
        report("serf members, exec to exit, an agent without other members", beside, "ms", "")
        line("kith status in times of serf members", f"{statistics.median(status) / statistics.median(beside):.2f}", "x", len(status), "<= 0.2")


def metrics(lab, runs):
    """19 topologies and a connector: 20 instances. The number of series must be that with one peer in each."""
    few = {f"t{number}": [f"p{number}@h"] for number in range(19)}
    series = {}
    for peers in (few, many(19)):
        daemon = Daemon(lab, peers)
        used = running_of(daemon.kith.pid)
        times, body = timed(ApiConnection(daemon.socket), "/metrics", 20 * runs)
        used = (running_of(daemon.kith.pid) - used) / len(times)
        series[len(series)] = sum(1 for text in body.splitlines() if not text.startswith(b"#"))
        daemon.kith.kill()
    report("GET /metrics, 10,000 peers, 20 instances", times, "ms", "<= 5")
    line("  CPU of the daemon for each", f"{used * 1e3:.2f}", "ms", len(times), "")
    line("  size", f"{len(body) / 1000:.1f}", "kB", 1, "<= 64")
    line("  series, beside the number with 19 peers", series[1], "", 1, "<= 1 x", series[1] / series[0])


def deliver(daemon, clients, names, first):
    """Replaces the peers, and reads until every stream has, or counts as lost, each event; returns (seconds, number of the last event)."""
    begun = ended = time.monotonic()
    daemon.see("t", names)
    last = None
    while last is None or any(got + lost < last - first for got, lost in zip(clients.received, clients.lost)):
        assert time.monotonic() < begun + 120, f"{min(clients.received)} of {last} events after 120 s\n{daemon.kith.tail()}"
        if clients.poll(0.3):
            ended = time.monotonic()
        elif last is None and daemon.ask(f"/v1/peers/{names[-1].replace('@', '%40')}/why").json()["topologies"][0]["code"] == "linked":
            last = daemon.seq()
    return ended - begun, last


def streams(lab, runs):
    """The bus keeps at most 2 MiB of events, so more than that at once is lost to any reader: bursts are smaller where nothing is to be lost."""
    rates, used = [], []
    for ring, size in [(100_000, 1000)] * runs + [(1000, 4000)]:
        daemon = Daemon(lab, {"t": ["a@h"]}, changing="t", events={"ring": ring, "queue": ring})
        clients, first, spent = Streams(daemon, 100), daemon.seq(), 0
        before = running_of(daemon.kith.pid)
        for letter in "xyxy":
            seconds, last = deliver(daemon, clients, [f"{letter}{number}@h" for number in range(size)], first)
            spent += seconds
        counted = {got + lost - (last - first) for got, lost in zip(clients.received, clients.lost)}
        line(f"100 streams, {last - first} events, ring of {ring}: received + lost - published, largest", max(map(abs, counted)), "events", 100,
             "<= 0")
        line("  of these lost, as reported", sum(clients.lost), "events", 100, "<= 0" if ring == 100_000 else "")
        if ring == 100_000:
            rates.append(sum(clients.received) / spent)
            used.append((running_of(daemon.kith.pid) - before) / sum(clients.received) * 1e6)
        clients.close()
        daemon.kith.kill()
    report("events delivered to 100 streams", rates, "/s", ">= 200000")
    report("  CPU of the daemon for each, with the work that the events are of", used, "us", "")


def mute_streams(lab, runs, mutes=16):
    """Clients that follow the events and never read, beside one that reads."""
    held, late, events = [], [], []
    for _ in range(runs):
        daemon = Daemon(lab, {"t": ["a@h"]}, changing="t")

        def flood(letter):
            daemon.see("t", [f"{letter}{number}@h" for number in range(4000)])
            wait_until(lambda: daemon.ask(f"/v1/peers?name={letter}3999%40h").json()["peers"], "all are there")
            time.sleep(1)
        for letter in "xyxy":
            flood(letter)  # its memory grows no more
        daemon.see("t", ["a@h"])
        time.sleep(1)
        before = daemon.kith.memory()["Private_Dirty"]
        mute = [raw(daemon.socket, FOLLOW) for _ in range(mutes)]
        first = daemon.seq()
        for letter in "xyxy":
            flood(letter)
        daemon.see("t", ["a@h"])
        time.sleep(1)
        events.append(daemon.seq() - first)
        held.append((daemon.kith.memory()["Private_Dirty"] - before) / mutes)
        reader, rest = raw(daemon.socket, FOLLOW), b""
        while b"\r\n\r\n" not in rest:
            rest += reader.recv(65536)
        rest = rest.split(b"\r\n\r\n", 1)[1]
        changes, end, count = Changes(daemon, "t"), time.monotonic() + 5, 0
        while time.monotonic() < end:
            rest += reader.recv(65536)
            now = time.time()
            *lines, rest = rest.split(b"\n")
            late += [(now - stamp(json.loads(one))) * 1e3 for one in lines]
            count += len(lines)
        changes.close()
        for stream in (*mute, reader):
            stream.close()
        daemon.kith.kill()
    report(f"memory for each of {mutes} streams that are never read, after {min(events)} events", held, "KiB", "<= 256")
    line("an event to a stream that is read, beside them, p99", f"{percentile(late, 0.99):.2f}", "ms", len(late), "<= 10")


def reload(lab, runs):
    daemon, values = Daemon(lab, {f"t{number}": [f"p{number}-{i}@h" for i in range(10)] for number in range(10)}), []
    for run in range(4 * runs):
        config = json.loads(json.dumps(daemon.config))
        for topology in config["topologies"].values():
            topology["config"]["interval"] = 50_000 + run
        lab.write(daemon.kith.config.name, config)
        begun = time.perf_counter()
        answer = daemon.ask("/v1/reload", "POST")
        values.append((time.perf_counter() - begun) * 1e3)
        assert b'"applied"' in answer.body, answer.body
    report("reload that changes the strategies of 10 topologies, to the verdict", values, "ms", "<= 200")
    values = []
    for run in range(4 * runs):
        begun = time.perf_counter()
        answer = daemon.ask("/v1/reload", "POST")
        values.append((time.perf_counter() - begun) * 1e3)
        assert b'"unchanged"' in answer.body, answer.body
    report("reload of an unchanged file", values, "ms", "")


def memory(lab, runs):
    for api, target in ((False, "<= 5.6"), (True, "<= 6.6")):
        values = []
        for _ in range(runs):
            daemon = Daemon(lab, {"t": [f"p{number}@10.0.0.{number}" for number in range(100)]}, api=api)
            time.sleep(3)  # what is measured is a daemon at rest
            values.append(daemon.kith.memory()["Pss"] / 1024)
            daemon.kith.kill()
        report(f"memory with 100 peers, api {'on and idle' if api else 'false'}: PSS", values, "MiB", target)


FIGURES = {"api": (questions, 5), "api_metrics": (metrics, 5), "api_streams": (streams, 3), "api_mute": (mute_streams, 3), "api_reload": (reload, 5),
           "api_memory": (memory, 5)}
