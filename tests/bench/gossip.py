# SPDX-License-Identifier: MIT
"""Benchmarks of strategy gossip over the loopback interface: connecting, the cost of a heartbeat, a flood of names, memory."""

import itertools
import multiprocessing
import os
import signal
import subprocess
import time
from contextlib import closing

from figures import percentile, stamp
from gossip_lab import gossip, logging
from gossip_packets import GROUP, Ear, Mouth, authenticated, packet
from measure import datagrams_of, line, report, running_of
from waiting import BUILD, HOST, free_port, wait_until

MESHLESS = ("-connect_all", "false", "-kernel", "prevent_overlapping_partitions", "false")
SECRET = "a secret of the bench"
MODES = {"plain": {}, "secret": {"secret": SECRET}}
BARE = str(BUILD / "bin" / "bare_receive")

# Sends the wall time of each nodeup, by the machine's clock, on request.
CLOCK = """
    register(clock, spawn(fun() ->
        net_kernel:monitor_nodes(true, [{node_type, all}]),
        Loop = fun L() ->
            receive {asked, From, Node} ->
                receive {nodeup, Node, _} -> From ! {up, os:system_time(microsecond)} after 15000 -> From ! none end,
                L()
            end end,
        Loop() end))"""


def udp_port():
    return free_port()


def join(lab, runs):
    """The time from the start of the second kith to nodeup on the first node; both nodes are up and warm, and the first kith runs."""
    a, b = lab.beams("a", "b", flags=MESHLESS)
    a.ask(CLOCK)
    for mode, options in MODES.items():
        times = []
        for run in range(runs + 5):
            port = udp_port()
            with closing(Ear(port)) as ear:
                first = lab.kith(gossip(lab, "a", port, interval=5000, **options))
                first.wait("connector.attached")
                wait_until(ear.hear, "it has sent", describe=first.tail)
            a.ask(f"clock ! {{asked, self(), '{b.name}'}}")
            begun = time.time()
            second = lab.kith(gossip(lab, "b", port, interval=5000, **options))
            up = a.ask("receive {up, At} -> At; none -> none after 16000 -> none end", timeout=20)
            if up == "none":
                raise AssertionError(f"join: no nodeup in 15 s\n{first.tail()}\n{second.tail()}")
            if run >= 5:  # the first ones warm both nodes
                times.append((int(up) / 1e6 - begun) * 1e3)
            for kith in (first, second):
                kith.kill()
            a.ask(f"erlang:disconnect_node('{b.name}')")
            a.sees()
            b.sees()
        label = f"join by gossip, {mode}: start of the second kith to nodeup on the first"
        line(f"{label}, p50", f"{percentile(times, 0.5):.2f}", "ms", len(times), "<= 20")
        line(f"{label}, p99", f"{percentile(times, 0.99):.2f}", "ms", len(times), "<= 100")


# -- the cost of a heartbeat --


class Bare:
    """Runs bare_receive on a port; its CPU time is measured."""

    def __init__(self, lab, port, buffer):
        self._process = subprocess.Popen([BARE, str(port), GROUP, HOST, str(buffer)], stdout=subprocess.PIPE, text=True)
        lab.own(self.kill)
        self.pid, self.granted = self._process.pid, int(self._process.stdout.readline())

    def kill(self):
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()


def drained(pid, port, mouth, packets):
    """Fills the receive buffer of a stopped process, continues it until it has read all; returns (seconds of CPU, datagrams)."""
    os.kill(pid, signal.SIGSTOP)
    _, lost = datagrams_of(port, pid)
    for data in packets:
        mouth.say(data)
    _, lost_now = datagrams_of(port, pid)
    before = running_of(pid)
    os.kill(pid, signal.SIGCONT)
    wait_until(lambda: datagrams_of(port, pid)[0] == 0, "the receive buffer is empty", 30)
    after = running_of(pid)
    while True:  # what was taken is worked off
        time.sleep(0.02)
        now = running_of(pid)
        if now - after < 20e-6:
            return now - before, len(packets) - (lost_now - lost)
        after = now


def heartbeat(lab, runs, peers=20):
    """CPU of the whole daemon for each heartbeat of a known peer, compared with a loop that only receives."""
    counter = itertools.count(1)
    for mode, options in {**MODES, "authenticated": {"secret": SECRET, "seal": "authenticated"}}.items():
        port = udp_port()
        kith = lab.kith(logging(lab, "n", port, HOST, interval=60000, **options))
        kith.wait("connector.attached")
        mouth = Mouth(port)
        names = [f"p{number}@10.0.0.{number}" for number in range(peers)]

        def heartbeats(count):
            """In a mode with numbered packets each packet is new; in the others packets are repeated."""
            if mode == "authenticated":
                return [authenticated(name, SECRET, next(counter)) for _ in range(count // peers) for name in names]
            return [packet(name, options.get("secret")) for name in names] * (count // peers)

        def known():
            """New peers are accepted one at a time, so packets of each are sent until it is accepted."""
            for data in heartbeats(peers):
                mouth.say(data)
            return {event["peer"] for event in kith.found("link.up")} >= set(names)
        wait_until(known, "all are known", 30, kith.tail)
        other = udp_port()
        bare, bare_mouth = Bare(lab, other, 2 << 20), Mouth(other)
        ours, theirs = [], []
        for run in range(runs + 1):
            some = heartbeats(4000)
            for pid, at, voice, costs in ((kith.pid, port, mouth, ours), (bare.pid, other, bare_mouth, theirs)):
                idle, _ = drained(pid, at, voice, [])
                used, count = drained(pid, at, voice, some)
                if run > 0:
                    costs.append((used - idle) / count * 1e6)
        events = len(kith.found("peer.missing"))
        assert events == 0, kith.tail()
        ratio = sorted(ours)[len(ours) // 2] / sorted(theirs)[len(theirs) // 2]
        if mode == "plain":
            report("CPU for each datagram of a bare recvmmsg loop", theirs, "us", "")
        report(f"CPU for each heartbeat of a known peer, {mode}", ours, "us", {"plain": "<= 1.05 x", "authenticated": "<= 1.2 x"}.get(mode, "<= 2"), ratio)
        kith.kill()
        bare.kill()
        mouth.close()
        bare_mouth.close()


# -- a flood --


def pour(port, count, spread):
    """A separate process: sends invented names as fast as possible, for at least `spread` seconds."""
    mouth = Mouth(port)
    begun = time.monotonic()
    for number in range(count):
        mouth.say(packet(f"spoofed{number}@127.0.0.1"))
        if number % 200 == 0:
            time.sleep(max(0, begun + spread * number / count - time.monotonic()))


def beat(port, names, interval, ended):
    """A separate process: sends the heartbeats of the existing peers."""
    mouth = Mouth(port)
    while not ended.wait(interval):
        for name in names:
            mouth.say(packet(name))


def flood(lab, runs, count=100000):
    """A flood of names of no host: known peers stay, and a peer that joins later is accepted."""
    nodes = lab.beams("a", "b", "late", flags=MESHLESS)
    growth, late, missing = [], [], 0
    for _ in range(runs):
        port = udp_port()
        names = [nodes[1].name]
        ended = multiprocessing.Event()
        alive = multiprocessing.Process(target=beat, args=(port, names, 0.3, ended))
        alive.start()
        kith = lab.kith(gossip(lab, "a", port, HOST, interval=1000))
        try:
            kith.wait("link.up", peer=names[0])
            time.sleep(1)
            before = kith.memory()["Pss"]
            flooding = multiprocessing.Process(target=pour, args=(port, count, 5))
            flooding.start()
            most = before
            while flooding.is_alive():
                most = max(most, kith.memory()["Pss"])
                flooding.join(0.1)
            newcomer = multiprocessing.Process(target=beat, args=(port, [nodes[2].name], 0.3, ended))
            begun = time.time()
            newcomer.start()
            late.append(stamp(kith.wait("link.up", peer=nodes[2].name, timeout=120)) - begun)
            most = max(most, kith.memory()["Pss"])
            growth.append((most - before) / 1024)
            missing += sum(len(kith.found(kind, peer=name)) for kind in ("peer.missing", "peer.lost", "link.down") for name in names)
        finally:
            ended.set()
            alive.join(5)
            newcomer.join(5)
            kith.kill()
        nodes[0].ask("[erlang:disconnect_node(N) || N <- nodes()]")
        nodes[0].sees()
    report(f"flood of {count:,} names of no host: growth of PSS", growth, "MiB", "<= 8")
    line("the same: times that a known peer was missing, lost or unlinked", missing, "", len(growth), "<= 0")
    report("the same: from a new peer's first packet after it to its link", late, "s", "")


def memory(lab, runs):
    lab.beam("a").ready()
    for mode, options in MODES.items():
        used = []
        for _ in range(runs):
            port = udp_port()
            kith = lab.kith(gossip(lab, "a", port, HOST, interval=200, **options))
            kith.wait("connector.attached")
            kith.wait("observation.ok")
            ear = Ear(port, HOST)
            wait_until(lambda: len(ear.drain()) >= 1, "it has sent", 10, kith.tail)
            ear.say(packet("b@127.0.0.1", options.get("secret")))
            kith.wait("peer.discovered", peer="b@127.0.0.1")
            time.sleep(1)
            used.append(kith.memory()["Pss"] / 1024)
            kith.terminate()
            ear.close()
        report(f"memory, gossip {mode} + erlang: PSS", used, "MiB", "<= 6" if mode == "plain" else "<= 11")


FIGURES = {"join": (join, 200), "heartbeat": (heartbeat, 15), "flood": (flood, 3), "gossip_memory": (memory, 5)}
