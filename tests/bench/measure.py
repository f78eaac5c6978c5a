# SPDX-License-Identifier: MIT
"""What the figures share: a line of the table, the time of an event, what a process has used."""

import datetime
import math
import os
import statistics
import time


def line(name, value, unit, count, target, ratio=None):
    """A line for tests/bench/run: separated by tabs."""
    print(name, value, unit, count, target, "" if ratio is None else f"{ratio:.2f}", sep="\t", flush=True)


def report(name, values, unit, target, ratio=None):
    line(name, f"{statistics.median(values):.2f}", unit, len(values), target, ratio)


def percentile(values, share):
    """The smallest value that so large a share of them does not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def stamp(event):
    """The time of an event, in seconds since 1970."""
    return datetime.datetime.strptime(event["time"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=datetime.timezone.utc).timestamp()


def ticks_of(pid):
    """Seconds of CPU, user and system, as counted by the clock's ticks (10 ms)."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def running_of(pid):
    """Seconds that it has run, to the nanosecond; user and system, with the threads that have ended."""
    return time.clock_gettime(~pid << 3 | 2)  # as clock_getcpuclockid makes it


def datagrams_of(port, pid):
    """(bytes that wait, datagrams lost) of a process's UDP socket on a port."""
    own = set()
    for descriptor in os.scandir(f"/proc/{pid}/fd"):
        own.add(os.readlink(descriptor.path))
    with open(f"/proc/{pid}/net/udp") as file:
        for fields in map(str.split, file.read().splitlines()[1:]):
            if int(fields[1].split(":")[1], 16) == port and f"socket:[{fields[9]}]" in own:
                return int(fields[4].split(":")[1], 16), int(fields[12])
    raise AssertionError(f"process {pid} has no UDP socket on port {port}")
