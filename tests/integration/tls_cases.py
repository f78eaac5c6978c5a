# SPDX-License-Identifier: MIT
"""Cases of nodes with -proto_dist inet_tls: kith drives them, and reports what it has seen when it cannot. test_tls.py runs them with the
installed release of OTP, test_tls_otp_releases.py with others."""

import pathlib
import re
import subprocess

from authority import Authority
from lab import HOST
from otp_releases import restart_each
from waiting import free_port, wait_until

HERE = f"DNS:{HOST},IP:{HOST}"


class TlsLab:
    """A mixin; `root` is that of otp_releases.py."""

    def setUp(self):
        super().setUp()
        (self.lab.dir / "ours").mkdir()
        (self.lab.dir / "theirs").mkdir()
        self.ca, self.strangers = Authority(self.lab.dir / "ours"), Authority(self.lab.dir / "theirs", "strangers")
        self.node = self.ca.certify("node", "/CN=node", HERE, "serverAuth,clientAuth")

    def optfile(self, name="dist.conf", identity=None, authority=None, more=""):
        """What -ssl_dist_optfile names: both sides show a certificate, and want one. more: options of both, each with a comma before it."""
        crt, key = identity or self.node
        options = f'[{{certfile,"{crt}"}},{{keyfile,"{key}"}},{{cacertfile,"{(authority or self.ca).crt}"}},{{verify,verify_peer}}{more}'
        return self.lab.write(name, f"[{{server,{options},{{fail_if_no_peer_cert,true}}]}},\n {{client,{options}]}}].\n")

    def expired(self):
        crt, key, request, more = (self.lab.dir / f"old.{end}" for end in ("crt", "key", "csr", "ext"))
        more.write_text(f"subjectAltName={HERE}\n")
        for command in (["req", "-new", "-config", self.ca.dir / "openssl.cnf", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                         "-nodes", "-keyout", key, "-out", request, "-subj", "/CN=old"],
                        ["x509", "-req", "-in", request, "-CA", self.ca.crt, "-CAkey", self.ca.key, "-days", "-1", "-extfile", more, "-out", crt]):
            subprocess.run(["openssl", *command], check=True, stdin=subprocess.DEVNULL, capture_output=True)
        return crt, key

    def flags(self, optfile=None, carrier="inet_tls"):
        return ["-proto_dist", carrier, "-ssl_dist_optfile", str(optfile or self.optfile())]

    def beams(self, *names, optfile=None, carrier="inet_tls", flags=(), **settings):
        return self.plain_beams(*names, flags=[*self.flags(optfile, carrier), *flags], **settings)

    def plain_beams(self, *names, **settings):
        return self.lab.beams(*names, root=self.root, **settings)

    def files(self, **changes):
        """Option tls, by files."""
        crt, key = self.node
        options = {"cacertfile": self.ca.crt, "certfile": crt, "keyfile": key, **changes}
        return {name: value if isinstance(value, bool) else str(value) for name, value in options.items()}

    def drive(self, node, others=(), tls=None, options=None, **policy):
        connector = {**(options or {}), **({} if tls is False else {"tls": tls or self.files()})}
        return self.lab.kith(self.lab.config(node.short, [one.short for one in others or [node]], connector=connector, policy=policy))

    def fails(self, kith, peer, pattern):
        """Not with the first attempt: a node takes seconds for its first handshake on a busy machine, which the reason says then."""
        self.reason_is_told(kith, kith.wait("connect.failed", peer=peer.name, reason=re.compile(pattern)), pattern)

    def formed(self, nodes, which="visible"):
        for node in nodes:
            node.sees(*(other.short for other in nodes if other is not node), which=which)


class Forming(TlsLab):
    def test_three_form_and_heal(self):
        nodes = self.beams("a", "b", "c")
        kiths = [self.drive(node, nodes, min_peers=2) for node in nodes]
        self.formed(nodes)
        for kith in kiths:
            kith.wait("topology.ready")
        marks = [kith.last() for kith in kiths]
        nodes[1].kill()
        kiths[0].wait("link.down", peer=nodes[1].name, after=marks[0])
        kiths[1].wait("connector.detached", after=marks[1])
        nodes[1].start()
        nodes[1].ready()
        kiths[1].wait("connector.attached", after=marks[1])
        kiths[0].wait("link.up", peer=nodes[1].name, after=marks[0])
        self.formed(nodes)
        maps = pathlib.Path(f"/proc/{kiths[0].pid}/maps").read_text()
        self.assertIn("libkith_tls.so", maps)

    def test_a_pair_by_the_nodes_own_optfile(self):
        optfile = self.optfile()
        nodes = self.beams("a", "b", optfile=optfile)
        kith = self.drive(nodes[0], nodes, tls={"optfile": str(optfile)})
        kith.wait("topology.ready")
        self.formed(nodes)

    def test_hidden_nodes(self):
        nodes = self.beams("a", "b", hidden=True)
        for node in nodes:
            self.drive(node, nodes, min_peers=1).wait("topology.ready")
        self.formed(nodes, which="hidden")

    def test_ipv6(self):
        # OTP 25 compares the address with the DNS names of a certificate only, later releases with its IP addresses.
        identity = self.ca.certify("six", "/CN=six", "IP:::1,DNS:::1", "serverAuth,clientAuth")
        nodes = self.beams("a@::1", "b@::1", optfile=self.optfile("six.conf", identity), carrier="inet6_tls")
        for node in nodes:
            self.drive(node, nodes, tls=self.files(certfile=identity[0], keyfile=identity[1]), min_peers=1).wait("topology.ready")
        self.formed(nodes)

    def test_without_epmd(self):
        self.lab.stop_epmd()
        port = free_port()
        identity = self.ca.certify("two", "/CN=two", "IP:127.0.0.2,IP:127.0.0.3,DNS:127.0.0.2,DNS:127.0.0.3", "serverAuth,clientAuth")
        nodes = self.beams("a@127.0.0.2", "b@127.0.0.3", optfile=self.optfile("two.conf", identity), flags=["-erl_epmd_port", str(port)])
        for node in nodes:
            self.drive(node, nodes, options={"port": port}, min_peers=1).wait("topology.ready")
        self.formed(nodes)

    def test_files_are_replaced_while_it_runs(self):
        [a] = self.beams("a")
        crt, key = self.lab.dir / "kith.crt", self.lab.dir / "kith.key"
        for source, to in zip(self.strangers.certify("kith", "/CN=kith", HERE), (crt, key)):
            to.write_bytes(source.read_bytes())
        kith = self.drive(a, tls=self.files(certfile=crt, keyfile=key))
        refused = "the other side does not accept our certificate .*unknown ca"
        self.reason_is_told(kith, kith.wait("connector.detached", reason=re.compile(refused)), refused)
        for source, to in zip(self.node, (crt, key)):
            fresh = to.with_suffix(".new")
            fresh.write_bytes(source.read_bytes())
            fresh.rename(to)
        kith.wait("connector.attached", timeout=90)  # what refused is tried after half a minute
        # A link that stands is not concerned; the next one shows what the files hold then.
        key.unlink()
        mark = kith.last()
        a.kill()
        a.start()
        a.ready()
        kith.wait_log("option tls: .*kith.key")
        key.write_bytes(self.node[1].read_bytes())
        kith.wait("connector.attached", after=mark)


class Mixed(TlsLab):
    """Nodes of the installed release, and of the `roots` of others."""

    root = None

    def test_one_cluster_of_several_releases(self):
        optfile = self.optfile()
        nodes = self.beams("a", optfile=optfile)
        nodes += [self.lab.beam(f"b{number}", root=root, flags=self.flags(optfile)).ready() for number, root in enumerate(self.roots)]
        kiths = [self.drive(node, nodes, min_peers=len(nodes) - 1) for node in nodes]
        self.formed(nodes)
        for kith in kiths:
            kith.wait("topology.ready")
        restart_each(nodes, kiths)
        self.formed(nodes)


class Refused(TlsLab):
    def detached(self, pattern, kith):
        """Not with the first attempt, see `fails`."""
        self.reason_is_told(kith, kith.wait("connector.detached", reason=re.compile(pattern)), pattern)

    def test_an_authority_that_we_do_not_trust(self):
        [a] = self.beams("a")
        self.detached("the authority CN=kith test ca, at which the chain of the other side ends, is none that we trust",
                      self.drive(a, tls=self.files(cacertfile=self.strangers.crt)))

    def test_a_certificate_that_has_expired(self):
        [a] = self.beams("a", optfile=self.optfile(identity=self.expired()))
        self.detached("the certificate CN=old of the other side has expired .it was valid until", self.drive(a))

    def test_a_certificate_of_another_host(self):
        other = self.ca.certify("other", "/CN=other", "DNS:other.example", "serverAuth,clientAuth")
        [a] = self.beams("a", optfile=self.optfile(identity=other))
        self.detached(f"its certificate is for other, other.example, and not for {HOST}, the host part of its name", self.drive(a))
        self.drive(a, tls=self.files(verify_name=False)).wait("connector.attached")

    def test_a_node_that_wants_our_certificate(self):
        [a] = self.beams("a")
        self.detached("the other side requires a client certificate", self.drive(a, tls={"cacertfile": str(self.ca.crt)}))

    def test_plain_kith_and_a_tls_node(self):
        [a] = self.beams("a")
        self.detached("speaks TLS, as a node with -proto_dist inet_tls does: option tls must name", self.drive(a, tls=False))

    def test_tls_kith_and_a_plain_node(self):
        [a] = self.plain_beams("a")
        self.detached("a@127.0.0.1 on 127.0.0.1:[0-9]+ speaks plain TCP, and option tls is set", self.drive(a))

    def test_tls_1_3_alone(self):
        [a] = self.beams("a")
        release = a.ask("list_to_integer(erlang:system_info(otp_release))")
        kith = self.drive(a, tls=self.files(min_version="1.3"))
        if int(release) <= 27:
            self.detached("possibly the node speaks TLS 1.2, as up to OTP 27 it does unless its options list 'tlsv1.3'", kith)
        else:
            kith.wait("connector.attached")

    def test_an_ed25519_key(self):
        edward = self.ca.certify("edward", "/CN=edward", HERE, "serverAuth,clientAuth", kind=("ed25519",))
        [a] = self.beams("a", optfile=self.optfile("default.conf", edward))
        kith = self.drive(a)
        if int(a.ask("list_to_integer(erlang:system_info(otp_release))")) <= 27:
            self.detached("possibly its certificate has an Ed25519 key, which OTP uses in TLS 1.3 only, and up to OTP 27 its options must list", kith)
        else:
            kith.wait("connector.attached")
        newest = self.optfile("newest.conf", edward, more=",{versions,['tlsv1.3']}")
        nodes = self.beams("b", "c", optfile=newest)
        self.drive(nodes[0], nodes, tls={"optfile": str(newest)}).wait("topology.ready")
        self.formed(nodes)


class Peers(TlsLab):
    def test_why_a_peer_is_not_joined(self):
        other = self.ca.certify("other", "/CN=other", "DNS:other.example", "serverAuth,clientAuth")
        strange = self.strangers.certify("strange", "/CN=strange", HERE, "serverAuth,clientAuth")
        [a] = self.beams("a")
        [b] = self.beams("b", optfile=self.optfile("b.conf", other))
        [c] = self.beams("c", optfile=self.optfile("c.conf", strange, self.strangers))
        [d] = self.plain_beams("d")
        kith = self.drive(a, [b, c, d])
        self.fails(kith, b, f"its certificate is for other, other.example, and not for {HOST}")
        self.fails(kith, c, "the authority CN=kith test strangers, at which the chain of the other side ends, is none that we trust")
        self.fails(kith, d, "d@127.0.0.1 on 127.0.0.1:[0-9]+ speaks plain TCP, and a@127.0.0.1 TLS")


    def test_a_refusal_is_two_lines_a_minute_in_a_log(self):
        strange = self.strangers.certify("strange", "/CN=strange", HERE, "serverAuth,clientAuth")
        [a] = self.beams("a")
        [c] = self.beams("c", optfile=self.optfile("c.conf", strange, self.strangers))
        [d] = self.plain_beams("d")
        for peer in (c, d):
            # The first handshake of a node takes seconds on a busy machine, and is tried again.
            a.ask(f"net_kernel:connect_node('{peer.name}')")
            wait_until(lambda: c.reports() >= 1, "the refusal is in its log", describe=c.said)
            before = {node: node.reports() for node in (a, peer)}
            kith = self.drive(a, [peer])
            wait_until(lambda: len(kith.found("connect.failed")) >= 5, "five attempts have failed", describe=kith.tail)
            for node, count in before.items():
                self.assertLessEqual(node.reports() - count, 2, node.said())
            kith.kill()

    def test_a_peer_without_tls_is_found_before_the_node_gives_up(self):
        [a] = self.beams("a")
        [d] = self.plain_beams("d")
        event = self.drive(a, [d]).wait("connect.failed", peer=d.name)
        self.assertRegex(event["reason"], "d@127.0.0.1 on 127.0.0.1:[0-9]+ speaks plain TCP, and a@127.0.0.1 TLS")
        self.assertLess(event["duration_ms"], 5000, "the node itself takes seven seconds")


class ClientOptions(TlsLab):
    """What is so since OTP 26, whose client verifies by default."""

    def test_a_node_without_authorities_connects_to_nobody(self):
        crt, key = self.node
        options = self.lab.write("none.conf", f'[{{server,[{{certfile,"{crt}"}},{{keyfile,"{key}"}}]}},{{client,[]}}].\n')
        a, b = self.beams("a", "b", optfile=options)
        kith = self.drive(a, [b])
        self.fails(kith, b, "the TLS options of a@127.0.0.1 name no authorities .* so since OTP 26 it connects to nobody")

    def test_tls_1_3_where_all_options_list_it(self):
        crt, key = self.node
        options = f'{{certfile,"{crt}"}},{{keyfile,"{key}"}},{{cacertfile,"{self.ca.crt}"}},{{verify,verify_peer}},{{versions,[\'tlsv1.3\']}}'
        path = self.lab.write("newest.conf", f"[{{server,[{options},{{fail_if_no_peer_cert,true}}]}},{{client,[{options}]}}].\n")
        nodes = self.beams("a", "b", optfile=path)
        self.drive(nodes[0], nodes, tls={"optfile": str(path)}).wait("topology.ready")
        self.formed(nodes)
