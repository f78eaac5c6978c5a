# SPDX-License-Identifier: MIT
"""TLS at the TCP addresses of the local API of a real daemon: right and wrong authorities, clients without TLS, with certificates of their own,
slow ones, renewed certificates, and files that cannot be used."""

import http.client
import json
import re
import shutil
import socket
import ssl
import subprocess
import time

from api_case import ApiCase
from api_client import Answer, ask, raw, read_all
from authority import Authority
from lab import main
from waiting import HOST, PATIENCE, free_port, wait_until

READ, CONTROL = "token-of-the-readers", "token-of-the-operators"


class ApiTls(ApiCase):
    def setUp(self):
        super().setUp()
        self.ours = Authority(self.lab.dir, "ours")
        self.crt, self.key = self.lab.dir / "api.crt", self.lab.dir / "api.key"
        self.show("first")
        self.where = (HOST, free_port())
        self.file = self.lab.dir / "live.json"

    def show(self, name, authority=None):
        """The files of the server, replaced as renewals do it."""
        made = (authority or self.ours).certify(name, f"/CN={name}", f"DNS:localhost,IP:{HOST}", "serverAuth")
        for source, target in zip(made, (self.crt, self.key)):
            shutil.copy(source, f"{target}.new")
            (self.lab.dir / f"{target.name}.new").rename(target)

    def config(self, serve=("health", "metrics", "read", "control"), address=None, **tls):
        config = super().config()
        config["api"].update({
            "listen": [{"address": address or "%s:%d" % self.where, "serve": list(serve),
                        "tls": {"certificate": str(self.crt), "key": str(self.key), **tls}}],
            "tokens": {"read": READ, "control": CONTROL}})
        return config

    def running(self, config=None):
        self.file.write_text(json.dumps(config or self.config()))
        return self.kith(self.file)

    def trusting(self, authority=None, certificate=None):
        context = ssl.create_default_context(cafile=str((authority or self.ours).crt))
        if certificate:
            context.load_cert_chain(*certificate)
        return context

    def https(self, target, method="GET", context=None, host=HOST, **headers):
        connection = http.client.HTTPSConnection(host, self.where[1], timeout=PATIENCE, context=context or self.trusting())
        try:
            connection.request(method, target, headers=headers or {"Authorization": f"Bearer {READ}"})
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def shown(self):
        """The common name of the certificate that a new client gets."""
        with socket.create_connection(self.where, PATIENCE) as stream, self.trusting().wrap_socket(stream, server_hostname=HOST) as secured:
            return dict(pair[0] for pair in secured.getpeercert()["subject"])["commonName"]

    def test_the_right_authority(self):
        kith = self.running()
        self.assertEqual(self.https("/v1/status").json()["pid"], kith.pid)
        self.assertEqual(self.https("/v1/status", host="localhost").json()["pid"], kith.pid)
        self.assertEqual(self.https("/livez").body, b"ok\n")
        self.assertIn(b"kith_build_info", self.https("/metrics").body)
        self.assertEqual(self.https("/v1/refresh", "POST", Authorization=f"Bearer {CONTROL}", Origin="https://%s:%d" % self.where).status, 202)
        self.assertEqual(self.https("/v1/refresh", "POST", Authorization=f"Bearer {CONTROL}", Origin="https://evil.example").code(), "403 foreign_origin")
        # TLS replaces no token.
        self.assertEqual(self.https("/v1/status", Authorization="Bearer wrong").code(), "401 unauthorized")
        self.assertEqual(self.https("/v1/refresh", "POST").code(), "403 forbidden")
        kith.wait_log(r"the API listens.*serves health, metrics, read, control over TLS")
        curl = subprocess.run(["curl", "-sS", "--cacert", self.ours.crt, "-H", f"Authorization: Bearer {READ}", "https://%s:%d/v1/status" % self.where],
                              capture_output=True, text=True, timeout=PATIENCE, check=False)
        self.assertEqual((curl.returncode, curl.stderr), (0, ""))
        self.assertEqual(json.loads(curl.stdout)["pid"], kith.pid)

    def test_many_requests_and_large_answers_on_one_connection(self):
        self.see(*(f"peer-{number:04}@h" for number in range(3000)))
        self.running().wait("observation.ok")
        connection = http.client.HTTPSConnection(HOST, self.where[1], timeout=PATIENCE, context=self.trusting())
        self.addCleanup(connection.close)
        for number in range(50):
            connection.request("GET", "/v1/peers?limit=1000", headers={"Authorization": f"Bearer {READ}"})
            body = connection.getresponse().read()
            self.assertGreater(len(json.loads(body)["peers"]), 900, number)  # fewer than 1,000 where their bytes exceed a page
        connection.request("GET", "/v1/state", headers={"Authorization": f"Bearer {READ}"})
        state = connection.getresponse().read()
        self.assertEqual(len(json.loads(state)["topologies"]), 1)
        self.assertGreater(len(state), 300_000)

    def test_the_stream_of_events(self):
        kith = self.running()
        with socket.create_connection(self.where, PATIENCE) as stream, self.trusting().wrap_socket(stream, server_hostname=HOST) as secured:
            secured.sendall(b"GET /v1/events?after=x.0 HTTP/1.1\r\nHost: localhost\r\nAccept: application/x-ndjson\r\n"
                            b"Authorization: Bearer " + READ.encode() + b"\r\n\r\n")
            self.busy(kith)
            received = b""
            while received.count(b"peer.discovered") < 500:
                part = secured.recv(65536)
                self.assertTrue(part, received[-300:])
                received += part
        lines = received.split(b"\r\n\r\n", 1)[1].split(b"\n")[:-1]
        for line in lines:
            json.loads(line)

    def test_the_wrong_authority(self):
        kith = self.running()
        stranger = Authority(self.lab.directory("stranger"), "stranger")
        with self.assertRaises(ssl.SSLCertVerificationError):
            self.https("/v1/status", context=self.trusting(stranger))
        kith.wait_log(r"the TLS handshake of a client of the API has failed.*127\.0\.0\.1:\d+: the client does not accept our certificate")
        with self.assertRaises(ssl.SSLCertVerificationError) as wrong_name:
            context = self.trusting()
            with socket.create_connection(self.where, PATIENCE) as stream:
                context.wrap_socket(stream, server_hostname="other.example")
        self.assertIn("other.example", str(wrong_name.exception))
        self.assertEqual(self.https("/v1/status").status, 200)

    def test_old_versions_are_refused(self):
        self.running()
        for version, accepted in ((ssl.TLSVersion.TLSv1_1, False), (ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_3, True)):
            context = self.trusting()
            context.set_ciphers("DEFAULT:@SECLEVEL=0")
            context.minimum_version = context.maximum_version = version
            if accepted:
                self.assertEqual(self.https("/livez", context=context).status, 200, version)
            else:
                with self.assertRaises(ssl.SSLError):
                    self.https("/livez", context=context)

    def test_plain_http_is_told_so(self):
        kith = self.running()
        answer = ask(self.where, "/v1/status", Authorization=f"Bearer {READ}")
        self.assertEqual(answer.code(), "400 tls_required")
        self.assertIn("https://", answer.json()["error"]["remedy"])
        for garbage in (b"\x00" * 2000, b"\x16\x03\x01\x00\x05hello", b"\x80\x2e\x01\x00\x02", bytes(range(256)) * 40):
            got = read_all(raw(self.where, garbage + b"\r\n"))
            self.assertNotIn(b"HTTP", got)
            self.assertNotIn(b"kith", got)
        kith.wait_log("the TLS handshake of a client of the API has failed")
        self.assertEqual(self.https("/v1/status").status, 200)
        self.assertLessEqual(len(re.findall("the TLS handshake of a client", kith.log())), 2)  # anybody can make them fail

    def test_slow_and_mute_handshakes_harm_nobody(self):
        kith = self.running()
        mute = [raw(self.where) for _ in range(150)]
        slow = [raw(self.where, b"\x16\x03\x01\x02\x00") for _ in range(80)]
        more = [raw(self.where) for _ in range(200)]  # beyond the limit: the oldest make room
        self.addCleanup(lambda: [stream.close() for stream in mute + slow + more])
        begun = time.monotonic()
        times = []
        while time.monotonic() - begun < 11:
            at = time.monotonic()
            self.assertEqual(self.https("/v1/status").status, 200)
            self.assertEqual(self.ask("/v1/status").status, 200)
            times.append(time.monotonic() - at)
            for stream in slow:
                try:
                    stream.send(b"\x01")
                except OSError:
                    pass
            time.sleep(0.2)
        self.assertLess(sorted(times)[len(times) // 2], 1)
        for stream in slow[-5:] + more[-5:]:  # a handshake has 10 s
            stream.settimeout(PATIENCE)
            try:
                self.assertEqual(stream.recv(100), b"")
            except ConnectionResetError:
                pass
        self.assertTrue(kith.running())

    def test_clients_need_a_certificate_when_authorities_are_configured(self):
        kith = self.running(self.config(client_authorities=str(self.ours.crt)))
        known = self.ours.certify("scraper", "/CN=scraper")
        stranger = Authority(self.lab.directory("stranger"), "stranger").certify("scraper", "/CN=scraper")
        self.assertEqual(self.https("/v1/status", context=self.trusting(certificate=known)).json()["pid"], kith.pid)
        self.assertEqual(self.https("/v1/status", context=self.trusting(certificate=known), Authorization="Bearer wrong").code(), "401 unauthorized")
        for wrong in (None, stranger):
            with self.assertRaises((ssl.SSLError, ConnectionError, http.client.RemoteDisconnected)):
                self.https("/livez", context=self.trusting(certificate=wrong))
        kith.wait_log(r"the TLS handshake of a client.*the client has sent no certificate, and tls\.client_authorities, \S+ requires one")
        self.assertEqual(self.https("/livez", context=self.trusting(certificate=known)).status, 200)

    def test_renewed_files_are_used_without_a_reload(self):
        kith = self.running()
        self.assertEqual(self.shown(), "first")
        kept = http.client.HTTPSConnection(HOST, self.where[1], timeout=PATIENCE, context=self.trusting())
        self.addCleanup(kept.close)
        kept.request("GET", "/livez")
        self.assertEqual(kept.getresponse().read(), b"ok\n")
        good = self.key.read_text()
        self.key.write_text("nothing")
        kith.wait_log(r"the changed certificate files of the API cannot be used; the former ones stay in use.*tls\.key, \S+: expected a private key")
        self.assertEqual(self.shown(), "first")
        self.assertNotIn(good.splitlines()[1], kith.log())
        self.show("second")
        wait_until(lambda: self.shown() == "second", "the new certificate is shown", describe=kith.tail)
        kept.request("GET", "/livez")  # who was there goes on
        self.assertEqual(kept.getresponse().read(), b"ok\n")
        kith.wait_log("the API uses the changed certificate files for new clients")

    def test_reloads(self):
        kith = self.running()
        plain = self.config()
        del plain["api"]["listen"][0]["tls"]
        with socket.create_connection(self.where, PATIENCE) as stream, self.trusting().wrap_socket(stream, server_hostname=HOST) as idle:
            self.file.write_text(json.dumps(plain))
            self.assertEqual(self.command("reload").stdout, "settings: changed, by api.listen\napplied\n")
            self.assertEqual(idle.recv(100), b"")  # ended, and by the end of TLS
        self.assertEqual(ask(self.where, "/v1/status", Authorization=f"Bearer {READ}").json()["pid"], kith.pid)
        broken = self.config(client_authorities=str(self.lab.dir / "none"))
        self.file.write_text(json.dumps(broken))
        refused = self.command("reload")
        self.assertEqual(refused.returncode, 1)
        self.assertRegex(refused.stderr, r"kith cannot listen on %s:%d: tls\.client_authorities cannot be read: \S+/none: No such file" % self.where)
        self.assertEqual(ask(self.where, "/livez").status, 200)
        self.file.write_text(json.dumps(self.config()))
        self.assertEqual(self.command("reload").returncode, 0)
        self.assertEqual(self.https("/v1/status").json()["pid"], kith.pid)
        self.assertEqual(ask(self.where, "/livez").code(), "400 tls_required")

    def test_beyond_loopback_tls_is_enough(self):
        self.running(self.config(serve=["read"], address="0.0.0.0:%d" % self.where[1]))
        self.assertEqual(self.https("/v1/status").status, 200)
        config = self.config(serve=["read"], address="0.0.0.0:%d" % free_port())
        del config["api"]["listen"][0]["tls"]
        kith = self.lab.kith(config)
        self.assertEqual(kith.ended(), 2)
        self.assertRegex(kith.log(), r'which is no loopback address.*set "tls" here to a certificate and its key.*"insecure": true')

    def test_files_that_cannot_be_used_at_the_start(self):
        self.key.unlink()
        kith = self.lab.kith(self.config())
        self.assertEqual(kith.ended(), 3)
        self.assertRegex(kith.log(), r"api\.listen: kith cannot listen on %s:%d: tls\.key cannot be read: \S+api\.key: No such file or directory; "
                                     r"free the address or correct its `tls`" % self.where)
        self.assertFalse(self.socket.exists())


if __name__ == "__main__":
    main()
