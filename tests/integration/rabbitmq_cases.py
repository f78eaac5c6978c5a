# SPDX-License-Identifier: MIT
"""Cases of real RabbitMQ nodes: fresh ones form one cluster, and nothing that a node has is lost unless it is allowed. test_rabbitmq.py runs
them with the installed package, test_applications_of_debian13.py with that of Debian 13."""

import re

from joining_trials import JOIN, form_again_and_again, kill_kith_during_joins
from rabbitmq import Rabbits, is_missing
from waiting import PLUGINS, TEST_PLUGINS

QUEUE = "{resource, <<\"/\">>, queue, <<\"orders\">>}"


class RabbitMq:
    """A mixin; `root` is that of otp_releases.py."""

    def setUp(self):
        if is_missing(self.root):
            self.skipTest("RabbitMQ is missing (Debian package rabbitmq-server)")
        super().setUp()
        self.rabbits = Rabbits(self.lab, root=self.root)

    def config(self, node, others, connector=None, **policy):
        return self.lab.config(node, others, connector={"application": "rabbitmq", **(connector or {})},
                               policy={"min_peers": 1, **policy})

    def kiths(self, *names, **settings):
        return [self.lab.kith(self.config(name, [other for other in names if other != name], **settings)) for name in names]

    def declare(self, node):
        node.rpc(f"rabbit_amqqueue:declare({QUEUE}, true, false, [], none, <<\"test\">>)")

    def has_data(self, node):
        return node.rpc("rabbit_amqqueue:list_names()") == f"[{QUEUE.replace(' ', '')}]"

    def joins(self, *kiths):
        return sum(len(re.findall(JOIN, kith.log())) for kith in kiths)

    def test_fresh_nodes_join_the_one_with_data_and_a_killed_one_returns_by_itself(self):
        a, b, c = self.rabbits.nodes("a", "b", "c")
        self.declare(c)
        kiths = self.kiths("a", "b", "c", min_peers=2)
        for kith in kiths:
            kith.wait("topology.ready")
        a.wait_members(b, c)
        for node in (a, b, c):
            self.assertTrue(self.has_data(node), node.name)
            self.assertEqual(node.rpc("rabbit_networking:active_listeners()").count(f"'{node.name}'"), 2)
        for kith in kiths:
            self.assertEqual(kith.found("connect.failed"), [], kith.tail())
        joins = self.joins(*kiths)
        b.kill()
        kiths[0].wait("link.down", peer=b.name)
        b.start()
        kiths[0].wait("link.up", kiths[0].last(), peer=b.name)
        b.ready().wait_members(a, c)
        self.assertTrue(self.has_data(b))
        self.assertEqual(self.joins(*kiths), joins, "a member is not joined again")

    def test_two_nodes_with_data_are_not_merged_unless_it_is_allowed(self):
        a, b = self.rabbits.nodes("a", "b")
        self.declare(a)
        b.rpc("rabbit_auth_backend_internal:add_user(<<\"bob\">>, <<\"secret\">>, <<\"test\">>)")
        b.rpc("rabbit_vhost:add(<<\"shop\">>, <<\"test\">>)")
        ka, kb = self.kiths("a", "b")
        event = kb.wait("connect.failed", peer=a.name)
        self.reason_is_told(kb, event, f"{b.name} would lose 1 virtual host and 1 user by joining the cluster of {a.name}, which has 1 queue")
        self.assertEqual(b.members(), {b.name})
        kb.kill()
        kb = self.lab.kith(self.config("b", ["a"], connector={"allow_reset": True}))
        for kith in (ka, kb):
            kith.wait("topology.ready")
        a.wait_members(b)
        self.assertTrue(self.has_data(b))
        self.assertEqual(b.rpc("rabbit_vhost:list_names()"), "[<<\"/\">>]")

    def test_a_dead_member_is_removed_once_by_the_policy(self):
        a, b, c = self.rabbits.nodes("a", "b", "c")
        peers = self.lab.write("peers", "".join(f"{node.name}\n" for node in (a, b, c)))
        kiths = []
        for name in "abc":
            config = self.lab.config(name, strategy="lines", strategy_config={"file": str(peers)}, dirs=[PLUGINS, TEST_PLUGINS],
                                     connector={"application": "rabbitmq"},
                                     policy={"min_peers": 2, "prune": "disconnect", "grace": 200, "confirm": 2, "max_removal": 1})
            kiths.append(self.lab.kith(config))
        for kith in kiths:
            kith.wait("topology.ready")
        c.kill()
        kiths[2].kill()
        for kith in kiths[:2]:
            kith.wait("link.down", peer=c.name)
        self.assertEqual(a.members(), {a.name, b.name, c.name}, "a dead member stays one")
        self.lab.write("peers", f"{a.name}\n{b.name}\n")
        for kith in kiths[:2]:
            kith.wait("peer.lost", peer=c.name)  # the one beside `b` may find the member removed before it would disconnect it
        kiths[0].wait("disconnect.succeeded", peer=c.name)
        for node in (a, b):
            node.wait_members(a, b)
        self.assertEqual([kith.log().count("a member is removed from the cluster") for kith in kiths[:2]], [1, 0])

    def test_two_fresh_nodes_that_start_at_once_form_one_cluster(self):
        form_again_and_again(self, self.rabbits.nodes("a", "b"))

    def test_three_fresh_nodes_that_start_at_once_form_one_cluster(self):
        form_again_and_again(self, self.rabbits.nodes("a", "b", "c"), rounds=1)

    def test_a_join_survives_kith(self):
        kill_kith_during_joins(self, *self.rabbits.nodes("a", "b"), longest=2.5)

    # -- for joining_trials --

    def reset(self, nodes):
        self.rabbits.reset(nodes)

    def serve(self, nodes):
        self.rabbits.everywhere(nodes, "rabbit, start, []")

    def begin(self, node):
        self.rabbits.probe.ask(f"rpc:cast('{node.name}', rabbit, start, [])")

    def halt(self, node):
        node.rpc("rabbit:stop()")

    def is_serving(self, node):
        return node.rpc("rabbit:is_running()", fail=False) == "true"

    def wait_cluster(self, nodes):
        for node in nodes:
            node.wait_members(*nodes)

    def leave(self, node):
        for call in ("rabbit:stop()", "rabbit_mnesia:reset()", "rabbit:start()"):
            node.rpc(call)

    def joins_under_way(self, node):
        return node.rpc("erlang:whereis(kith_application_join)") != "undefined"
