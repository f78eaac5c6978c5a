# SPDX-License-Identifier: MIT
"""connect, disconnect and list_nodes by configuration: hidden links, and a module whose members are not Erlang nodes."""

from lab import Scenario, main
from waiting import PLUGINS, TEST_PLUGINS, wait_until

# A membership of its own, as Partisan would have one: its names are no Erlang nodes, and BEAM knows nothing of its links.
OVERLAY = r"""
-module(overlay).
-export([start/0, connect/1, disconnect/1, members/0, fail/1]).
start() ->
    Owner = spawn(fun() -> ets:new(overlay, [named_table, public, set]), receive stop -> ok end end),
    register(overlay_owner, Owner).
connect(Peer) -> ets:insert(overlay, {Peer}), true.
disconnect(Peer) -> ets:delete(overlay, Peer), true.
members() -> [Peer || {Peer} <- ets:tab2list(overlay)].
fail(_Peer) -> error(no_overlay_today).
"""


class OtherDistributions(Scenario):
    def test_hidden_connect_node(self):
        a, b = self.lab.beams("a", "b")
        kith = self.lab.kith(self.lab.config("a", ["b"], policy={"min_peers": 1}, connector={
            "connect": ["net_kernel", "hidden_connect_node", []],
            "disconnect": ["erlang", "disconnect_node", []],
            "list_nodes": ["erlang", "nodes", ["connected"]]}))
        kith.wait("link.up", peer=b.name)
        kith.wait("topology.ready")
        a.sees("b", which="hidden")
        self.assertEqual(a.nodes(), set())

    def node_with_overlay(self):
        a = self.lab.beam("a").ready()
        source = self.lab.write("overlay.erl", OVERLAY)
        a.ask(f'begin {{ok, overlay, Code}} = compile:file("{source}", [binary]), '
              f'{{module, overlay}} = code:load_binary(overlay, "overlay", Code), overlay:start() end')
        return a

    def members(self, node):
        return node.ask("lists:sort(overlay:members())")

    def config(self, peers, **policy):
        return self.lab.config("a", strategy="lines", strategy_config={"file": str(peers)},
                               dirs=[PLUGINS, TEST_PLUGINS], policy=policy,
                               connector={"connect": ["overlay", "connect", []], "disconnect": ["overlay", "disconnect", []],
                                          "list_nodes": ["overlay", "members", []]})

    def test_a_module_of_its_own(self):
        a = self.node_with_overlay()
        peers = self.lab.write("peers", "left-7\nright-8\nmiddle-9\n")
        kith = self.lab.kith(self.config(peers, prune="disconnect", grace=200, confirm=2, min_peers=3))
        kith.wait("topology.ready")
        self.assertEqual(self.members(a), "['left-7','middle-9','right-8']")
        self.assertEqual(a.nodes(), set())
        self.lab.write("peers", "left-7\nright-8\n")
        kith.wait("peer.lost", peer="middle-9")
        kith.wait("disconnect.succeeded", peer="middle-9")
        wait_until(lambda: self.members(a) == "['left-7','right-8']", "middle-9 is parted", describe=kith.tail)

    def test_a_module_that_fails(self):
        a = self.node_with_overlay()
        peers = self.lab.write("peers", "left-7\n")
        config = self.config(peers)
        config["connectors"]["beam"]["config"]["connect"] = ["overlay", "fail", []]
        kith = self.lab.kith(config)
        event = kith.wait("connect.failed", peer="left-7")
        self.reason_is_told(kith, event, "no_overlay_today")

    def test_the_lines_for_partisan_of_libcluster_are_recognised(self):
        config = self.lab.config("a", ["b"], connector={"connect": ["partisan_peer_service", "join", []],
                                                        "disconnect": [":partisan_peer_service", "leave", []],
                                                        "list_nodes": ["partisan", "members", []]})
        checked = self.lab.command("check", self.lab.write("partisan.json", config))
        self.assertEqual(checked.returncode, 0, checked.stderr)
        for option in ("connect", "disconnect", "list_nodes"):
            self.assertRegex(checked.stdout + checked.stderr, rf'{option}.*set "application": "partisan"')

    def test_a_module_that_is_not_there(self):
        self.lab.beam("a").ready()
        peers = self.lab.write("peers", "left-7\n")
        kith = self.lab.kith(self.config(peers))
        # Links cannot be listed, so nothing may be dialled, and it is said why.
        kith.wait_log(r"overlay")
        self.quiet(kith, 0.5, "connect.succeeded")


if __name__ == "__main__":
    main()
