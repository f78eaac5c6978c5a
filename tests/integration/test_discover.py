# SPDX-License-Identifier: MIT
"""kith discover: each peer with its attributes, the number of items, and the reason if there is no peer."""

import json

from lab import PLUGINS, Scenario, main
from name_servers import Dnsmasq, Knot


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


if __name__ == "__main__":
    main()
