# SPDX-License-Identifier: MIT
"""Replacement of isolated plugins while kith runs: how long it takes, and the longest time without an observation meanwhile."""

import os

from figures import stamp
from measure import line, report
from versions import LOSSES, Versions, events_of_sinks, replace


def longest(kith, after):
    """The longest time between two observations, in ms."""
    looks = [stamp(event) for event in kith.found("observation.ok", after, topology="t")]
    return max(later - earlier for earlier, later in zip(looks, looks[1:])) * 1e3


def replace_strategy(lab, runs):
    """A strategy of 10,000 peers, which looks each 100 ms, and the connector log in kith's process."""
    versions = Versions(lab)
    config = versions.config(10000, 100, 1)
    config["connectors"]["c"] = {"plugin": "log", "config": {"node": "me@127.0.0.1"}}
    config["events"] = {"ring": 100000, "queue": 100000}
    del config["sinks"]
    kith, socket = versions.start(config, 10000)
    took, gaps = [], []
    for number in range(runs):
        before = kith.last()
        replace(versions, kith, socket, number)
        replaced = kith.wait("plugin.replaced", after=before)
        for _ in range(2):
            kith.wait("observation.ok", after=kith.last(), topology="t")
        took.append(replaced["duration_ms"])
        gaps.append(longest(kith, before))
    report("replacement of an isolated strategy with 10,000 peers", took, "ms", "")
    report("the same: the longest time between two observations, of which there is one each 100 ms", gaps, "ms", "<= 200")


def replacements(lab, _):
    """KITH_REPLACEMENTS, 100 by default, of a strategy, a connector and a sink under 1,000 links and 1,000 events per second."""
    count = int(os.environ.get("KITH_REPLACEMENTS", "100"))
    versions = Versions(lab)
    kith, socket = versions.start(versions.config(1000, 20, 20), 1000)
    for number in range(20):
        replace(versions, kith, socket, number)
    before, memory = kith.last(), kith.memory()["Rss"]
    for number in range(count):
        replace(versions, kith, socket, number)
    grown = kith.memory()["Rss"] - memory
    lost = sum(len(kith.found(kind)) for kind in LOSSES)
    took = [event["duration_ms"] for event in kith.found("plugin.replaced", after=before)]
    looks = [stamp(event) for event in kith.found("observation.ok", before, topology="t")]
    kith.terminate()
    _, again = events_of_sinks(kith)
    gaps = sorted((later - earlier) * 1e3 for earlier, later in zip(looks, looks[1:]))
    what = f"{count} replacements of three plugins, 1,000 links, 1,000 events/s"
    report(f"{what}: each", took, "ms", "")
    line(f"{what}: links, peers and events lost", lost, "", count, "<= 0")
    line(f"{what}: events that a sink got twice", again, "", count, "")
    line(f"{what}: the longest time between two observations (20 ms)", f"{gaps[-1]:.1f}", "ms", len(gaps), "<= 100")
    line(f"{what}: the same in 99.9 %", f"{gaps[len(gaps) * 999 // 1000]:.1f}", "ms", len(gaps), "")
    line(f"{what}: growth of RSS", f"{grown / 1024:.2f}", "MiB", count, "<= 1")


FIGURES = {"replace": (replace_strategy, 11), "replacements": (replacements, 1)}
