# SPDX-License-Identifier: MIT
"""What a plugin in a process of its own costs, beside hashicorp/go-plugin on the same machine in the same run, and the time from the death of a
process to plugin.crashed. go-plugin is a Go module, which is built in a temporary folder; without go, or without the module, it is left out."""

import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

from figures import percentile, stamp
from helper_processes import helpers
from measure import line, report
from waiting import BUILD, PLUGINS, TEST_PLUGINS, wait_until

VERSION = "v1.8.0"


def build_go_plugin(folder):
    """The path of the program; None, with the reason on standard error."""
    go = shutil.which("go")
    if go is None:
        print("bench: isolation: go-plugin is left out: no go", file=sys.stderr)
        return None
    shutil.copy(pathlib.Path(__file__).parent / "go_plugin/main.go", folder)
    for command in (["mod", "init", "bench"], ["get", f"github.com/hashicorp/go-plugin@{VERSION}"], ["build", "-o", "host", "."]):
        done = subprocess.run([go, *command], cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            print(f"bench: isolation: go-plugin is left out: {done.stderr.strip()[-300:]}", file=sys.stderr)
            return None
    shutil.copy(f"{folder}/host", f"{folder}/plugin")
    return [f"{folder}/host", f"{folder}/plugin", "30", "20000"]


def measured(command):
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def costs(runs):
    """Both programs alternate, and the median of the runs counts."""
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        program = build_go_plugin(folder)
        for _ in range(runs):
            ours.append(measured([BUILD / "bin/isolation_cost", BUILD / "kith-plugin-host", TEST_PLUGINS + "/libmortal.so", PLUGINS + "/libstrategy_epmd.so"]))
            if program:
                theirs.append(measured(program))

    def of(results, key, share=0.5):
        return [percentile(one[key], share) for one in results]

    def both(name, unit, key, other, target, share=0.5, reference=""):
        there = of(theirs, other, share)
        if there:
            report(f"go-plugin {VERSION}: {name}", there, unit, "")
        values = of(ours, key, share)
        report(f"isolated plugin: {name}", values, unit, target, statistics.median(values) / statistics.median(there) if there else None)
        if there and reference:
            line(f"isolated plugin: {name}, of go-plugin's", f"{statistics.median(values) / statistics.median(there):.3f}", "", len(values), reference)

    report("a bare socket pair: 64 bytes and their answer, p50", of(ours, "bare"), "us", "")
    both("a call and its answer, p50", "us", "calls", "Calls", "<= 25", reference="<= 0.2")
    both("a call and its answer, p99", "us", "calls", "Calls", "", share=0.99)
    report("isolated plugin: messages in batches, both directions together", [one["messages"] for one in ours], "/s", ">= 300000")
    both("start to the first answer, p50", "ms", "starts", "Starts", "<= 10")
    both("SIGKILL to the end that is noticed, p99", "ms", "deaths", "Deaths", "", share=0.99)
    if theirs:
        report(f"go-plugin {VERSION}: private memory of an idle plugin", [one["Private"] / 1024 for one in theirs], "MiB", "")
    report("isolated plugin: private memory of an idle one, strategy epmd", [one["private"] / 1024 for one in ours], "MiB", "<= 1.0")


def deaths(lab, instances=25, each=4):
    """From SIGKILL of a process to the time of plugin.crashed, within a daemon; fewer deaths of one instance than lead to quarantine."""
    topologies = {f"t{i}": {"strategy": "mortal", "config": {"death": "none", "node": f"t{i}"}, "connector": "log",
                            "connector_config": {"node": f"me{i}@127.0.0.1"}} for i in range(instances)}
    kith = lab.kith({"plugins": {"dir": [PLUGINS, TEST_PLUGINS]}, "topologies": topologies})
    times = []
    for _ in range(each):
        wait_until(lambda: len(helpers(kith.pid)) == instances, "all processes run", 30, kith.tail)
        time.sleep(0.5)
        for pid in helpers(kith.pid):
            after = kith.last()
            at = time.time()
            os.kill(pid, signal.SIGKILL)
            times.append((stamp(kith.wait("plugin.crashed", after=after)) - at) * 1e3)
        time.sleep(2)
    line("isolated plugin: SIGKILL to plugin.crashed, p99", f"{percentile(times, 0.99):.2f}", "ms", len(times), "<= 5")


def isolation(lab, runs):
    costs(runs)
    deaths(lab)


FIGURES = {"isolation": (isolation, 5)}
