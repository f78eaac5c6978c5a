# SPDX-License-Identifier: MIT
"""Strategies local_epmd and erlang_hosts, with a real EPMD and real nodes; and with hosts whose EPMD is invalid."""

import json
import re
import socket
import threading

from lab import Scenario, main
from waiting import HOST

QUICK = {"interval": 200}


class FakeEpmd:
    """Answers NAMES requests on its own address with the given lines; with None it accepts connections and sends nothing."""

    def __init__(self, lab, address, lines):
        self.lines = lines
        self._listener = socket.create_server((address, lab.epmd_port))
        self._mute = []
        threading.Thread(target=self._serve, daemon=True).start()
        lab.own(self.close)

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            if self.lines is None:
                self._mute.append(connection)
                continue
            with connection:
                connection.recv(3, socket.MSG_WAITALL)
                connection.sendall(b"\x00\x00\x11\x11" + self.lines)

    def close(self):
        try:
            self._listener.shutdown(socket.SHUT_RDWR)  # or it would listen until its accept returns
        except OSError:
            pass
        self._listener.close()
        for connection in self._mute:
            connection.close()


class LocalEpmd(Scenario):
    def config(self, node, **more):
        return self.lab.config(node, strategy="local_epmd", strategy_config={**QUICK, **more})

    def test_nodes_of_one_machine_find_each_other_and_heal(self):
        a, b = self.lab.beams("a", "b")
        kith = self.lab.kith(self.config("a", interval=500))
        a.sees("b")
        c, = self.lab.beams("c")
        a.sees("b", "c")
        kith.wait("peer.discovered", peer=c.name)
        mark = kith.last()
        b.kill()
        kith.wait("peer.missing", after=mark, peer=b.name)
        b.start()
        b.ready()
        a.sees("b", "c")
        self.assertEqual(kith.found("connect.started", peer=a.name), [], "the node was dialled by itself")

    def test_without_epmd_the_links_and_the_set_stay(self):
        a, b = self.lab.beams("a", "b")
        kith = self.lab.kith(self.config("a"))
        a.sees("b")
        mark = kith.last()
        self.lab.stop_epmd()
        failed = kith.wait("observation.failed", after=mark, reason=re.compile(r"^the connection to EPMD on 127\.0\.0\.1:\d+ is refused, and to \[::1\]:\d+, too: possibly "))
        kith.wait("topology.stale", after=mark)
        self.assertEqual(kith.found("peer.missing", after=mark), [])
        a.sees("b")
        self.lab.start_epmd()
        kith.wait("topology.fresh", after=failed["seq"])
        a.sees("b")

    def test_discover_looks_once_and_tells_why_it_cannot(self):
        self.lab.beams("a", "b")
        path = self.lab.write("local.json", self.config("a"))
        found = self.lab.command("discover", path, "--json")
        self.assertEqual(found.returncode, 0, found.stderr)
        peers = {peer["name"]: peer for peer in json.loads(found.stdout)["topologies"][0]["peers"]}
        self.assertEqual(set(peers), {f"a@{HOST}", f"b@{HOST}"})
        self.assertEqual(peers[f"b@{HOST}"]["attributes"]["host"], HOST)
        self.assertGreater(int(peers[f"b@{HOST}"]["attributes"]["port"]), 0)

        self.lab.stop_epmd()
        found = self.lab.command("discover", path, "--json")
        self.assertEqual(found.returncode, 3)
        self.assertRegex(json.loads(found.stdout)["topologies"][0]["reason"], "^the connection to EPMD on .* is refused")

    def test_an_epmd_that_is_none_is_shown(self):
        lab = self.lab
        lab.stop_epmd()
        FakeEpmd(lab, HOST, b"hello\n")
        found = lab.command("discover", lab.write("local.json", self.config("a")), "--json")
        self.assertEqual(found.returncode, 3)
        self.assertIn('line 1 of its reply is "hello"', json.loads(found.stdout)["topologies"][0]["reason"])

    def test_without_a_name_of_the_node_it_says_so_in_time(self):
        self.lab.beams("a")
        found = self.lab.command("discover", self.lab.write("local.json", self.config(None)), "--json")
        self.assertEqual(found.returncode, 3)
        self.assertIn("the local node's name is not known yet", json.loads(found.stdout)["topologies"][0]["reason"])


class ErlangHosts(Scenario):
    def config(self, node="a", file=None, **more):
        return self.lab.config(node, strategy="erlang_hosts",
                               strategy_config={**QUICK, "file": str(file or self.lab.dir / "hosts"), **more})

    def test_the_file_may_come_later_and_is_followed(self):
        lab = self.lab
        a, b, c = lab.beams("a", "b", "c")
        FakeEpmd(lab, "127.0.0.2", b"name x at port 9\n")
        kith = lab.kith(self.config())
        kith.wait("observation.failed", reason=re.compile("^there is no file with the hosts; searched for "))
        lab.write("hosts", f"% ours\n'{HOST}'.\n")
        a.sees("b", "c")
        mark = kith.last()
        lab.write("hosts", f"'{HOST}'. '127.0.0.2'.\n")
        kith.wait("peer.discovered", after=mark, peer="x@127.0.0.2")
        mark = kith.last()
        lab.write("hosts", f"'{HOST}'.\n")
        kith.wait("peer.lost", after=mark, peer="x@127.0.0.2", timeout=40)  # a fact: long before policy.grace
        a.sees("b", "c")

    def test_a_mistake_in_the_file_changes_nothing_but_the_news(self):
        lab = self.lab
        a, b = lab.beams("a", "b")
        lab.write("hosts", f"'{HOST}'.\n")
        kith = lab.kith(self.config())
        a.sees("b")
        mark = kith.last()
        path = lab.write("hosts", f"'{HOST}'.\nrenat.eua.\n")
        failed = kith.wait("observation.failed", after=mark, reason=re.compile(re.escape(f"{path}:2:6: expected a blank")))
        self.assertEqual(kith.found("peer.missing", after=mark), [])
        lab.write("hosts", f"'{HOST}'.\n")
        kith.wait("topology.fresh", after=failed["seq"])
        a.sees("b")

    def test_dead_and_mute_hosts_do_not_hold_up_the_others(self):
        lab = self.lab
        a, b = lab.beams("a", "b")
        FakeEpmd(lab, "127.0.0.2", None)
        fake = FakeEpmd(lab, "127.0.0.3", b"name x at port 9\n")
        lab.write("hosts", f"'127.0.0.2'. '127.0.0.3'. '127.0.0.4'. 'no.such.host.invalid'. '{HOST}'.\n")
        kith = lab.kith(self.config())
        kith.wait("peer.discovered", peer="x@127.0.0.3")
        a.sees("b")
        mark = kith.last()
        fake.close()
        c, = lab.beams("c")
        a.sees("b", "c")
        kith.wait_log("hosts could not be queried")
        self.assertEqual(kith.found("peer.missing", after=mark), [])
        self.assertEqual(kith.found("observation.failed"), [])

    def test_match_leaves_foreign_nodes_alone(self):
        lab = self.lab
        a, b = lab.beams("a", "b")
        other, = lab.beams("other")
        lab.write("hosts", f"'{HOST}'.\n")
        lab.kith(self.config(match="[ab]@*")).wait("topology.ready")
        a.sees("b")
        found = lab.command("discover", lab.write("hosts.json", self.config(match="[ab]@*")), "--json")
        self.assertEqual(found.returncode, 0, found.stderr)
        topology = json.loads(found.stdout)["topologies"][0]
        self.assertEqual({peer["name"] for peer in topology["peers"]}, {a.name, b.name})
        self.assertEqual(topology["left_out"], [{"items": 1, "reason": "it does not match the option match"}])
        self.assertEqual(other.nodes(), set())

    def test_the_file_in_home_is_found(self):
        lab = self.lab
        a, b = lab.beams("a", "b")
        home = lab.dir / f"home-{lab.cookie}"
        (home / ".hosts.erlang").write_text(f"'{HOST}'.\n")
        lab.kith(lab.config("a", strategy="erlang_hosts", strategy_config=QUICK))
        a.sees("b")


if __name__ == "__main__":
    main()
