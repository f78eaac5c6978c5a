# SPDX-License-Identifier: MIT
"""Accuracy of reasons: each cause is produced with real nodes, and the reason names it; it names the cookie only if the cookie is the
cause."""

import re
import shutil
import statistics
import subprocess
import unittest

from lab import Lab, Scenario, main
from prepared_server_paths import used
from waiting import PATIENCE, free_port, wait_until


class Reasons(Scenario):
    def failed(self, kith, peer, pattern, **fields):
        event = kith.wait("connect.failed", peer=peer, **fields)
        self.assertRegex(event["reason"], pattern)
        if "cookie" not in pattern:
            self.assertNotIn("cookie", event["reason"])
        return event

    def check(self, config):
        return self.lab.command("check", self.lab.write("check.json", config))

    def test_a_long_name_and_a_short_one(self):
        long_named = self.lab.beam("a").ready()
        short_named = self.lab.beam("sp@localhost", short_names=True).ready()
        config = self.lab.config("a", ["sp@localhost"])
        kith = self.lab.kith(config)
        self.failed(kith, "sp@localhost", "a@127.0.0.1 has a long name .* localhost in sp@localhost is a short one")
        self.assertRegex(self.check(config).stderr, r"sp@localhost is a short name .* a@127.0.0.1 has a long one")
        self.assertNotIn("hostname", long_named.said().lower(), "the node was asked all the same, and logged it")
        other = self.lab.kith(self.lab.config("sp@localhost", ["a"]))
        self.failed(other, long_named.name, "sp@localhost has a short name .* 127.0.0.1 in a@127.0.0.1 is a long one")
        self.assertEqual(short_named.nodes(), set())

    def test_a_node_with_one_port_for_every_peer(self):
        port = free_port()
        self.lab.beam("a", flags=["-erl_epmd_port", str(port)]).ready()
        b = self.lab.beam("b@127.0.0.2").ready()
        kith = self.lab.kith(self.lab.config("a", [b.name], connector={"port": port}))
        event = kith.wait("connect.failed", peer=b.name)
        self.assertRegex(event["reason"], f"nobody listens on 127.0.0.2:{port}, the one port at which a@127.0.0.1 looks for every peer")
        self.assertNotIn("cookie", event["reason"])

    def test_a_name_of_ipv6_and_a_node_of_ipv4(self):
        self.lab.beam("a").ready()
        self.lab.beam("b@::1", flags=["-proto_dist", "inet6_tcp"]).ready()
        kith = self.lab.kith(self.lab.config("a", ["b@::1", "c@ip6-only.invalid"]))
        self.failed(kith, "b@::1", "the name has an IPv6 address, and a@127.0.0.1 speaks IPv4 alone")
        self.failed(kith, "c@ip6-only.invalid", r"the host name ip6-only.invalid does not resolve in a@127.0.0.1 \(nxdomain\)")

    def test_a_cookie_that_is_good_is_not_blamed(self):
        a, b = self.lab.beams("a", "b")
        self.assertEqual(b.ask("erlang:set_cookie('a@127.0.0.1', another)"), "true")
        kith = self.lab.kith(self.lab.config("a", ["b"]))
        event = kith.wait("connect.failed", peer=b.name)
        self.assertRegex(event["reason"], "lets kith itself in with the same cookie, .* Possibly one of the nodes has another cookie set")
        self.assertEqual(a.nodes(), set())
        wait_until(lambda: len(kith.found("connect.failed")) >= 10, "ten attempts", describe=kith.tail)
        self.assertEqual(b.reports(), 2, b.said())

    def test_a_refused_cookie_is_two_lines_a_minute(self):
        self.lab.beam("a").ready()
        b = self.lab.beam("b", cookie="another").ready()
        kith = self.lab.kith(self.lab.config("a", ["b"]))
        self.failed(kith, b.name, "it is the cookie that is not accepted")
        wait_until(lambda: len(kith.found("connect.failed")) >= 10, "ten attempts", describe=kith.tail)
        self.assertEqual(b.reports(), 2, b.said())

    def test_one_list_of_cookies_on_both_sides(self):
        a = self.lab.beam("a", cookie="AAA").ready()
        b = self.lab.beam("b", cookie="BBB").ready()
        cookies = {"peer_cookies": {a.name: "AAA", b.name: "BBB"}}
        kiths = [self.lab.kith(self.lab.config(node.name, [a.name, b.name], connector=cookies), cookie=node.cookie) for node in (a, b)]
        a.sees("b")
        for kith, peer in zip(kiths, (b, a)):
            kith.wait("link.up", peer=peer.name)

    def test_a_node_that_speaks_tls(self):
        if not (self.lab.beam("x", distributed=False).ready().ask("code:which(ssl)") != "non_existing" and shutil.which("openssl")):
            self.skipTest("OTP has no ssl here (Debian package erlang-ssl), or there is no openssl")
        pem = self.lab.dir / "node.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", pem, "-out", self.lab.dir / "cert.pem",
                        "-subj", "/CN=127.0.0.1"], check=True, capture_output=True)
        pem.write_text(pem.read_text() + (self.lab.dir / "cert.pem").read_text())
        options = self.lab.write("ssl.conf", f'[{{server,[{{certfile,"{pem}"}}]}},{{client,[{{verify,verify_none}}]}}].')
        flags = ["-proto_dist", "inet_tls", "-ssl_dist_optfile", str(options)]
        self.lab.beam("a").ready()
        b = self.lab.beam("b", flags=flags).ready()
        kith = self.lab.kith(self.lab.config("a", ["b"]))
        self.failed(kith, b.name, "speaks TLS, as a node with -proto_dist inet_tls does; a@127.0.0.1 speaks plain TCP")
        # A peer that speaks plain TCP cannot be reached from a node that speaks TLS.
        driven = self.lab.kith(self.lab.config("b", ["a"]))
        self.assertRegex(driven.wait("connector.detached")["reason"], "speaks TLS")
        lines = len(re.findall("TLS server", b.said()))
        self.unchanged(4, lambda: len(re.findall("TLS server", b.said())) <= lines + 1, True, "each attempt is a NOTICE in its log")

    def test_a_verdict_comes_soon(self):
        """For a reachable host: the time of a complete failed connect, of which the probe takes most."""
        self.lab.beam("a").ready()
        self.lab.beam("b", cookie="another").ready()
        self.lab.beam("c").ready().ask("erlang:set_cookie('a@127.0.0.1', another)")
        peers = ["b@127.0.0.1", "c@127.0.0.1", "down@127.0.0.1"]
        times = {peer: [] for peer in peers}
        for _ in range(5):
            kith = self.lab.kith(self.lab.config("a", peers))
            for peer in peers:
                times[peer].append(kith.wait("connect.failed", peer=peer)["duration_ms"])
            kith.kill()
        medians = {peer: statistics.median(each) for peer, each in times.items()}
        print("verdict, median of 5 in ms:", medians)
        self.assertLess(max(medians.values()), 150)


class NodesThatAreNotDriven(Scenario):
    def test_a_node_that_does_not_listen(self):
        self.lab.beam("a", flags=["-dist_listen", "false"]).ready()
        kith = self.lab.kith(self.lab.config("a", ["b"]))
        self.assertRegex(kith.wait("connector.detached")["reason"], "or does not listen")
        kith.wait("connector.detached", reason=re.compile("it was never listed since kith started, so if it runs it does not listen"))
        args = self.lab.write("vm.args", "-name a@127.0.0.1\n-dist_listen false\n")
        told = self.lab.kith(self.lab.config("a", ["b"]), RELEASE_VM_ARGS=str(args))
        self.assertRegex(told.wait("connector.detached")["reason"], "vm.args has -dist_listen false: .* cannot be driven")

    def test_foreign_nodes_are_not_offered_without_a_word(self):
        self.lab.beams("b", "c")
        kith = self.lab.kith(self.lab.config(hosts=["b", "c"]))
        self.assertRegex(kith.wait("connector.detached")["reason"],
                         "set option node to the one to drive; a node that does not listen .* is not listed, and cannot be driven")


class WithoutEpmd(Scenario):
    def setUp(self):
        self.lab = Lab(epmd=False)
        self.lab.epmd_port = free_port()  # nobody listens there, and on the usual one somebody may
        self.addCleanup(self.lab.close)
        self.port = free_port()

    def beam(self, name):
        return self.lab.beam(name, flags=["-erl_epmd_port", str(self.port)]).ready()

    def test_what_the_vm_args_of_a_release_say(self):
        args = self.lab.write("vm.args", f"## no EPMD\n-start_epmd false\n-erl_epmd_port {self.port}\n")
        a, b = self.beam("a@127.0.0.2"), self.beam("b@127.0.0.3")
        kith = self.lab.kith(self.lab.config(a.name, [b.name, "down@127.0.0.4"]), RELEASE_VM_ARGS=str(args))
        kith.wait("link.up", peer=b.name)
        event = kith.wait("connect.failed", peer="down@127.0.0.4")
        self.assertRegex(event["reason"], f"nobody listens on 127.0.0.4:{self.port}, the one port at which a@127.0.0.2 looks for every peer")
        self.assertNotIn("EPMD on", event["reason"])

    def test_without_a_port_it_is_not_said_to_be_down(self):
        self.beam("a@127.0.0.2")
        kith = self.lab.kith(self.lab.config("a@127.0.0.2", []))
        reason = kith.wait("connector.detached")["reason"]
        self.assertRegex(reason, "is down, runs without EPMD .then option port must be its distribution port.")

    def test_such_a_node_registers_when_an_epmd_runs(self):
        self.lab.start_epmd()
        a = self.beam("a")
        kith = self.lab.kith(self.lab.config("a", []))
        self.assertEqual(kith.wait("connector.attached")["node"], a.name)


class Tools(Scenario):
    @unittest.skipIf(shutil.which("erl_call") is None, "there is no erl_call")
    def test_erl_call_is_no_peer(self):
        a = self.lab.beam("a").ready()
        b = self.lab.beam("b").ready()
        kith = self.lab.kith(self.lab.config("a", ["b"]))
        kith.wait("link.up", peer=b.name)
        for _ in range(3):
            done = subprocess.run(["erl_call", "-name", a.name, "-c", self.lab.cookie, "-a", "erlang node"], env=self.lab.environment(),
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE)
            self.assertEqual(done.stdout.strip("'"), a.name, done.stderr)
        used("erl_call")
        wait_until(lambda: int(a.ask("length(Seen)")) >= 8, "the node has seen them come and go", describe=lambda: a.ask("Seen"))
        self.quiet(kith, 0.5, "link.down")
        self.assertEqual([event["peer"] for event in kith.found("link.up")], [b.name])

    def test_a_node_with_a_dynamic_name_is_no_peer(self):
        # As a remote shell has it that is given no name; it connects to a node with a short name alone.
        a = self.lab.beam("a@localhost", short_names=True).ready()
        kith = self.lab.kith(self.lab.config(a.name, []))
        kith.wait("connector.attached")
        shell = self.lab.beam("shell", distributed=False, hidden=True, flags=["-sname", "undefined", "-hidden"]).ready()
        self.assertEqual(shell.ask(f"net_kernel:connect_node('{a.name}')"), "true")
        self.assertRegex(shell.ask("node()"), "^'[0-9A-Z]{9,13}@")
        wait_until(lambda: re.search("'[0-9A-Z]{9,13}@", a.ask("nodes(hidden)")), "the node has seen it")
        self.quiet(kith, 0.5, "link.up")

    def test_command_lines_of_rabbitmq_and_remote_shells_are_no_peers(self):
        a = self.lab.beam("a").ready()
        kith = self.lab.kith(self.lab.config("a", []))
        kith.wait("connector.attached")
        tools = [self.lab.beam(name, hidden=True) for name in ("rabbitmqcli-991-a", "rem-3f2a-a", "remsh3f2a-a")]
        for tool in tools:
            self.assertEqual(tool.ready().ask(f"net_kernel:connect_node('{a.name}')"), "true")
            tool.kill()
        wait_until(lambda: int(a.ask("length([N || {down, N} <- Seen])")) >= len(tools), "the node has seen them come and go")
        self.lab.beam("peer", hidden=True).ready().ask(f"net_kernel:connect_node('{a.name}')")
        kith.wait("link.up", peer="peer@127.0.0.1")
        self.assertEqual([event["peer"] for event in kith.found("link.up")], ["peer@127.0.0.1"])
        self.assertEqual(kith.found("link.down"), [])

    def test_what_the_option_names_is_no_peer(self):
        a = self.lab.beam("a").ready()
        kith = self.lab.kith(self.lab.config("a", [], connector={"ignore": ["check-*@*"]}))
        kith.wait("connector.attached")
        self.lab.beam("check-1", hidden=True).ready().ask(f"net_kernel:connect_node('{a.name}')")
        self.lab.beam("other", hidden=True).ready().ask(f"net_kernel:connect_node('{a.name}')")
        kith.wait("link.up", peer="other@127.0.0.1")
        self.assertEqual([event["peer"] for event in kith.found("link.up")], ["other@127.0.0.1"])


class TickTimes(Scenario):
    def test_different_tick_times(self):
        impatient = self.lab.beam("a", flags=["-kernel", "net_ticktime", "2"]).ready()
        usual = self.lab.beam("b").ready()
        kiths = [self.lab.kith(self.lab.config(node.short, ["a", "b"], policy={"min_peers": 1})) for node in (impatient, usual)]
        hints = (r"a@127.0.0.1 had heard nothing of it in its net_ticktime of 2 s: possibly b@127.0.0.1 has a longer one",
                 r"possibly the net_ticktime of a@127.0.0.1 is shorter than that of b@127.0.0.1, 60 s")
        for kith, hint in zip(kiths, hints):
            kith.wait("link.down", reason=re.compile(hint))
            wait_until(lambda: len(kith.found("link.down")) >= 5, "five links were lost", describe=kith.tail)
            self.assertLessEqual(len(kith.found("topology.ready")), 2, kith.tail())


if __name__ == "__main__":
    main()
