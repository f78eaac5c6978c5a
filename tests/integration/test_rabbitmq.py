# SPDX-License-Identifier: MIT
"""Real RabbitMQ nodes: fresh ones form one cluster, and nothing that a node has is lost unless it is allowed."""

import os
import random
import re
import subprocess
import sys
import time

from lab import Scenario, main
from rabbitmq import SERVER, Rabbits
from waiting import PLUGINS, TEST_PLUGINS, wait_until

QUEUE = "{resource, <<\"/\">>, queue, <<\"orders\">>}"


class RabbitMq(Scenario):
    def setUp(self):
        if not os.path.exists(SERVER):
            self.skipTest("RabbitMQ is missing (Debian package rabbitmq-server)")
        super().setUp()
        self.rabbits = Rabbits(self.lab)

    def config(self, node, others, connector=None, **policy):
        return self.lab.config(node, others, connector={"application": "rabbitmq", **(connector or {})},
                               policy={"min_peers": 1, **policy})

    def kiths(self, *names, **settings):
        return [self.lab.kith(self.config(name, [other for other in names if other != name], **settings)) for name in names]

    def declare(self, node):
        node.rpc(f"rabbit_amqqueue:declare({QUEUE}, true, false, [], none, <<\"test\">>)")

    def has_queue(self, node):
        return node.rpc("rabbit_amqqueue:list_names()") == f"[{QUEUE.replace(' ', '')}]"

    def joins(self, *kiths):
        return sum(len(re.findall(r"(?<!each time: )the node joins a cluster", kith.log())) for kith in kiths)

    def test_fresh_nodes_join_the_one_with_data_and_a_killed_one_returns_by_itself(self):
        a, b, c = self.rabbits.nodes("a", "b", "c")
        self.declare(c)
        kiths = self.kiths("a", "b", "c", min_peers=2)
        for kith in kiths:
            kith.wait("topology.ready")
        a.wait_members(b, c)
        for node in (a, b, c):
            self.assertTrue(self.has_queue(node), node.name)
            self.assertEqual(node.rpc("rabbit_networking:active_listeners()").count(f"'{node.name}'"), 2)
        for kith in kiths:
            self.assertEqual(kith.found("connect.failed"), [], kith.tail())
        joins = self.joins(*kiths)
        b.kill()
        kiths[0].wait("link.down", peer=b.name)
        b.start()
        kiths[0].wait("link.up", kiths[0].last(), peer=b.name)
        b.ready().wait_members(a, c)
        self.assertTrue(self.has_queue(b))
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
        self.assertTrue(self.has_queue(b))
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
            kith.wait("disconnect.succeeded", peer=c.name)
        self.assertEqual(a.members(), {a.name, b.name})
        self.assertEqual([kith.log().count("a member is removed from the cluster") for kith in kiths[:2]], [1, 0])

    def test_a_join_survives_kith(self):
        """However kith ends during the join, RabbitMQ runs again, and the next kith completes what is to be done."""
        a, b = self.rabbits.nodes("a", "b")
        moments = int(os.environ.get("KITH_MOMENTS", "4"))
        seed = int(os.environ.get("KITH_SEED", random.randrange(1 << 32)))
        print(f"KITH_SEED={seed}", file=sys.stderr)
        draw = random.Random(seed)
        self.declare(a)
        for moment in range(moments):
            ka, kb = self.kiths("a", "b")
            kb.wait_log("the node joins a cluster")
            time.sleep(draw.uniform(0, 2.5))
            kb.kill()
            b.ready()
            wait_until(lambda: b.rpc("erlang:whereis(kith_application_join)") == "undefined", "the join has ended")
            kb = self.lab.kith(self.config("b", ["a"]))
            kb.wait("topology.ready")
            a.wait_members(b)
            self.assertTrue(self.has_queue(b))
            ka.kill()
            kb.kill()
            if moment + 1 < moments:
                b.rpc("rabbit:stop()")
                b.rpc("rabbit_mnesia:reset()")
                b.rpc("rabbit:start()")
                self.assertEqual(a.members(), {a.name})


if __name__ == "__main__":
    main()
