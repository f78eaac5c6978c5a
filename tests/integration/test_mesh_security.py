# SPDX-License-Identifier: MIT
"""Keys, certificates and denied members of the mesh: who is let in, and what happens when they are exchanged while the mesh runs."""

import base64
import http.server
import json
import re
import socketserver
import ssl
import subprocess
import threading
import time

from authority import Authority
from lab import PLUGINS, main
from mesh_case import MeshCase, established
from mesh_member import REFUSE, MemberLink, new_run
from waiting import KITH, wait_until


class Certified(MeshCase):
    count = 4
    security = {}

    def setUp(self):
        super().setUp()
        self.authority = Authority(self.lab.directory("ca"))

    def certified(self, i, name=None, authority=None, uris=None):
        """The options of a member with a certificate, whose URIs are that of kith or those."""
        alternatives = ",".join(f"URI:{each}" for each in uris or [f"kith://test/{name or self.names[i]}"])
        crt, key = (authority or self.authority).certify(f"{i}-{self.lab.number()}", "/CN=member", alternatives, "serverAuth,clientAuth")
        return {"certificate": str(crt), "private_key": str(key), "authority": str(self.authority.crt)}


class Secure(Certified):
    def test_keys(self):
        old, new = "0a" * 32, "0b" * 32
        members = [self.member(i, keys=[old, new] if i % 2 else [new, old]) for i in range(4)]  # while it is exchanged
        self.all_linked(members)
        names, self.names = self.names, [*self.names, "stranger@127.0.3.99"]
        stranger = self.member(4, keys=["0c" * 32])
        stranger.wait("connect.failed", peer=names[0], reason=re.compile("shared key"))
        self.assertEqual(stranger.found("link.up"), [])

    def test_certificates(self):
        members = [self.member(i, **self.certified(i)) for i in range(3)]
        other = Authority(self.lab.directory("other"), "other")
        names, self.names = self.names, self.names[:3]
        self.all_linked(members)
        self.names = names
        stranger = self.member(3, **self.certified(3, authority=other))
        stranger.wait("connect.failed", peer=names[0])
        members[0].wait_log("a connection was refused")
        self.assertEqual(stranger.found("link.up"), [])
        stranger.kill()
        members.append(self.member(3, **self.certified(3)))
        self.all_linked(members)

    def test_the_certificate_of_another_member_is_not_enough(self):
        wrong = self.member(0, **self.certified(0, name=self.names[1]))
        wrong.wait("connector.detached", reason=re.compile("is not the certificate of this member: expected kith://test/m0@127.0.3.1"))


class Impostor(Certified):
    def test_a_program_with_the_certificate_of_one_member_cannot_greet_as_another(self):
        self.names = self.names[:1]
        first = self.member(0, **self.certified(0))
        first.wait("connector.attached")
        own = self.certified(1, name="m8@127.0.3.8")
        tls = ssl.create_default_context(cafile=own["authority"])
        tls.check_hostname = False
        tls.load_cert_chain(own["certificate"], own["private_key"])
        link = MemberLink("m9@127.0.3.9", new_run(), "127.0.3.1", self.port, self.names[0], tls=tls)
        self.addCleanup(link.close)
        first.wait_log("it calls itself m9@127.0.3.9, and its certificate is that of m8@127.0.3.8")
        wait_until(lambda: link.of(REFUSE), "a refusal")
        self.assertEqual(first.found("link.up"), [])


class Spiffe(Certified):
    """Certificates with SPIFFE ids, as SPIRE issues them."""

    def identified(self, i, *uris, path="test", **more):
        node, host = self.names[i].split("@")
        return {**self.certified(i, uris=uris or [f"spiffe://example.org/{path}/{node}/{host}"]),
                "spiffe_id": f"spiffe://example.org/{path}/*/*", "spiffe_name": "*@*", **more}

    def test_members_with_spiffe_ids_and_one_with_a_name_of_kith_are_linked(self):
        members = [self.member(i, **(self.identified(i) if i else {**self.identified(0), **self.certified(0)})) for i in range(4)]
        self.all_linked(members)

    def test_ids_outside_of_the_pattern_are_refused_with_both(self):
        first = self.member(0, **self.identified(0))
        stranger = self.member(1, **self.identified(1, path="bank"))
        stranger.wait("connect.failed", peer=self.names[0], reason=re.compile(
            "expected kith://test/NAME or spiffe://example.org/bank/\\*/\\* among its alternative names, "
            "and it has spiffe://example.org/test/m0/127.0.3.1"))
        stranger.kill()
        # With a pattern that takes other parts of the id for its name it has another name.
        stranger = self.member(1, **{**self.identified(1, path="bank"), "spiffe_id": "spiffe://example.org/*/*/127.0.3.2", "spiffe_name": "*@*"})
        stranger.wait("connector.detached", reason=re.compile("is not the certificate of this member: .* and it is that of bank@m1"))
        self.assertEqual(first.found("link.up"), [])

    def test_an_id_of_another_member_or_one_of_two_uris_is_not_enough(self):
        wrong = self.member(0, **self.identified(0, "spiffe://example.org/test/m1/127.0.3.2"))
        wrong.wait("connector.detached", reason=re.compile("is not the certificate of this member: .* and it is that of m1@127.0.3.2"))
        wrong.kill()
        two = self.member(0, **self.identified(0, "spiffe://example.org/test/m0/127.0.3.1", "https://example.org"))
        two.wait("connector.detached", reason=re.compile("a certificate with a SPIFFE id has no other URI"))

    def test_a_member_that_knows_no_spiffe_ids_refuses_them(self):
        plain = self.member(0, **self.certified(0))
        self.member(1, **self.identified(1))
        plain.wait_log("expected kith://test/NAME among its alternative names, and it has spiffe://example.org/test/m1/127.0.3.2")
        self.assertEqual(plain.found("link.up"), [])


class Exchanged(MeshCase):
    """Sixteen members, and messages all the time."""
    count = 16
    security = {}

    def traffic(self, at, to):
        """Follows what arrives at a member, and sends numbers to it until the returned function is called; that returns what was sent and what
        has arrived."""
        listener = subprocess.Popen([KITH, "mesh", "listen", "numbers", "--socket", str(self.socket(to))], stdout=subprocess.PIPE, text=True)
        arrived, sent, ended = [], [], threading.Event()
        reader = threading.Thread(target=lambda: arrived.extend(line.split()[-1] for line in listener.stdout), daemon=True)
        reader.start()
        wait_until(lambda: self.mesh(at, "send", "numbers", "first", "--to", self.names[to]) and time.sleep(0.1) is None and "first" in arrived,
                   "the listener hears")

        def send():
            while not ended.is_set():
                code, text = self.mesh(at, "send", "numbers", str(len(sent)), "--to", self.names[to])
                sent.append(str(len(sent)) if code == 0 else text)
                time.sleep(0.02)
        sender = threading.Thread(target=send, daemon=True)
        sender.start()

        def stop():
            ended.set()
            sender.join(30)
            wait_until(lambda: sent[-1] in arrived, "the last number has arrived")
            listener.kill()
            reader.join(30)
            listener.stdout.close()
            listener.wait()
            return sent, [each for each in arrived if each != "first"]
        return stop

    def links_of_all(self):
        """The connections of all members, when each has one with each other."""
        pairs = self.count * (self.count - 1) // 2
        wait_until(lambda: len(established(self.port)) == pairs, "one link for each pair", describe=lambda: len(established(self.port)))
        return established(self.port)

    def all_replaced(self, links):
        """Waits until none of these connections is left: each link is one that was made after the files had changed."""
        wait_until(lambda: not links & established(self.port), "all links are replaced", describe=lambda: len(links & established(self.port)))

    def nothing_was_lost(self, members, stop):
        sent, arrived = stop()
        self.assertEqual(arrived, sent)
        self.assertGreater(len(sent), 20)
        self.assertEqual([each.found("link.down") for each in members], [[]] * len(members))

    def test_a_key_is_exchanged_under_traffic_and_nothing_is_lost(self):
        old, new = "0a" * 32, "0b" * 32
        files = [self.lab.dir / f"{i}.psk" for i in range(self.count)]

        def write(text):
            for file in files:
                file.write_text(text)
        write(old)
        members = [self.member(i, keys_file=str(files[i])) for i in range(self.count)]
        self.all_linked(members)
        stop = self.traffic(0, 9)
        links = self.links_of_all()
        before = {tuple(each["keys"]) for each in self.keys_of(0).values()}
        self.assertEqual(len(before), 1)
        (first,), = before
        files[5].write_text(f"{old}\n{new}\n")
        wait_until(lambda: len(self.keys_of(0)[self.names[5]]["keys"]) == 2, "one member accepts the new key")
        code, text = self.mesh(0, "keys")
        self.assertEqual(code, 0, text)
        self.assertRegex(text, rf"key {first[:12]}: used by 16 of 16, accepted by all\b")
        self.assertRegex(text, r"used by 0 of 16, not accepted by m0@.* and 10 more: add it there before it is the first anywhere")
        second = self.keys_of(0)[self.names[5]]["keys"][1]
        for step, expected in ((f"{old}\n{new}\n", [first, second]), (f"# since today\n{new}\n{old}\n", [second, first]), (f"{new}\n", [second])):
            write(step)
            wait_until(lambda: [each["keys"] for each in self.keys_of(0).values()] == [expected] * 16, f"all have {step}")
        self.all_replaced(links)
        self.nothing_was_lost(members, stop)
        for i in (2, 9):  # a member that has slept through it, and one that comes anew
            files[i].write_text(old if i == 2 else new)
            members[i].kill()
            members[i] = self.member(i, keys_file=str(files[i]))
        members[9].wait("link.up", peer=self.names[0])
        members[2].wait("connect.failed", reason=re.compile("shared key"))
        files[2].write_text(new)
        members[2].wait("link.up", peer=self.names[0])

    def test_new_certificates_are_used_by_all_links_and_nothing_is_lost(self):
        folder = self.lab.directory("certs")

        def certify(*more):
            done = self.lab.command("mesh", "certs", *self.names, "--cluster", "test", "--dir", str(folder), *more)
            self.assertEqual(done.returncode, 0, done.stderr)
        certify()
        members = [self.member(i, certificate=str(folder / f"{name}.pem"), private_key=str(folder / f"{name}.key"),
                               authority=str(folder / "ca.pem")) for i, name in enumerate(self.names)]
        self.all_linked(members)
        before, links = self.keys_of(0), self.links_of_all()
        stop = self.traffic(0, 9)
        certify("--renew")

        def all_new():
            now = self.keys_of(0)
            return len(now) == 16 and not {each["certificate"] for each in now.values()} & {each["certificate"] for each in before.values()}
        wait_until(all_new, "all have new certificates")
        self.all_replaced(links)
        self.nothing_was_lost(members, stop)
        self.assertRegex(self.mesh(1, "keys")[1], r"m0@127.0.3.1 +certificate [0-9a-f]{12} +- +20\d\d-\d\d-\d\d")


class Denied(Certified):
    def test_the_links_of_a_denied_member_end_and_no_others(self):
        files = [self.lab.write(f"deny-{i}", "# nobody\n") for i in range(4)]
        members = [self.member(i, **self.certified(i), deny_file=str(files[i])) for i in range(4)]
        self.all_linked(members)
        since = [each.last() for each in members]
        files[0].write_text(self.names[3] + "\n")
        members[0].wait_log("is denied here, by option deny or deny_file")
        self.unchanged(1, lambda: [each.found("link.down", after=since[i], peer=name) for i, each in enumerate(members) for name in self.names[:3]],
                       [[]] * 12, "no link of others ends")
        for i in (1, 2):
            files[i].write_text(self.names[3] + "\n")
        for i in range(3):
            members[i].wait("link.down", after=since[i], peer=self.names[3])
            self.assertEqual([each for each in members[i].found("link.down", after=since[i]) if each["peer"] != self.names[3]], [])
        for i in range(3):
            files[i].write_text("")
        for i in range(3):
            members[i].wait("link.up", after=since[i], peer=self.names[3])



class SlowDaemon(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """An API socket that answers a message after three seconds, as a busy daemon does, and reports the keys of one member then."""
    daemon_threads = True
    report = {"kind": "message", "from": "m0@127.0.3.1", "data": base64.b64encode(json.dumps({"keys": ["ab" * 32]}).encode()).decode()}

    class RequestHandlerClass(http.server.BaseHTTPRequestHandler):
        def answer(self, body):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode() + b"\n")

        def do_GET(self):
            if self.path.startswith("/v1/connectors"):
                self.answer({"connectors": [{"name": "mesh", "plugin": "mesh"}]})
            elif self.path.startswith("/v1/topologies"):
                self.answer({"topologies": []})
            else:
                self.answer(self.server.report)

        def do_POST(self):
            time.sleep(3)
            self.answer({})

        def log_message(self, *_):
            pass

    def __init__(self, path):
        super().__init__(path, self.RequestHandlerClass)


class Commands(MeshCase):
    def test_check_warns_that_a_key_proves_no_name(self):
        for security, expected in (({"keys": ["0a" * 32]}, 1), ({"keys_file": "/etc/kith/mesh.psk"}, 1), ({"plain": True}, 0)):
            config = self.lab.write("check.json", json.dumps({
                "plugins": {"dir": PLUGINS},
                "topologies": {"mesh": {"strategy": "epmd", "config": {"hosts": self.names}, "connector": "mesh",
                                        "connector_config": {"node": self.names[0], "cluster": "test", **security}}}}))
            done = self.lab.command("check", config, "--json")
            self.assertEqual(done.returncode, 0, done.stderr)
            warned = [each for each in json.loads(done.stdout)["warnings"] if "but not its name" in each["message"]]
            self.assertEqual(len(warned), expected, done.stdout)

    def test_keys_waits_for_a_daemon_that_is_busy(self):
        server = SlowDaemon(str(self.socket(0)))
        self.addCleanup(server.server_close)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        self.assertEqual(list(self.keys_of(0)), ["m0@127.0.3.1"])


if __name__ == "__main__":
    main()
