# SPDX-License-Identifier: MIT
"""Benchmarks of strategy consul: the time from a change to the connector's call, compared with a raw blocking query of the same agent; and
the cost of a minute without changes."""

import http.client
import threading
import time

from consul_server import ROOT_TOKEN, Consul, there
from figures import percentile, stamp
from measure import line, report, running_of
from waiting import HOST, PLUGINS, wait_until

WAIT = 10  # seconds of the raw blocking query
QUIET = 180  # seconds


class Raw(threading.Thread):
    """A client that only waits for the next change; records the time of each answer."""

    def __init__(self, consul, path):
        super().__init__(daemon=True)
        self.consul, self.path, self.seen, self.stopping = consul, path, [], False

    def run(self):
        connection = http.client.HTTPConnection(HOST, self.consul.port, timeout=60)
        index = "1"
        while not self.stopping:
            connection.request("GET", f"{self.path}?passing=true&index={index}&wait={WAIT}s", headers={"X-Consul-Token": ROOT_TOKEN})
            answer = connection.getresponse()
            body = answer.read().decode()
            self.seen.append((time.time(), body))
            index = answer.getheader("X-Consul-Index")
        connection.close()

    def first(self, text):
        """Returns the time of the first answer that contains this, or None."""
        return next((when for when, body in self.seen if text in body), None)


def answered(agent):
    return agent.log().count('Request finished: method=GET url="/v1/health/service/shop?')


def consul(lab, runs):
    if not there():
        line("consul", "not prepared", "", 0, "")
        return
    agent = Consul(log_level="debug")  # which tells of each request
    try:
        token = lab.dir / "token"
        token.write_text(ROOT_TOKEN)
        agent.register("shop", "zero", "10.1.0.0", ttl="1h")  # none of them expires meanwhile
        kith = lab.kith({
            "plugins": {"dir": PLUGINS}, "connectors": {"notes": {"plugin": "log", "config": {"node": "app@127.0.0.1"}}},
            "topologies": {"t": {"strategy": "consul", "connector": "notes", "config": {
                "list_using": ["health"], "service": {"name": "shop"}, "base_url": agent.url, "token_file": str(token),
                "node_basename": "app"}}}})
        kith.wait("peer.discovered", peer="app@10.1.0.0")
        raw = Raw(agent, "/v1/health/service/shop")
        raw.start()
        wait_until(lambda: raw.first("10.1.0.0"), "the raw query")
        later, whole = [], []
        for number in range(1, runs + 1):
            address = f"10.2.{number >> 8}.{number & 255}"
            time.sleep(1.1)  # nobody is throttled
            begun = time.time()
            agent.register("shop", f"s{number}", address, ttl="1h")
            event = kith.wait("link.up", peer=f"app@{address}")
            heard = wait_until(lambda: raw.first(f'"{address}"'), "the raw query to hear of it")
            later.append((stamp(event) - heard) * 1e3)
            whole.append((stamp(event) - begun) * 1e3)
        report("consul, a change to the connector's call, less a raw blocking query", later, "ms", "<= 5")
        line("consul, the same, 99 of 100", f"{percentile(later, 0.99):.2f}", "ms", len(later), "")
        report("consul, a change to the connector's call, from the request that made it", whole, "ms", "")
        raw.stopping = True
        raw.join()
        before, used = answered(agent), running_of(kith.pid)
        time.sleep(QUIET)
        line("consul, nothing changes: CPU a minute", f"{(running_of(kith.pid) - used) * 60e3 / QUIET:.2f}", "ms", 1, "")
        line("consul, steady: requests an hour", f"{(answered(agent) - before) * 3600 / QUIET:.0f}", "", 1, "")
        kith.kill()
    finally:
        agent.close()


FIGURES = {"consul": (consul, 60)}
