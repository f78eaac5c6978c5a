# SPDX-License-Identifier: MIT
"""The cost of a large simulation: a thousand hosts, one segment, an hour. The scenario is tests/sim/scenarios/long/gossip_thousand.json."""

import json
import subprocess

from measure import line, report
from waiting import KITH, PLUGINS, ROOT

SCENARIO = ROOT / "tests/sim/scenarios/long/gossip_thousand.json"


def thousand(lab, runs):
    wall, outcome = [], {}
    for seed in range(1, runs + 1):
        done = subprocess.run([KITH, "sim", SCENARIO, "--plugins", PLUGINS, "--seed", str(seed), "--json"],
                              env=lab.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=True)
        outcome = json.loads(done.stdout)
        wall.append(outcome["wall_ms"] / 1000)
    report("simulation, 1,000 hosts, one hour: wall", wall, "s", "<= 60")
    line("simulation, 1,000 hosts, one hour: events", outcome["events"], "", runs, "")
    line("simulation, 1,000 hosts, one hour: memory of a host", outcome["bytes_a_host"] // 1024, "KiB", runs, "")


FIGURES = {"simulation": (thousand, 1)}
