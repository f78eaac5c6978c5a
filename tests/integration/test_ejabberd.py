# SPDX-License-Identifier: MIT
"""Real ejabberd in BEAM nodes: fresh ones join the one with data, and a killed one returns by itself."""

import glob
import os

from lab import Scenario, main
from prepared_server_paths import used
from waiting import wait_until

EBIN = sorted(glob.glob("/usr/lib/*/ejabberd-*/ebin"))

CONFIG = """
hosts: [localhost]
listen: []
loglevel: warning
auth_method: internal
modules: {mod_roster: {}, mod_private: {}}
"""


class Ejabberd(Scenario):
    def setUp(self):
        if not EBIN:
            self.skipTest("ejabberd is missing (Debian package ejabberd)")
        super().setUp()
        os.environ["EJABBERD_CONFIG_PATH"] = str(self.lab.write("ejabberd.yml", CONFIG))
        os.environ["EJABBERD_LOG_PATH"] = str(self.lab.dir / "ejabberd.log")

    def node(self, name):
        return self.lab.beam(name, flags=["-pa", EBIN[-1], "-mnesia", "dir", f'"{self.lab.dir}/mnesia-{name}"'])

    def serve(self, node):
        node.ready()
        answer = node.ask("application:ensure_all_started(ejabberd)")
        self.assertTrue(answer.startswith("{ok,"), answer)
        used("ejabberd")

    def users(self, node):
        return node.ask("length(ejabberd_auth:get_users(<<\"localhost\">>))")

    def test_a_fresh_node_joins_the_one_with_data_and_returns_by_itself(self):
        a, b = self.node("a"), self.node("b")
        for node in (a, b):
            self.serve(node)
        b.ask('ejabberd_auth:try_register(<<"bob">>, <<"localhost">>, <<"secret">>)')
        kiths = [self.lab.kith(self.lab.config(name, [other], connector={"application": "ejabberd"}, policy={"min_peers": 1}))
                 for name, other in ("ab", "ba")]
        for kith in kiths:
            kith.wait("topology.ready")
        self.assertEqual(self.users(a), "1")
        self.assertEqual(a.ask("length(ejabberd_cluster:get_nodes())"), "2")
        a.kill()
        kiths[1].wait("link.down", peer=a.name)
        after = kiths[1].last()
        a.start()
        self.serve(a)
        kiths[1].wait("link.up", after, peer=a.name)
        wait_until(lambda: self.users(a) == "1", "the user is still there")
        self.assertEqual(kiths[0].log().count("the node joins a cluster"), 1)


if __name__ == "__main__":
    main()
