# SPDX-License-Identifier: MIT
"""kith discover: each peer with its attributes, the number of items, and the reason if there is no peer; once, and with --watch."""

import json
import signal
import subprocess
import threading

from lab import PLUGINS, Scenario, main
from name_servers import Dnsmasq, Knot
from waiting import KITH, PATIENCE, TEST_PLUGINS, wait_until


class Discover(Scenario):
    def look(self, server, strategy="dns_poll", policy=None, **config):
        """Returns its text output and its JSON output."""
        if strategy == "dns_poll":
            config = {"query": "app.test", "node_basename": "app", **config}
        path = self.lab.write("kith.json", {
            "plugins": {"dir": PLUGINS}, "connectors": {"notes": {"plugin": "log", "config": {"node": "app@10.0.0.7"}}},
            "topologies": {"t": {"strategy": strategy, "config": {**config, "servers": [server.place]}, "connector": "notes",
                                 "policy": policy or {}}}})
        words, data = self.lab.command("discover", path), self.lab.command("discover", path, "--json")
        self.assertEqual((words.returncode, data.returncode), (0, 0), words.stderr + data.stderr)
        (topology,) = json.loads(data.stdout)["topologies"]
        return words.stdout, topology

    def test_peers_with_attributes(self):
        server = Dnsmasq(self.lab).start()
        server.say({"app.test": ["10.0.0.7", "10.0.0.8"]})
        words, topology = self.look(server)
        self.assertRegex(words, r"^t \(dns_poll\): 2 peers\n")
        self.assertRegex(words, r"app@10\.0\.0\.8 +key=10\.0\.0\.8 host=10\.0\.0\.8")
        self.assertRegex(words, r"excluded: it is the local node")
        self.assertNotIn("Nobody", words)
        self.assertEqual((topology["items"], topology["left_out"]), (2, []))
        self.assertEqual(topology["not_joined"], [{"items": 1, "reason": "it is the local node"}])
        self.assertEqual(topology["peers"][1]["attributes"], {"host": "10.0.0.8"})
        self.assertNotIn("reason", topology)

    def test_a_name_that_is_not_there(self):
        server = Dnsmasq(self.lab).start()
        words, topology = self.look(server)
        self.assertIn("0 peers\n  The source returned nothing: there is no such name (NXDOMAIN). A running kith", words)
        self.assertEqual((topology["status"], topology["items"], topology["peers"]), ("ok", 0, []))
        self.assertEqual(topology["reason"], "there is no such name (NXDOMAIN)")

    def test_nobody_but_the_node_itself_and_those_who_are_excluded(self):
        server = Dnsmasq(self.lab).start()
        server.say({"app.test": ["10.0.0.7", "10.0.0.8", "10.0.0.9"]})
        words, topology = self.look(server, policy={"exclude": ["*.8", "*.9"]})
        self.assertIn("  excluded by the policy: 1: it is the local node\n  excluded by the policy: 2: policy.exclude excludes it\n"
                      "  No peer remains of the 3 items that the source returned.", words)
        self.assertEqual((topology["items"], len(topology["peers"])), (3, 3))

    def test_all_are_left_out_by_the_strategy(self):
        server = Knot(self.lab)
        server.write(["app.team.svc SRV 0 0 0 ."])
        server.start()
        path = self.lab.write("kith.json", {
            "plugins": {"dir": PLUGINS}, "connectors": {"notes": {"plugin": "log", "config": {"node": "app@10.0.0.7"}}},
            "topologies": {"t": {"strategy": "k8s_dnssrv", "connector": "notes", "config": {
                "service": "app", "application_name": "app", "namespace": "team", "servers": [server.place]}}}})
        words = self.lab.command("discover", path, CLUSTER_DOMAIN="test")
        self.assertRegex(words.stdout, r"0 peers of 1 item\n  excluded by the strategy: 1: the record states that there is no such service.*\n"
                                       r"  No peer remains of the 1 item that the source returned\.")


class Watcher:
    """A process `kith discover CONFIG --watch`, whose lines are read while they come."""

    def __init__(self, lab, config, *arguments):
        self.lines = []
        self._process = subprocess.Popen([KITH, "discover", str(config), "--watch", *arguments], env=lab.environment(),
                                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        lab.own(self.close)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self._process.stdout:
            self.lines.append(line)

    def wait(self, count, what):
        """Waits until there are so many lines."""
        wait_until(lambda: len(self.lines) >= count, what, describe=lambda: "".join(self.lines))

    def changes(self, after=0):
        """(change, name or number of peers) of each line of JSON."""
        return [(one["change"], one.get("name", one.get("peers"))) for one in map(json.loads, self.lines[after:])]

    def end(self, number):
        """Sends the signal; returns the exit status."""
        self._process.send_signal(number)
        return self._process.wait(PATIENCE)

    def close(self):
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._process.stdout.close()


class Watch(Scenario):
    def name_server(self, addresses):
        """It knows the addresses of app.test from its first answer on."""
        server = Dnsmasq(self.lab)
        server.prepare = lambda: None
        server.say({"app.test": addresses})
        return server.start()

    def dns(self, server):
        return self.lab.write("kith.json", {
            "plugins": {"dir": PLUGINS}, "connectors": {"notes": {"plugin": "log", "config": {"node": "app@10.0.0.7"}}},
            "topologies": {"t": {"strategy": "dns_poll", "connector": "notes", "config": {
                "query": "app.test", "node_basename": "app", "servers": [server.place], "polling_interval": 100}}}})

    def test_changes_and_failures_of_a_real_name_server(self):
        server = self.name_server(["10.0.0.7", "10.0.0.8"])
        watcher = Watcher(self.lab, self.dns(server), "--json")
        watcher.wait(3, "the first result")
        self.assertEqual(watcher.changes(), [("observed", 2), ("added", "app@10.0.0.7"), ("added", "app@10.0.0.8")])
        self.assertEqual(json.loads(watcher.lines[1])["left_out"], "it is the local node")
        self.assertEqual(json.loads(watcher.lines[2])["attributes"], {"host": "10.0.0.8"})
        server.say({"app.test": ["10.0.0.7", "10.0.0.9"]})
        watcher.wait(5, "the change")
        self.assertEqual(watcher.changes(3), [("removed", "app@10.0.0.8"), ("added", "app@10.0.0.9")])
        server.stop()
        watcher.wait(7, "two failures")
        self.assertEqual(set(watcher.changes(5)), {("failed", None)})  # never an empty set
        self.assertRegex(json.loads(watcher.lines[5])["reason"], "refused")
        failed = len(watcher.lines)
        server.say({})
        server.start()
        wait_until(lambda: ("removed", "app@10.0.0.9") in watcher.changes(failed), "the empty set")
        after = [one for one in watcher.changes(failed) if one != ("failed", None)]
        self.assertEqual(after, [("observed", 0), ("removed", "app@10.0.0.7"), ("removed", "app@10.0.0.9")])
        [empty] = [one for one in map(json.loads, watcher.lines[failed:]) if one["change"] == "observed"]
        self.assertRegex(empty["reason"], "NXDOMAIN")
        self.assertEqual(watcher.end(signal.SIGINT), 0)

    def test_the_table(self):
        server = self.name_server(["10.0.0.8"])
        watcher = Watcher(self.lab, self.dns(server))
        watcher.wait(2, "the first result")
        time = r"\d\d:\d\d:\d\d\.\d{3}  "
        self.assertRegex(watcher.lines[0], time + "observed  t  1 peer\n$")
        self.assertRegex(watcher.lines[1], time + r"added     t  app@10\.0\.0\.8  key=10\.0\.0\.8 host=10\.0\.0\.8\n$")
        server.stop()
        watcher.wait(3, "the failure")
        self.assertRegex(watcher.lines[2], time + "failed    t  .*refused.*; the last known peers are kept\n$")
        self.assertEqual(watcher.end(signal.SIGTERM), 0)

    def test_a_strategy_that_does_not_answer_is_named(self):
        config = self.lab.write("kith.json", {
            "plugins": {"dir": [PLUGINS, TEST_PLUGINS]}, "connectors": {"notes": {"plugin": "log", "config": {"node": "a@h"}}},
            "topologies": {"t": {"strategy": "exec", "connector": "notes", "config": {"command": ["/bin/sleep", "100"], "timeout": 90_000}}}})
        watcher = Watcher(self.lab, config, "--json", "--timeout", "1")
        watcher.wait(1, "the time limit")
        self.assertEqual((json.loads(watcher.lines[0])["change"], json.loads(watcher.lines[0])["reason"]),
                         ("failed", "it has not answered in time yet"))
        self.assertEqual(watcher.end(signal.SIGINT), 0)


if __name__ == "__main__":
    main()
