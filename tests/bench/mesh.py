# SPDX-License-Identifier: MIT
"""From SIGKILL of one member of a mesh to link.down at the others, beside memberlist with its defaults for a LAN, on the same machine in the
same run. memberlist is a Go module, which is built in a temporary folder; without go, or without the module, it is left out."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from lab import PLUGINS
from measure import line, percentile, running_of, stamp
from waiting import free_port, wait_until

KEY = os.urandom(32).hex()
VERSION = "v0.5.4"


def member(lab, names, i, port):
    return lab.kith({
        "plugins": {"dir": PLUGINS},
        "topologies": {"mesh": {
            "strategy": "epmd", "config": {"hosts": names}, "connector": "mesh",
            "connector_config": {"node": names[i], "cluster": "bench", "port": port, "keys": [KEY]}}}})


def crash_of(lab, count, kills):
    """Times in ms: at the observers of the killed member, and at all others; and CPU in ms a second of a member that is idle."""
    names = [f"m{i}@127.0.{4 + i // 200}.{i % 200 + 1}" for i in range(count)]
    port = free_port()
    members = [member(lab, names, i, port) for i in range(count)]
    wait_until(lambda: all(len(each.found("link.up")) >= count - 1 for each in members), f"{count} members are linked", 120)
    time.sleep(3)
    before, began = [running_of(each.pid) for each in members], time.monotonic()
    time.sleep(10)
    idle = sum(running_of(each.pid) - was for each, was in zip(members, before)) / count / (time.monotonic() - began) * 1e3
    observers, everywhere = [], []
    for killed in range(1, kills + 1):
        since = [each.last() for each in members]
        at = time.time()
        members[killed].kill()
        for i, each in enumerate(members):
            if i == killed:
                continue
            event = each.wait("link.down", after=since[i], peer=names[killed])
            took = (stamp(event) - at) * 1e3
            everywhere.append(took)
            if "this host: " in event["reason"]:
                observers.append(took)
        since = [each.last() for each in members]
        members[killed] = member(lab, names, killed, port)
        for i, each in enumerate(members):
            if i != killed:
                each.wait("link.up", after=since[i], peer=names[killed])
        time.sleep(1)
    for each in members:
        each.kill()
    return observers, everywhere, idle


def build_memberlist(folder):
    """The path of the program; None, with the reason on standard error."""
    go = shutil.which("go")
    if go is None:
        print("bench: mesh_crash: memberlist is left out: no go", file=sys.stderr)
        return None
    shutil.copy(pathlib.Path(__file__).parent / "memberlist/main.go", folder)
    for command in (["mod", "init", "bench"], ["get", f"github.com/hashicorp/memberlist@{VERSION}"], ["build", "-o", "member", "."]):
        done = subprocess.run([go, *command], cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            print(f"bench: mesh_crash: memberlist is left out: {done.stderr.strip()[-300:]}", file=sys.stderr)
            return None
    return f"{folder}/member"


class Memberlist:
    def __init__(self, program, folder, address, port, *seed):
        self.address, self.file = address, open(f"{folder}/{address}.{time.monotonic_ns()}", "w+")
        self.process = subprocess.Popen([program, address, str(port), *seed], stdout=self.file, stdin=subprocess.DEVNULL)

    def lines(self, kind):
        return [each.split() for each in pathlib.Path(self.file.name).read_text().splitlines() if each.startswith(kind + " ")]

    def kill(self):
        self.process.kill()
        self.process.wait()


def memberlist_crash(program, folder, count, kills):
    port = free_port()
    addresses = [f"127.0.{4 + i // 200}.{i % 200 + 1}" for i in range(count + kills)]
    members = [Memberlist(program, folder, each, port, *addresses[:1 if i else 0]) for i, each in enumerate(addresses[:count])]
    try:
        wait_until(lambda: all(len(each.lines("up")) >= count for each in members), f"{count} of memberlist know each other", 120)
        time.sleep(3)
        out = []
        for killed in range(1, kills + 1):
            gone = members[killed].address
            at = time.time()
            members[killed].kill()
            others = [each for each in members if each.process.poll() is None]
            wait_until(lambda: all(any(down[1] == gone for down in each.lines("down")) for each in others), f"{gone} is down", 120)
            out += [next(int(down[2]) / 1e6 - at * 1e3 for down in each.lines("down") if down[1] == gone) for each in others]
        return out
    finally:
        for each in members:
            each.kill()


def mesh_crash(lab, runs):
    with tempfile.TemporaryDirectory() as folder:
        program = build_memberlist(folder)
        for count in (16, 64):
            observers, everywhere, idle = crash_of(lab, count, runs)
            other = memberlist_crash(program, folder, count, runs) if program else []
            line(f"mesh of {count}: SIGKILL to link.down at observers: 99 %", f"{percentile(observers, 0.99):.1f}", "ms", len(observers), "<= 50")
            line(f"mesh of {count}: SIGKILL to link.down everywhere: 99 %", f"{percentile(everywhere, 0.99):.1f}", "ms", len(everywhere), "<= 500")
            if other:
                ratio = percentile(everywhere, 0.99) / percentile(other, 0.99)
                line(f"memberlist of {count}: SIGKILL to NotifyLeave everywhere: 99 %", f"{percentile(other, 0.99):.1f}", "ms", len(other), "")
                line(f"mesh of {count}: everywhere, of memberlist's", f"{ratio:.4f}", "", len(other), "<= 0.1")
            line(f"mesh of {count}: CPU of an idle member", f"{idle:.2f}", "ms/s", count, "<= 1.0" if count == 16 else "")


FIGURES = {"mesh_crash": (mesh_crash, 5)}
