# SPDX-License-Identifier: MIT
"""The cost of a large simulation: a thousand hosts, one segment, an hour. The scenario is tests/sim/scenarios/long/gossip_thousand.json."""

import json
import resource
import subprocess

from measure import BUILDS, compare, line
from waiting import ROOT

SCENARIO = ROOT / "tests/sim/scenarios/long/gossip_thousand.json"


def used_by_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def thousand(lab, runs):
    wall, cpu = {build: [] for build in BUILDS}, {build: [] for build in BUILDS}
    for seed in range(1, runs + 1):
        for build in reversed(BUILDS):
            before = used_by_children()
            done = subprocess.run([build.kith, "sim", SCENARIO, "--plugins", build.plugins, "--seed", str(seed), "--json"],
                                  env=lab.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=True)
            cpu[build].append(used_by_children() - before)
            outcome = json.loads(done.stdout)
            wall[build].append(outcome["wall_ms"] / 1000)
    compare("simulation, 1,000 hosts, one hour: wall", wall, "s", "<= 0.5 x", "<= 60")
    compare("simulation, 1,000 hosts, one hour: CPU", cpu, "s", "<= 0.5 x")
    line("simulation, 1,000 hosts, one hour: events", outcome["events"], "", runs, "")
    line("simulation, 1,000 hosts, one hour: memory of a host", outcome["bytes_a_host"] // 1024, "KiB", runs, "")


FIGURES = {"simulation": (thousand, 1)}
