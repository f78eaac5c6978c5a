# SPDX-License-Identifier: MIT
"""Benchmarks of a complete `kith run`, some of them compared with real BEAM nodes.

Prints a line for each: name, median, unit, n, target, ratio; separated by tabs. Run by tests/bench/run.
"""

import argparse
import pathlib
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
from lab import Lab, full  # noqa: E402
from waiting import TEST_PLUGINS, wait_until  # noqa: E402
import api  # noqa: E402
import applications  # noqa: E402
import k8s  # noqa: E402
import calls  # noqa: E402
import consul_agent  # noqa: E402
import consul_template  # noqa: E402
import ec2  # noqa: E402
import gossip  # noqa: E402
import isolation  # noqa: E402
import many_plugins  # noqa: E402
import mesh  # noqa: E402
import mesh_sick  # noqa: E402
import page  # noqa: E402
import replacement  # noqa: E402
import simulation  # noqa: E402
import template  # noqa: E402
import tls  # noqa: E402
import verdicts  # noqa: E402
import webhook  # noqa: E402
from figures import stamp  # noqa: E402
from measure import BASE, BUILDS, OWN, compare, line, report, running_of  # noqa: E402

PEERS = pathlib.Path(__file__).with_name("light_erlang_peers.py")
MESHLESS = ("-connect_all", "false", "-kernel", "prevent_overlapping_partitions", "false")


def peers(lab, prefix, count, *flags):
    """Starts light peers in a separate process; returns their names."""
    process = subprocess.Popen([sys.executable, "-B", str(PEERS), str(lab.epmd_port), prefix, str(count), *flags],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def close():
        process.stdin.close()
        process.wait(10)
        process.stdout.close()
    lab.own(close)
    process.stdin.write(lab.cookie + "\n")
    process.stdin.flush()
    if process.stdout.readline() != "ready\n":
        raise SystemExit("bench: the light peers do not start")
    return [full(f"{prefix}{number}") for number in range(count)]


def memory(lab, runs):
    lab.beam("a").ready()
    names = peers(lab, "p", 100)
    # KITH_BASE has an API or none, as its commit had.
    measured = {"KITH_BASE": (BASE, {}), "": (OWN, {}), "api: false": (OWN, {"api": False})}
    pss, dirty = {which: [] for which in measured}, {which: [] for which in measured}
    for _ in range(runs):
        for which, (build, more) in measured.items():
            if build is None:
                continue
            kith = lab.kith(lab.config("a", names, policy={"min_peers": 100}, dirs=build.plugins) | more, program=build.kith)
            kith.wait("topology.ready", timeout=30)
            time.sleep(1)
            used = kith.memory()
            pss[which].append(used["Pss"] / 1024)
            dirty[which].append(used["Private_Dirty"] / 1024)
            kith.terminate()
    for which, values in pss.items():
        if values:
            what = "memory, epmd with 100 peers + erlang" + (which and ", " + which)
            report(f"{what}: PSS", values, "MiB", "" if which == "KITH_BASE" else "<= 4.5")
            report(f"{what}: Private_Dirty", dirty[which], "MiB", "")


def start(lab, runs):
    lab.beam("a").ready()
    config = lab.write("start.json", lab.config("a", ["b", "c"]))
    values = []
    for _ in range(runs):
        begun = time.time()
        kith = lab.kith(config)
        values.append((stamp(kith.wait("observation.ok")) - begun) * 1e3)
        kith.kill()
    report("process start to observation.ok", values, "ms", "<= 20")


def event_cost(lab, runs):
    """CPU of the whole daemon for each event, while 1,000 peers appear and disappear: including parsing, membership and reconciling. The
    strategy reads its file 50 times a second; what that costs while nothing changes is subtracted, since a slow machine has more of it
    between two changes."""
    def say(letter):
        lab.write("peers", "".join(f"{letter}{number}@10.0.{number // 250}.{number % 250}\n" for number in range(1000)))

    values = {build: [] for build in BUILDS}
    for build in BUILDS * runs:
        say("a")
        config = lab.config(strategy="lines", strategy_config={"file": str(lab.dir / "peers"), "interval": 20},
                            dirs=[build.plugins, TEST_PLUGINS])
        config["connectors"]["beam"] = {"plugin": "log", "config": {"node": "n@127.0.0.1"}}
        config["topologies"]["t"]["policy"] = {"prune": "disconnect", "grace": 0, "confirm": 1, "guard": False, "connect_parallel": 1000}
        config["events"] = {"queue": 100000}
        if build is OWN:
            config["plugins"]["isolate"] = "none"  # the strategy of the tests is in the daemon's process, as without isolation
        kith = lab.kith(config, log="json", program=build.kith)
        wait_until(lambda: len(kith.found("link.up")) == 1000, "1,000 links", 30, kith.tail)
        idle = running_of(kith.pid)
        time.sleep(1)
        idle = running_of(kith.pid) - idle
        before, seq, began = running_of(kith.pid), kith.last(), time.monotonic()
        for letter in "babababababa":
            mark = kith.last()
            say(letter)
            wait_until(lambda: len(kith.found("link.up", mark)) >= 1000, "1,000 other links", 30, kith.tail)
        time.sleep(0.3)
        used = running_of(kith.pid) - before - idle * (time.monotonic() - began)
        values[build].append(used / (kith.last() - seq) * 1e6)
        kith.kill()
    compare("CPU of the daemon for each event, JSON log and --events", values, "us", "<= 0.6 x", "<= 5")


def started_in_turn(lab, names, flags, at_once=4):
    """Starts nodes a few at a time, since many at once delay each other beyond the time that a handshake has."""
    nodes = []
    for first in range(0, len(names), at_once):
        nodes += lab.beams(*names[first:first + at_once], flags=flags)
    return nodes


def warm_peers(lab, runs, count=30, flags=(), connector=None, what="BEAM"):
    """The time to connect running visible peers by kith, and by the node itself in parallel; interleaved. A run in which the node itself
    could not connect all of them is repeated."""
    [a] = lab.beams("a", flags=[*MESHLESS, *flags])
    names = [node.name for node in started_in_turn(lab, [f"w{number}" for number in range(count)], [*MESHLESS, *flags])]
    listed = "[" + ",".join(f"'{name}'" for name in names) + "]"

    def part():
        a.ask(f"[erlang:disconnect_node(N) || N <- {listed}]", timeout=30)
        a.sees(timeout=30)
        time.sleep(0.3)

    # The first connection of a node loads code; with TLS that takes seconds on a busy machine.
    for name in names:
        wait_until(lambda: a.ask(f"net_kernel:connect_node('{name}')", timeout=30) == "true", f"{a.name} is connected to {name}", 60)
    part()
    inside, by_kith, repeated = [], [], 0
    while len(by_kith) < runs:
        answer, connected = map(int, a.ask(f"""begin
            Begun = erlang:monotonic_time(microsecond),
            Pids = [spawn_monitor(fun() -> exit(net_kernel:connect_node(N)) end) || N <- {listed}],
            Done = [receive {{'DOWN', R, process, P, Result}} -> Result end || {{P, R}} <- Pids],
            Took = erlang:monotonic_time(microsecond) - Begun,
            {{Took, length([ok || true <- Done])}} end""", timeout=60).strip("{}").split(","))
        part()
        if connected < count:
            repeated += 1
            if repeated > runs:
                raise AssertionError(f"the node itself connects only {connected} of {count} peers, again and again")
            continue
        kith = lab.kith(lab.config("a", names, connector=connector, policy={"connect_parallel": 64, "min_peers": count}))
        kith.wait("topology.ready", timeout=60)
        begun = stamp(kith.found("connect.started")[0])
        ended = max(stamp(event) for event in kith.found("link.up"))
        kith.kill()
        part()
        inside.append(answer / 1e3)
        by_kith.append((ended - begun) * 1e3)
    ratio = statistics.median(by_kith) / statistics.median(inside)
    report(f"{count} warm visible {what} peers, net_kernel:connect_node in parallel in the node", inside, "ms", "")
    report(f"{count} warm visible {what} peers, kith", by_kith, "ms", "<= 1.3 x", ratio)


def warm_tls_peers(lab, runs):
    flags, options = tls.identity(lab)
    warm_peers(lab, runs, flags=flags, connector={"tls": options}, what="TLS")


def mute_peers(lab, runs):
    a = lab.beam("a").ready()
    good = peers(lab, "g", 60)
    mute = peers(lab, "m", 40, "--mute")
    mixed = [name for pair in zip(good, mute) for name in pair] + good[40:]
    times = {}
    for _ in range(runs):
        for label, names in (("60", good), ("100", mixed)):
            kith = lab.kith(lab.config("a", names, policy={"connect_parallel": 16}))
            wait_until(lambda: len({event["peer"] for event in kith.found("link.up")}) == 60, "60 links", 60, kith.tail)
            begun = stamp(kith.found("connect.started")[0])
            times.setdefault(label, []).append((max(stamp(event) for event in kith.found("link.up")) - begun) * 1e3)
            kith.kill()
            a.ask("[erlang:disconnect_node(N) || N <- nodes(hidden)]", timeout=30)
            # Connects by the node itself must end before the next run.
            time.sleep(8 if label == "100" else 0.3)
    ratio = statistics.median(times["100"]) / statistics.median(times["60"])
    report("60 peers, limit 16", times["60"], "ms", "")
    report("60 of 100 peers, the other 40 mute, limit 16", times["100"], "ms", "<= 2 x", ratio)


FIGURES = {"memory": (memory, 5), "start": (start, 21), "event": (event_cost, 5), "warm": (warm_peers, 11), "warm_tls": (warm_tls_peers, 11), "mute": (mute_peers, 5),
           **many_plugins.FIGURES, **api.FIGURES, **applications.FIGURES, **calls.FIGURES, **gossip.FIGURES, **isolation.FIGURES, **k8s.FIGURES, **mesh.FIGURES, **mesh_sick.FIGURES, **consul_agent.FIGURES, **consul_template.FIGURES, **ec2.FIGURES, **page.FIGURES, **replacement.FIGURES, **simulation.FIGURES, **template.FIGURES, **tls.FIGURES, **verdicts.FIGURES, **webhook.FIGURES}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("figures", nargs="*", help=f"of {', '.join(FIGURES)}; without: all")
    parser.add_argument("--runs", type=int)
    arguments = parser.parse_args()
    failed = False
    for name in arguments.figures or FIGURES:
        figure, runs = FIGURES[name]
        lab = Lab()
        try:
            figure(lab, arguments.runs or runs)
        except AssertionError as problem:
            failed = True
            print(f"bench: {name}: {problem}", file=sys.stderr)
            line(name, "failed", "", 0, "")
        finally:
            lab.close()
    sys.exit(failed)


main()
