# SPDX-License-Identifier: MIT
"""The TCP addresses of the local API of a real daemon: what each serves, tokens, hosts and origins, reloads, clients that misbehave."""

import contextlib
import json
import os
import pathlib
import re
import socket
import time

from api_case import ApiCase
from api_client import ask, raw, read_all
from lab import main
from waiting import HOST, PATIENCE, free_port, wait_until

READ, CONTROL = "token-of-the-readers", "token-of-the-operators"


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


class ApiTcp(ApiCase):
    ids = {"failing_create": "failing_create", "fails_after_start": "bad"}

    def setUp(self):
        super().setUp()
        self.open, self.all = (HOST, free_port()), (HOST, free_port())
        self.file = self.lab.dir / "live.json"

    def listening(self, **api):
        """The usual configuration with two addresses; `api` changes its keys."""
        config = self.config()
        config["api"].update({
            "listen": [{"address": "%s:%d" % self.open, "serve": ["health", "metrics"]},
                       {"address": "%s:%d" % self.all, "serve": ["read", "control"]}],
            "tokens": {"read": "${READ_TOKEN}", "control": "${file:" + str(self.lab.dir / "control") + "}"},
            "hosts": ["kith.example"], **api})
        return config

    def write(self, config):
        fresh = self.file.with_suffix(".new")
        fresh.write_text(json.dumps(config))
        fresh.rename(self.file)

    def control_token(self, token):
        file = self.lab.dir / "control"
        file.write_text(token + "\n")
        file.chmod(0o600)

    def running(self, config=None):
        self.control_token(CONTROL)
        self.write(config or self.listening())
        return self.kith(self.file, READ_TOKEN=READ)

    def refused(self, where):
        try:
            ask(where, "/livez", timeout=5)
        except ConnectionRefusedError:
            return True
        return False

    def test_what_each_address_serves(self):
        kith = self.running()
        self.assertEqual(ask(self.open, "/livez").body, b"ok\n")
        self.assertEqual(ask(self.open, "/readyz").body, b"ready\n")
        metrics = ask(self.open, "/metrics")
        self.assertEqual((metrics.status, metrics.headers["Content-Type"]), (200, "text/plain; version=0.0.4; charset=utf-8"))
        for path in ("/v1/status", "/v1/openapi.json", "/v1/config", "/"):
            self.assertEqual(ask(self.open, path, **bearer(CONTROL)).code(), "404 not_found")
        for path in ("/livez", "/metrics"):
            self.assertEqual(ask(self.all, path, **bearer(CONTROL)).code(), "404 not_found")
        for headers in ({}, bearer("wrong"), bearer(READ[:-1]), bearer(READ + "s"), {"Authorization": READ}, {"Authorization": "Basic " + READ}):
            for method, path in (("GET", "/v1/status"), ("GET", "/v1/events"), ("POST", "/v1/refresh")):
                answer = ask(self.all, path, method, **headers)
                self.assertEqual((answer.code(), answer.headers["WWW-Authenticate"]), ("401 unauthorized", "Bearer"), headers)
        self.assertEqual(ask(self.all, "/v1/status", **bearer(READ)).json()["pid"], kith.pid)
        self.assertEqual(ask(self.all, "/v1/refresh", "POST", **bearer(READ)).code(), "403 forbidden")
        self.assertEqual(ask(self.all, "/v1/status", **bearer(CONTROL)).status, 200)
        self.assertEqual(ask(self.all, "/v1/refresh", "POST", **bearer(CONTROL)).status, 202)
        self.assertEqual(self.ask("/v1/refresh", "POST").status, 202)  # the Unix socket needs no token
        kith.wait_log(r"the API listens.*serves read, control")

    def test_hosts_and_origins(self):
        self.running()
        for host in ("evil.example", f"evil.example:{self.all[1]}", "kith.example.evil", ""):
            self.assertEqual(ask(self.all, "/v1/status", Host=host, **bearer(READ)).code(), "421 host_not_allowed")
            self.assertEqual(ask(self.open, "/metrics", Host=host).code(), "421 host_not_allowed")
        for host in ("kith.example", f"kith.example:{self.all[1]}", "localhost", "%s:%d" % self.all, "[::1]"):
            self.assertEqual(ask(self.all, "/v1/status", Host=host, **bearer(READ)).status, 200)
        for origin in ("http://evil.example", "null"):
            self.assertEqual(ask(self.all, "/v1/refresh", "POST", Origin=origin, **bearer(CONTROL)).code(), "403 foreign_origin")
        answer = ask(self.all, "/v1/status", Origin="http://evil.example", **bearer(READ))
        self.assertEqual([name for name in answer.headers if name.lower().startswith("access-control")], [])
        self.assertEqual(ask(self.all, "/v1/status", "OPTIONS", Origin="http://evil.example").code(), "403 foreign_origin")

    def test_tokens_are_never_shown(self):
        kith = self.running()
        self.assertEqual(self.ask("/v1/config").json()["api"]["tokens"], {"read": "***", "control": "***"})
        archive = self.lab.dir / "debug.tar"
        self.assertEqual(self.command("debug", archive).returncode, 0)
        ask(self.all, "/v1/status", **bearer("wrong-token-of-somebody"))
        self.control_token("another-token-of-operators")
        self.assertIn("api.tokens", self.command("reload", "--json").stdout)
        for text in (archive.read_bytes().decode(errors="replace"), kith.log(), json.dumps(kith.events()), self.ask("/v1/config").body.decode(),
                     self.ask("/v1/state").body.decode(), self.ask("/metrics").body.decode()):
            for token in (READ, CONTROL, "another-token-of", "wrong-token-of"):
                self.assertNotIn(token, text)

    def test_configurations_that_are_refused(self):
        self.control_token(CONTROL)
        for change, expected in (
                ({"listen": [{"address": "0.0.0.0:1", "serve": ["read"]}]}, r'which is no loopback address.*reverse proxy.*"insecure": true'),
                ({"tokens": {"read": READ}}, r"api\.listen\[1\]\.serve: .*set api\.tokens\.control"),
                ({"tokens": {"read": "short secret"}}, r"api\.tokens\.read: expected 16 to 256 letters.*got a string")):
            kith = self.lab.kith(self.listening(**change), READ_TOKEN=READ)
            self.assertEqual(kith.ended(), 2)
            self.assertRegex(kith.log(), expected)
            self.assertNotIn("short secret", kith.log())
        self.write(self.listening(listen=[{"address": f"0.0.0.0:{self.all[1]}", "serve": ["read"], "insecure": True}]))
        kith = self.kith(self.file, READ_TOKEN=READ)
        self.assertEqual(ask(self.all, "/v1/status", **bearer(READ)).status, 200)
        self.assertEqual(ask(self.all, "/v1/status").code(), "401 unauthorized")
        kith.wait_log("unencrypted over the network")

    def test_an_address_that_is_taken(self):
        with socket.socket() as other:
            other.bind(self.all)
            other.listen()
            self.control_token(CONTROL)
            kith = self.lab.kith(self.listening(), READ_TOKEN=READ)
            self.assertEqual(kith.ended(), 3)
            self.assertRegex(kith.log(), r"api\.listen: kith cannot listen on %s:%d: Address already in use" % self.all)
            self.assertFalse(self.socket.exists())
            config = self.listening()
            del config["api"]["listen"][1]
            kith = self.running(config)
            self.write(self.listening())
            refused = self.command("reload")
            self.assertEqual(refused.returncode, 1)
            self.assertIn("cannot listen on %s:%d" % self.all, refused.stderr)
            self.assertEqual(ask(self.open, "/livez").status, 200)
        self.assertEqual(self.command("reload").returncode, 0)
        self.assertEqual(ask(self.all, "/v1/status", **bearer(READ)).json()["pid"], kith.pid)
        self.assertEqual(kith.terminate(), 0)
        self.running()  # at once, although connections of the former one are in TIME_WAIT

    def test_a_reload_that_changes_addresses_and_tokens(self):
        kith = self.running()
        follow = b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + READ.encode() + b"\r\n\r\n"
        kept, waiting = raw(self.all, follow), raw(self.all)
        self.addCleanup(waiting.close)
        self.assertIn(b"200 OK", kept.recv(1000))
        third = (HOST, free_port())
        config = self.listening()
        config["api"]["listen"].append({"address": "%s:%d" % third, "serve": ["metrics"]})
        self.write(config)
        self.assertEqual(self.command("reload").stdout, "settings: changed, by api.listen\napplied\n")
        self.assertEqual(ask(third, "/metrics").status, 200)
        ask(self.all, "/v1/refresh", "POST", **bearer(CONTROL))
        self.assertNotEqual(kept.recv(100_000), b"")  # what has not changed is not disturbed
        # Another token: who follows by the former one is ended, and so is who waits.
        self.control_token("another-token-of-operators")
        answer = ask(self.all, "/v1/reload", "POST", **bearer(CONTROL))
        self.assertEqual((answer.status, answer.json()["verdict"]), (200, "applied"))
        read_all(kept)
        self.assertEqual(waiting.recv(100), b"")
        self.assertEqual(ask(self.all, "/v1/status", **bearer(CONTROL)).code(), "401 unauthorized")
        # The address by which the reload is asked for goes away: the caller has its verdict.
        config = self.listening()
        del config["api"]["listen"][1]
        self.write(config)
        answer = ask(self.all, "/v1/reload", "POST", **bearer("another-token-of-operators"))
        self.assertEqual((answer.status, answer.json()["verdict"]), (200, "applied"))
        self.assertTrue(self.refused(self.all))
        self.assertTrue(self.refused(third))
        self.assertEqual(ask(self.open, "/livez").status, 200)
        kith.wait_log("the API no longer listens as before.*%s:%d" % self.all)
        del config["api"]["listen"], config["api"]["tokens"]
        self.write(config)
        self.assertEqual(self.command("reload").returncode, 0)
        self.assertTrue(self.refused(self.open))
        self.assertEqual(self.ask("/v1/status").status, 200)

    def test_a_reload_that_is_taken_back_takes_its_addresses_back(self):
        kith = self.running()
        third, after = (HOST, free_port()), 0
        # Both run in a process of their own, so the reload is applied before they fail.
        for plugin in ("failing_create", "fails_after_start"):
            with self.subTest(plugin):
                config = self.listening()
                config["plugins"]["dir"].append(self.bad_plugins(plugin))
                config["topologies"]["v"] = {"strategy": self.ids[plugin], "connector": "node"}
                config["api"]["listen"][1]["address"] = "%s:%d" % third
                config["api"]["tokens"]["read"] = "another-token-of-readers"
                self.write(config)
                answer = ask(self.all, "/v1/reload", "POST", **bearer(CONTROL))
                self.assertEqual((answer.status, answer.json()["verdict"]), (200, "applied"), answer.body)
                after = kith.wait("config.refused", after=after, reason=re.compile("former configuration is in force again.*failed within 10 s"))["seq"]
                wait_until(lambda: self.refused(third), "the new address is given back", describe=kith.tail)
                self.assertEqual(ask(self.all, "/v1/status", **bearer(READ)).json()["pid"], kith.pid)
                self.assertEqual(ask(self.all, "/v1/status", **bearer("another-token-of-readers")).code(), "401 unauthorized")
                self.assertEqual(ask(self.open, "/livez").status, 200)

    def test_slow_and_mute_clients_harm_nobody(self):
        kith = self.running()
        before = kith.memory()["Rss"]
        head = b"HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + READ.encode() + b"\r\n\r\n"
        idle = [raw(self.open) for _ in range(150)]
        slow = [raw(self.open, b"GET /met") for _ in range(50)]
        mute = [raw(self.all, b"GET /v1/events?after=x.1 " + head) for _ in range(20)]
        more = [raw(self.open) for _ in range(300)]  # beyond the limit: the oldest idle ones make room
        self.addCleanup(lambda: [stream.close() for stream in idle + slow + mute + more])
        self.busy(kith)
        started, times = time.monotonic(), []
        while time.monotonic() - started < 11:
            begun = time.monotonic()
            self.assertEqual(self.ask("/v1/status").status, 200)  # clients at TCP take no place from those at the Unix socket
            self.assertEqual(ask(self.all, "/v1/status", **bearer(READ)).status, 200)
            times.append(time.monotonic() - begun)
            for stream in slow:
                try:
                    stream.send(b"t")
                except OSError:
                    pass
            time.sleep(0.2)
        self.assertLess(sorted(times)[len(times) // 2], 1)
        for stream in slow[-5:]:  # a request has 10 s
            stream.settimeout(PATIENCE)
            try:
                self.assertEqual(stream.recv(100), b"")
            except ConnectionResetError:
                pass
        self.assertLess(kith.memory()["Rss"] - before, 32 * 1024)

    def test_children_inherit_no_socket(self):
        kith = self.running()
        held = [raw(self.open), raw(self.all), raw(self.socket)]
        self.addCleanup(lambda: [stream.close() for stream in held])
        self.assertEqual(ask(self.open, "/livez").status, 200)  # those before are accepted
        sockets = 0
        for number in (number for number, file in kith.descriptors().items() if file.startswith("socket:")):
            with contextlib.suppress(FileNotFoundError):  # closed meanwhile
                flags = int(re.search(r"flags:\s*(\d+)", pathlib.Path(f"/proc/{kith.pid}/fdinfo/{number}").read_text())[1], 8)
                self.assertTrue(flags & os.O_CLOEXEC, number)
                sockets += 1
        self.assertGreaterEqual(sockets, 6)


if __name__ == "__main__":
    main()
