# SPDX-License-Identifier: MIT
"""What tests and benchmarks of replacement share: a plugin directory with a version of libversions.so (tests/plugins/versions.c), and a
kith with a strategy, a connector and a sink of it."""

import os
import pathlib
import re
import shutil

from api_client import ask
from waiting import BUILD, PLUGINS, TEST_PLUGINS, wait_until

VERSIONS = pathlib.Path(TEST_PLUGINS) / "versions"
NAME = "libversions.so"
LOSSES = ("link.down", "peer.missing", "peer.lost", "topology.stale", "connector.detached", "plugin.crashed", "events.lost")  # kinds of events


class Versions:
    """In a laboratory, of which it is removed at the end."""

    def __init__(self, lab, version="first"):
        self.lab = lab
        # Below the build tree: a temporary directory that everybody can write to would be refused as a whole.
        self.place = BUILD.resolve() / f"replacement-{os.getpid()}-{lab.number()}"
        self.place.mkdir(mode=0o755)
        lab.own(lambda: shutil.rmtree(self.place, ignore_errors=True))
        self.install(version)

    def install(self, version):
        """As install and mv do it: another inode."""
        new = self.place / ".new"
        shutil.copyfile(VERSIONS / version / NAME, new)
        new.rename(self.place / NAME)

    def config(self, peers, interval, churn, **plugins):
        """Every `interval` ms the strategy looks, and `churn` of its peers have changed."""
        return {
            "plugins": {"dir": [PLUGINS, str(self.place)], **plugins},
            "topologies": {"t": {"strategy": "versions", "config": {"count": peers, "interval": interval, "churn": churn}, "connector": "c"}},
            "connectors": {"c": {"plugin": "versions", "config": {"count": peers}}},
            "sinks": {"k": {"plugin": "versions", "config": {}, "filter": ["peer.*", "link.*"]}},
        }

    def start(self, config, peers):
        """A kith with as many links, and the socket of its API."""
        kith = self.lab.kith(config)
        kith.wait("topology.ready")
        wait_until(lambda: len(kith.found("link.up")) == peers, "all are linked", None, kith.tail)
        return kith, kith.socket()


def replace(versions, kith, socket, number):
    """By the other version."""
    versions.install(("second", "first")[number % 2])
    answer = ask(socket, f"/v1/plugins/{NAME}/replace", "POST", timeout=30)
    if (answer.status, answer.json().get("verdict")) != (200, "replaced"):
        raise AssertionError(f"it is not replaced: {answer.body}\n{kith.tail()}")


def events_of_sinks(kith):
    """Each instance of the sink got all events between its first and its last one, and begins where the one before has ended. Returns the
    number of events that the sinks got, and how many came again."""
    wanted = {event["seq"]: number for number, event in enumerate(
        event for event in kith.events() if event["kind"].startswith(("peer.", "link.")))}
    at = again = 0
    for first, last, count in (map(int, match) for match in re.findall(r"events (\d+) (\d+) (\d+)", kith.log())):
        begin = wanted[first]
        if begin > at or wanted[last] + 1 - begin != count:
            raise AssertionError(f"a sink begins with {first}, the number {begin} of the events, after {at} of them, and got {count} until {last}")
        again += at - begin
        at = begin + count
    return at, again
