# SPDX-License-Identifier: MIT
"""Cases of real ejabberd in BEAM nodes: fresh ones join the one with data, and a killed one returns by itself. test_ejabberd.py runs them with
the installed package, test_applications_of_debian13.py with that of Debian 13."""

import re

from ejabberd import Servers, code_path
from joining_trials import JOIN, form_again_and_again, kill_kith_during_joins
from waiting import wait_until


class Ejabberd:
    """A mixin; `root` is that of otp_releases.py."""

    def setUp(self):
        if not code_path(self.root):
            self.skipTest("ejabberd is missing (Debian package ejabberd)")
        super().setUp()
        self.servers = Servers(self.lab, root=self.root)

    def config(self, node, others):
        return self.lab.config(node, others, connector={"application": "ejabberd"}, policy={"min_peers": 1})

    def pair(self):
        return [self.servers.node("a"), self.servers.node("b")]

    def test_a_fresh_node_joins_the_one_with_data_and_returns_by_itself(self):
        a, b = self.pair()
        self.serve([a, b])
        self.declare(b)
        kiths = [self.lab.kith(self.config(name, [other])) for name, other in ("ab", "ba")]
        for kith in kiths:
            kith.wait("topology.ready")
        self.assertTrue(self.has_data(a))
        self.assertEqual(a.ask("length(ejabberd_cluster:get_nodes())"), "2")
        a.kill()
        kiths[1].wait("link.down", peer=a.name)
        after = kiths[1].last()
        a.start()
        self.serve([a])
        kiths[1].wait("link.up", after, peer=a.name)
        wait_until(lambda: self.has_data(a), "the user is still there")
        self.assertEqual(kiths[0].log().count("the node joins a cluster"), 1)

    def test_one_that_is_still_starting_does_not_join(self):
        servers = Servers(self.lab, slow=True, root=self.root)
        a, b = servers.node("a"), servers.node("b")
        for node in (a, b):
            node.ready()
            servers.begin(node)
        servers.finish(a)
        wait_until(lambda: servers.is_serving(a), "a runs")
        kiths = [self.lab.kith(self.config(name, [other])) for name, other in ("ab", "ba")]
        for kith in kiths:
            kith.wait("connect.started")
        wait_until(lambda: b.ask("whereis(mod_slow)") != "undefined", "b is starting")
        self.unchanged(3, lambda: [re.findall(JOIN, kith.log()) for kith in kiths], [[], []], "no join")
        servers.finish(b)
        wait_until(lambda: re.search(JOIN, kiths[1].log()), "b joins")
        servers.finish(b)  # ejabberd is started again at the end of the join
        for kith in kiths:
            kith.wait("topology.ready")
        servers.wait_cluster([a, b])

    def test_two_fresh_nodes_that_start_at_once_form_one_cluster(self):
        form_again_and_again(self, self.pair())

    def test_a_join_survives_kith(self):
        kill_kith_during_joins(self, *self.pair(), longest=1)

    # -- for joining_trials --

    def serve(self, nodes):
        self.servers.serve(nodes)

    def reset(self, nodes):
        for node in nodes:
            node.ready()
            wait_until(lambda n=node: not self.joins_under_way(n), f"the join has ended in {node.name}")
        self.servers.reset(nodes)

    def begin(self, node):
        self.servers.begin(node)

    def halt(self, node):
        self.servers.halt(node)

    def is_serving(self, node):
        return self.servers.is_serving(node)

    def declare(self, node):
        # Another user each time: ejabberd's cache outlives its tables.
        answer = node.ask(f'ejabberd_auth:try_register(<<"user{self.lab.number()}">>, <<"localhost">>, <<"secret">>)')
        self.assertEqual((answer, self.has_data(node)), ("ok", True))

    def has_data(self, node):
        return node.ask("mnesia:table_info(passwd, size)") == "1"

    def wait_cluster(self, nodes):
        self.servers.wait_cluster(nodes)

    def leave(self, node):
        self.servers.reset([node])
        for other in self.servers.nodes:
            if other is not node:
                other.ask(f"mnesia:del_table_copy(schema, '{node.name}')")
        self.serve([node])

    def joins_under_way(self, node):
        return node.ask("whereis(kith_application_join)") != "undefined"
