# SPDX-License-Identifier: MIT
"""The overhead of a plugin: a call through the ABI compared with a virtual one, an await of a timer; and a thousand peers with connector_exec."""

import re
import time

from figures import stamp
from measure import report, running_of
from waiting import PLUGINS, TEST_PLUGINS, wait_until

PEERS = 1000


def calls(lab, runs):
    told = {"clock": [], "call": [], "await": []}
    for _ in range(runs):
        kith = lab.kith({"plugins": {"dir": [PLUGINS, TEST_PLUGINS]}, "topologies": {"t": {
            "strategy": "calls", "connector": "log", "connector_config": {"node": "n@127.0.0.1"}}}})
        kith.wait("observation.ok", timeout=60)
        for what, ours, beside in re.findall(r"measured what=(\w+) ns=([0-9.]+) beside=([0-9.]+)", kith.log()):
            told[what].append((float(ours), float(beside)))
        kith.kill()

    def pair(name, what):
        ours, beside = [one for one, _ in told[what]], [other for _, other in told[what]]
        middle = len(ours) // 2
        report(name, ours, "ns", "", sorted(ours)[middle] / sorted(beside)[middle])
    pair("a call through the ABI (kith.log: is this level shown?), beside a virtual one", "call")
    pair("the same for the time of day (kith.clock), clock_gettime in both", "clock")
    report("an await of a timer that expires immediately, in the daemon's loop", [one for one, _ in told["await"]], "ns", "")


def exec_peers(lab, runs):
    """connector_exec: a program for each of a thousand peers connects it, and disconnects it after it is removed."""
    joined, parted, used = [], [], []
    peers = lab.dir / "peers"
    for _ in range(runs):
        peers.write_text("".join(f"n@10.0.{number >> 8}.{number & 255}\n" for number in range(PEERS)))
        kith = lab.kith({"plugins": {"dir": [PLUGINS, TEST_PLUGINS]}, "events": {"queue": 100000, "ring": 100000}, "topologies": {"t": {
            "strategy": "lines", "config": {"file": str(peers)}, "connector": "exec",
            "connector_config": {"node": "n@127.0.0.1", "connect": ["/bin/true"], "disconnect": ["/bin/true"]},
            "policy": {"prune": "disconnect", "grace": 0, "confirm": 1, "guard": False}}}})
        wait_until(lambda: len(kith.found("link.up")) >= PEERS, "all links", 120, kith.tail)
        joined.append(max(stamp(event) for event in kith.found("link.up")) - stamp(kith.found("connect.started")[0]))
        written = time.time()
        peers.write_text("n@10.0.0.0\n")
        wait_until(lambda: len(kith.found("link.down")) >= PEERS - 1, "all disconnected", 120, kith.tail)
        parted.append(max(stamp(event) for event in kith.found("link.down")) - written)
        used.append(running_of(kith.pid))
        kith.kill()
    report(f"connector_exec connects {PEERS} peers, /bin/true for each", joined, "s", "")
    report(f"connector_exec disconnects {PEERS - 1} peers", parted, "s", "")
    report("connector_exec, both: CPU of kith alone", used, "s", "")


FIGURES = {"calls": (calls, 7), "exec": (exec_peers, 3)}
