# SPDX-License-Identifier: MIT
"""Nodes of several releases of OTP: the installed one, and those of the root directories that `tests/real/prepare otp` creates."""

from lab import main
from otp_releases import of_installed_release, of_mixed_releases, of_prepared_releases, restart_each
from waiting import free_port


class Forming:
    """The tests of each release; `root` is that of otp_releases.py."""

    def beams(self, *names, **settings):
        nodes = [self.lab.beam(name, root=self.root, **settings) for name in names]
        for node in nodes:
            node.ready()
        return nodes

    def drive(self, nodes, **connector):
        """Starts a kith process for each node, with all of them as peers."""
        hosts = [node.name for node in nodes]
        return [self.lab.kith(self.lab.config(node.name, hosts, connector=connector, policy={"min_peers": len(nodes) - 1}))
                for node in nodes]

    def formed(self, nodes, which="visible"):
        for node in nodes:
            node.sees(*(other.name for other in nodes if other is not node), which=which)

    def test_a_cluster_forms_and_heals(self):
        nodes = self.beams("a", "b", "c")
        kiths = self.drive(nodes)
        self.formed(nodes)
        for kith in kiths:
            kith.wait("topology.ready")
        mark = kiths[0].last()
        nodes[1].kill()
        kiths[0].wait("link.down", peer=nodes[1].name, after=mark)
        nodes[1].start()
        nodes[1].ready()
        kiths[0].wait("link.up", peer=nodes[1].name, after=mark)
        self.formed(nodes)

    def test_together_with_nodes_of_the_machine(self):
        nodes = self.beams("a", "b") + self.lab.beams("c", "d")
        self.drive(nodes)
        self.formed(nodes)

    def test_hidden_nodes(self):
        nodes = self.beams("a", "b", hidden=True)
        for kith in self.drive(nodes):
            kith.wait("topology.ready")
        self.formed(nodes, which="hidden")

    def test_ipv6(self):
        nodes = self.beams("a@::1", "b@::1", flags=["-proto_dist", "inet6_tcp"])
        for kith in self.drive(nodes):
            kith.wait("topology.ready")
        self.formed(nodes)

    def test_without_epmd(self):
        self.lab.stop_epmd()
        port = free_port()
        nodes = self.beams("a@127.0.0.2", "b@127.0.0.3", flags=["-erl_epmd_port", str(port)])
        for kith in self.drive(nodes, port=port):
            kith.wait("topology.ready")
        self.formed(nodes)

    def test_a_refused_cookie_is_told(self):
        a = self.beams("a")[0]
        b = self.beams("b", cookie="another")[0]
        kith = self.lab.kith(self.lab.config("a", ["b"]))
        self.assertRegex(kith.wait("connect.failed", peer=b.name)["reason"], "it is the cookie that is not accepted")
        self.assertEqual(a.nodes(), set())

    def test_a_host_of_letters_beyond_ascii(self):
        # Erlang has such names, and sends them in Latin-1; nobody has to resolve this one, for the driven node is reached by `address`.
        a = self.beams("a@l\u00f6calhost.example", flags=["+fnu"])[0]
        kith = self.lab.kith(self.lab.config(a.name, [], connector={"address": "127.0.0.1"}))
        self.assertEqual(kith.wait("connector.attached")["node"], a.name)


class Mixed:
    """Nodes of the installed release, and of the `roots` of others."""

    def test_one_cluster_of_several_releases(self):
        nodes = self.lab.beams("a", "b") + [self.lab.beam(f"c{number}", root=root).ready() for number, root in enumerate(self.roots)]
        names = [node.name for node in nodes]
        kiths = [self.lab.kith(self.lab.config(node.name, names, policy={"min_peers": len(nodes) - 1})) for node in nodes]
        self.formed(nodes)
        for kith in kiths:
            kith.wait("topology.ready")
        restart_each(nodes, kiths)
        self.formed(nodes)

    def formed(self, nodes):
        for node in nodes:
            node.sees(*(other.name for other in nodes if other is not node))


of_installed_release(globals(), Forming)
of_prepared_releases(globals(), Forming)
of_mixed_releases(globals(), Mixed)
del Forming, Mixed

if __name__ == "__main__":
    main()
