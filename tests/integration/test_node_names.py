# SPDX-License-Identifier: MIT
"""Names of nodes in the configuration: `kith check` refuses what no node can be called, with the rule, in every option that takes a name. A
BEAM node is the measure of what a node can be called."""

import json

from lab import Scenario, main
from waiting import PLUGINS

LOCAL = "app@127.0.0.1"
GOOD = (LOCAL, "A-1_b@127.0.0.1", "0@127.0.0.1", "x@l\u00f6calhost.de", "x@\u00a1.de", "x@10.0.0.7")
BAD = ("k\u00f6ln@127.0.0.1", "a.b@127.0.0.1", "a b@127.0.0.1", "a$b@127.0.0.1", "app@", "@127.0.0.1", "a@b@127.0.0.1",
       "app@127.0.0.1 ", "x@\u20ac.de")
RULE = "a node's name, "
PART = "expected the part of a node's name before the @"
ANY = "expected a name without blanks"

# Each option that takes a name: the plugin, the options with that name, and the rule that is shown.
OPTIONS = {
    "erlang": ("connector", lambda name: {"node": name}, RULE),
    "erlang, key of peer_cookies": ("connector", lambda name: {"peer_cookies": {name: "c"}}, RULE),
    "log": ("connector", lambda name: {"node": name}, ANY),
    "mesh": ("connector", lambda name: {"node": name, "cluster": "c", "plain": True}, ANY),
    "exec": ("connector", lambda name: {"node": name, "connect": ["/bin/true"]}, ANY),
    "epmd": ("strategy", lambda name: {"hosts": [name]}, RULE),
    "dns_poll": ("strategy", lambda name: {"query": "x.example", "node_basename": name}, PART),
    "k8s": ("strategy", lambda name: {"kubernetes_node_basename": name, "kubernetes_selector": "a=b"}, PART),
    "k8s_dns": ("strategy", lambda name: {"service": "s", "application_name": name}, PART),
    "k8s_dnssrv": ("strategy", lambda name: {"service": "s", "namespace": "n", "application_name": name}, PART),
    "rancher": ("strategy", lambda name: {"node_basename": name}, PART),
    "ec2": ("strategy", lambda name: {"ec2_tagname": "t", "app_prefix": name}, PART),
    "consul": ("strategy", lambda name: {"service": {"name": "s"}, "list_using": ["agent"], "node_basename": name}, PART),
}


class NodeNames(Scenario):
    def check(self, what, name):
        kind, options, _ = OPTIONS[what]
        config = self.lab.config("app", ["b"])
        plugin = what.partition(",")[0]
        if kind == "connector":
            config["connectors"]["beam"] = {"plugin": plugin, "config": options(name)}
        else:
            config["topologies"]["t"].update(strategy=plugin, config=options(name))
        return self.lab.command("check", self.lab.write("check.json", config))

    def test_the_local_node_has_a_name_that_a_node_accepts(self):
        node = self.lab.beam("unnamed", renamable=True, flags=["+fnu"])
        node.ask("ok")
        for name in GOOD + BAD:
            codes = ",".join(str(ord(character)) for character in name)
            accepted = node.ask(f"""case catch net_kernel:start([list_to_atom([{codes}]), longnames]) of
                {{ok, _}} -> net_kernel:stop(), accepted;
                _ -> refused end""")
            self.assertEqual(accepted, "accepted" if name in GOOD else "refused", f"{name!r} by a node")
            checked = self.check("erlang", name)
            self.assertEqual(checked.returncode == 0, name in GOOD, f"{name!r} by kith check: {checked.stderr}")
            if name in BAD:
                self.assertIn(RULE, checked.stderr)
        # Longer than an atom can be.
        self.assertEqual(self.check("erlang", "app@" + 251 * "h").returncode, 0)
        self.assertIn(RULE, self.check("erlang", "app@" + 252 * "h").stderr)

    def test_every_option_that_takes_a_name(self):
        for what, (_, _, rule) in OPTIONS.items():
            with self.subTest(what):
                self.assertEqual(self.check(what, "app" if rule == PART else LOCAL).returncode, 0)
                for name in ("a b", "@127.0.0.1") if rule == ANY else ("k\u00f6ln", "a.b") if rule == PART else BAD:
                    checked = self.check(what, name)
                    self.assertNotEqual(checked.returncode, 0, name)
                    self.assertIn(rule, checked.stderr, name)

    def test_no_option_is_forgotten(self):
        plugins = json.loads(self.lab.command("plugins", PLUGINS, "--json").stdout)["plugins"]
        found = [plugin["id"] for plugin in plugins for _ in range(json.dumps(plugin["options"]).count('"x-kith-node-name"'))]
        self.assertEqual(sorted(found), sorted(what.partition(",")[0] for what in OPTIONS))


if __name__ == "__main__":
    main()
