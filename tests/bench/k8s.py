# SPDX-License-Identifier: MIT
"""Benchmarks of strategy k8s with a real API server: 10,000 pods of 5.4 kB, 10,000 endpoints, TLS, pages of 500.

CPU and memory of the first list are those of a whole `kith run` until observation.ok, less those of one that is answered with an empty
list: start, TLS and plugins are in both. Nobody is dialled meanwhile: the connector's node is not there.
"""

import collections
import sys
import time

import kube_objects
from figures import stamp
from kube_objects import SELECTOR, address, of
from kube_apiserver import Kubernetes, prepared
from measure import BUILDS, OWN, compare, line, report, running_of
from waiting import wait_until

COUNT = 10_000
NOTES = {"plugin": "log", "config": {"node": "app@127.0.0.1"}}
PODS, ENDPOINTS, CHANGED = {"app": "pods"}, {"app": "endpoints"}, {"app": "changed"}


class Bench:
    def __init__(self, lab):
        self.lab = lab
        self.cluster = Kubernetes()
        lab.own(self.cluster.close)
        self.team = self.cluster.namespace("team")
        self.account = self.cluster.mount(lab.dir / "account", self.team, self.cluster.token(self.team))
        self.asking = self.cluster.client(self.team)
        wait_until(lambda: self.asking.request("GET", of(self.team, "pods")).status == 200, "the role to hold")

    def fill(self):
        self.cluster.pods(self.team, [(f"app-{number}", address(number)) for number in range(COUNT)], size=5400, labels=PODS)
        self.cluster.admin.post(of(self.team, "endpoints"), kube_objects.endpoints(
            self.team, "app", [(f"app-{number}", address(number), None) for number in range(COUNT)], labels=ENDPOINTS))
        size = len(self.asking.request("GET", of(self.team, "pods", "app-1")).body)
        whole = len(self.asking.request("GET", of(self.team, "endpoints", "app")).body)
        print(f"bench: {COUNT} pods of {size} bytes, endpoints of {whole} bytes", file=sys.stderr)

    def kith(self, lookup, selector, connector=None, build=OWN, **policy):
        return self.lab.kith({
            "plugins": {"dir": build.plugins},
            "connectors": {"beam": connector or {"plugin": "erlang", "config": {"node": "absent@127.0.0.1"}}},
            "topologies": {"t": {"strategy": "k8s", "connector": "beam", "policy": policy, "config": {
                "kubernetes_node_basename": "app", "kubernetes_selector": selector, "kubernetes_ip_lookup_mode": lookup,
                "kubernetes_master": self.cluster.place, "kubernetes_service_account_path": str(self.account.dir)}}}}, level="error", program=build.kith)

    @staticmethod
    def listed(kith, count):
        """Waits until all are reported: so many events at once that observation.ok, the first of them, may be lost."""
        wait_until(lambda: kith.found("observation.ok") or kith.last() > count, "the first list", 30, kith.tail)
        assert kith.last() >= count, kith.tail()

    def first_list(self, lookup, labels, count, build=OWN):
        """Returns (seconds of CPU, seconds until the list was complete, MiB at its end, maximum MiB)."""
        begun = time.time()
        kith = self.kith(lookup, f"app={labels['app']}", build=build)
        self.listed(kith, count)
        used, wall = running_of(kith.pid), time.time() - begun
        time.sleep(0.5)
        with open(f"/proc/{kith.pid}/status") as file:
            fields = dict(entry.split(":", 1) for entry in file.read().splitlines())
        memory = kith.memory()["Private_Dirty"] / 1024, int(fields["VmHWM"].split()[0]) / 1024
        kith.kill()
        return (used, wall, *memory)


def first_lists(bench, runs):
    empty, pods, endpoints = ({build: [] for build in BUILDS} for _ in range(3))
    for build in BUILDS * runs:
        empty[build].append(bench.first_list("pods", {"app": "nobody"}, 0, build))
        pods[build].append(bench.first_list("pods", PODS, COUNT, build))
        endpoints[build].append(bench.first_list("endpoints", ENDPOINTS, COUNT, build))

    def less(these, part, scale=1):
        return {build: [(this[part] - before[part]) * scale for this, before in zip(these[build], empty[build])] for build in BUILDS}
    compare("k8s, first list of 10,000 pods of 5.4 kB, TLS: CPU", less(pods, 0), "s", "<= 0.6 x", "<= 0.5")
    report("k8s, first list of 10,000 pods: wall", [this[1] for this in pods[OWN]], "s", "")
    report("k8s, first list of 10,000 pods: growth of memory", less(pods, 2)[OWN], "MiB", "<= 8")
    report("k8s, first list of 10,000 pods: growth of memory, peak", less(pods, 3)[OWN], "MiB", "<= 16")
    compare("k8s, first list of 10,000 endpoints: CPU", less(endpoints, 0, 1e3), "ms", "", "<= 25")
    report("k8s, first list of 10,000 endpoints: growth of memory, peak", less(endpoints, 3)[OWN], "MiB", "")


def steady(bench, seconds=60):
    def begun():
        return [one for one in bench.cluster.requests(agent="kith") if one.verb == "list" or one.stage == "ResponseStarted"]

    def saw(when, requests):
        for one, times in collections.Counter((one.verb, one.status, one.path) for one in requests).items():
            print(f"bench: k8s, steady, {when}: {times} x {' '.join(map(str, one))}", file=sys.stderr)

    before = len(begun())
    kith = bench.kith("pods", f"app={PODS['app']}", NOTES)  # one that is there: who looks for a node does more
    bench.listed(kith, COUNT)
    # A link is considered new for 10 s; a watch without any byte is checked once, after 65 s.
    time.sleep(120)
    used, asked = running_of(kith.pid), len(begun())
    time.sleep(seconds)
    used, seen = running_of(kith.pid) - used, begun()
    saw("before it is counted", seen[before:asked])
    saw("counted", seen[asked:])
    more = len(seen) - asked
    line("k8s, 10,000 pods, nothing changes: CPU a minute", f"{used * 1e3 * 60 / seconds:.2f}", "ms", 1, "<= 5")
    lasts = int([one for one in seen if one.verb == "watch"][-1].path.split("timeoutSeconds=")[1].split("&")[0])
    line("k8s, steady: requests an hour", f"{more * 3600 / seconds + 3600 / lasts:.1f}", "", 1, "<= 12")
    kith.kill()


def changes(bench, count):
    """The time from a change to the connector's call, minus that of a client that reads the raw stream at the same time."""
    bench.cluster.pod(bench.team, "changed", "10.200.0.0", labels=CHANGED)
    selector = f"app={CHANGED['app']}"
    kith = bench.kith("pods", selector, NOTES)
    kith.wait("link.up", peer="app@10.200.0.0")
    wait_until(lambda: [one for one in bench.cluster.requests(agent="kith", verb="watch") if "changed" in one.path], "a watch")
    since = bench.asking.get(of(bench.team, "pods") + "?limit=1")["metadata"]["resourceVersion"]
    raw = bench.asking.watch(of(bench.team, "pods") + f"?watch=true&labelSelector=app%3D{CHANGED['app']}&resourceVersion={since}")
    later, whole = [], []
    for number in range(1, count + 1):
        ip = f"10.200.{number >> 8}.{number & 255}"
        began = time.time()
        bench.cluster.status(bench.team, "changed", ip)
        called = kith.wait("connect.started", peer=f"app@{ip}")
        wait_until(lambda: len(raw.lines) >= number, "the raw stream")
        later.append((stamp(called) - raw.lines[number - 1][0]) * 1e3)
        whole.append((stamp(called) - began) * 1e3)
    raw.close()
    kith.kill()
    report("k8s, a change to the connector's call, less a raw stream's", later, "ms", "<= 2")
    report("k8s, a change to the connector's call, from the request that made it", whole, "ms", "")


def k8s(lab, runs):
    if prepared() is None:
        line("k8s", "not prepared", "", 0, "")
        return
    bench = Bench(lab)
    changes(bench, 200)
    bench.fill()
    first_lists(bench, runs)
    steady(bench)


FIGURES = {"k8s": (k8s, 5)}
