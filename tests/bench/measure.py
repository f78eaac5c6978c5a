# SPDX-License-Identifier: MIT
"""Functions of the benchmarks: a line of the table, the resources of a process."""

import contextlib
import os
import pathlib
import statistics
import time

from waiting import BUILD


def line(name, value, unit, count, target, ratio=None):
    """Prints a line for tests/bench/run, separated by tabs."""
    print(name, value, unit, count, target, "" if ratio is None else f"{ratio:.2f}", sep="\t", flush=True)


def report(name, values, unit, target, ratio=None):
    line(name, f"{statistics.median(values):.2f}", unit, len(values), target, ratio)


class Build:
    """The programs and the plugins of a build tree."""

    def __init__(self, tree):
        self.kith, self.plugins = str(tree / "kith"), str(tree / "plugins")


OWN = Build(BUILD)
BASE = Build(pathlib.Path(os.environ["KITH_BASE"])) if "KITH_BASE" in os.environ else None  # of another commit
BUILDS = [OWN, BASE] if BASE else [OWN]  # they are measured in turn


def compare(name, values, unit, to_base, otherwise=""):
    """Reports the values of OWN. With KITH_BASE also those of BASE, and the ratio, whose target is `to_base`; without it the target is
    `otherwise`. values: a list for each of BUILDS."""
    if BASE is None:
        return report(name, values[OWN], unit, otherwise)
    report(f"{name}, KITH_BASE", values[BASE], unit, "")
    report(name, values[OWN], unit, to_base, statistics.median(values[OWN]) / statistics.median(values[BASE]))


def ticks_of(pid):
    """Returns seconds of CPU, user and system, in units of clock ticks (10 ms)."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def running_of(pid):
    """Returns seconds of CPU in nanosecond resolution, user and system, including ended threads."""
    return time.clock_gettime(~pid << 3 | 2)  # as clock_getcpuclockid makes it


def datagrams_of(port, pid):
    """Returns (queued bytes, lost datagrams) of a process's UDP socket on a port."""
    own = set()
    for descriptor in os.scandir(f"/proc/{pid}/fd"):
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            own.add(os.readlink(descriptor.path))
    with open(f"/proc/{pid}/net/udp") as file:
        for fields in map(str.split, file.read().splitlines()[1:]):
            if int(fields[1].split(":")[1], 16) == port and f"socket:[{fields[9]}]" in own:
                return int(fields[4].split(":")[1], 16), int(fields[12])
    raise AssertionError(f"process {pid} has no UDP socket on port {port}")
