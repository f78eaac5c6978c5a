# SPDX-License-Identifier: MIT
"""Every route of the local API of a real daemon, what a refresh does, and that no answer and no archive of `kith debug` holds a secret."""

import json
import tarfile

from api_case import ApiCase, OPENAPI
from lab import main
from waiting import free_port, wait_until

SECRETS = {"gossip": "zq-gossip-secret-71", "token": "zq-consul-token-72", "environment": "zq-environment-73"}


class ApiRoutes(ApiCase):
    def test_every_route_answers(self):
        kith = self.kith()
        for path, methods in OPENAPI["paths"].items():
            for method, described in methods.items():
                target = path
                for of, value in (("{name}/why", "a%40h/why"), ("{name}", "t"), ("{peer}", "b%40h"), ("{connector}", "node"),
                                  ("{file}", "libconnector_log.so")):
                    target = target.replace(of, value)
                target += "?follow=false" if path == "/v1/events" else ""
                with self.subTest(target=target):
                    answer = self.ask(target, method.upper(), body='{"hold": "x.1"}' if target.endswith("/confirm") else None)
                    if target.endswith("/confirm"):
                        self.assertEqual(answer.code(), "409 hold_changed")  # the guard holds nothing
                    elif target.endswith("/replace"):
                        self.assertEqual(answer.code(), "409 not_replaceable")  # it runs in the daemon: test_replacement.py
                    elif "{connector}" in path:
                        self.assertIn(answer.code(), ("409 no_messages", "409 cannot_leave"))  # it is no distribution: test_api_messages.py
                    else:
                        self.assertLess(answer.status, 300, answer.body)
                    response = described["responses"][str(answer.status)]
                    self.assertIn(answer.headers["Content-Type"], response["content"])
                    self.assertNotIn("Access-Control-Allow-Origin", answer.headers)
                    if answer.headers["Content-Type"] == "application/json":
                        answer.json()
                    head = self.ask(target, "HEAD")
                    self.assertEqual((head.status, head.body), (answer.status if "get" in methods else 405, b""))
        kith.wait("peer.discovered", after=kith.wait("peer.lost", peer="b@h")["seq"], peer="b@h")  # it was forgotten, and is seen again
        self.assertEqual(self.ask("/v1/topologies/t/peers/b%40h/hold?for=0", "POST").status, 200)
        status = self.ask("/v1/status").json()
        self.assertEqual((status["pid"], status["ready"]), (kith.pid, True))
        self.assertEqual(status["topologies"][0]["health"], "ok")
        names = [peer["name"] for peer in self.ask("/v1/peers").json()["peers"]]
        self.assertEqual(names, ["a@h", "b@h", "c@h"])
        self.assertEqual(self.ask("/v1/peers/a%40h/why").json()["topologies"][0]["code"], "linked")
        self.assertEqual(self.ask("/livez").body, b"ok\n")
        self.assertEqual(self.ask("/readyz").status, 200)
        self.see("fail nothing to be seen")
        kith.wait("topology.stale")
        self.assertEqual(self.ask("/readyz").status, 200)
        self.assertEqual(self.ask("/v1/status").json()["topologies"][0]["health"], "degraded")
        metrics = self.ask("/metrics")
        self.assertEqual(metrics.headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
        self.assertIn(b'kith_peers{topology="t",state="wanted"} 3\n', metrics.body)

    def test_no_get_calls_a_plugin(self):
        config = self.config()
        config["topologies"]["t"]["config"]["interval"] = 3_600_000
        kith = self.kith(config)
        wait_until(lambda: len(kith.found("link.up")) == 3, "the links", describe=kith.tail)
        def calls():
            lines = self.ask("/metrics").body.decode().splitlines()
            return [line for line in lines if line.startswith("kith_plugin_calls_total{")]
        before = calls()
        self.assertEqual(len(before), 2)
        for path, methods in OPENAPI["paths"].items():
            if "get" in methods:
                target = path.replace("{name}/why", "a%40h/why").replace("{name}", "t").replace("{connector}", "node")
                self.assertEqual(self.ask(target + ("?follow=false" if path == "/v1/events" else "")).status,
                                 409 if "{connector}" in path else 200, target)
        self.assertEqual(calls(), before)
        self.ask("/v1/refresh", "POST")
        wait_until(lambda: calls() != before, "a refresh calls the strategy", describe=kith.tail)

    def test_a_refresh_has_the_strategies_look(self):
        config = self.config()
        config["topologies"]["t"]["config"]["interval"] = 3_600_000
        kith = self.kith(config)
        self.see("a@h", "d@h")
        self.assertEqual(self.ask("/v1/refresh", "POST").status, 202)
        kith.wait("peer.discovered", peer="d@h")
        self.see("a@h", "e@h")
        self.assertEqual(self.command("refresh").returncode, 0)
        kith.wait("peer.discovered", peer="e@h")

    def test_no_answer_holds_a_secret(self):
        port = free_port()
        config = self.config()
        config["topologies"]["g"] = {"strategy": "gossip", "connector": "node", "config": {
            "secret": SECRETS["gossip"], "port": free_port(), "multicast_if": "127.0.0.1"}}
        config["topologies"]["c"] = {"strategy": "consul", "connector": "node", "config": {
            "base_url": f"http://127.0.0.1:{port}", "access_token": SECRETS["token"], "list_using": ["catalog"],
            "service": {"name": "s"}}}
        config["topologies"]["x"] = {"strategy": "exec", "connector": "node", "config": {
            "command": ["/bin/false"], "environment": {"WORD": SECRETS["environment"]}}}
        kith = self.lab.kith(config)
        kith.wait("observation.failed", topology="c")
        kith.wait("observation.failed", topology="x")
        for path, methods in OPENAPI["paths"].items():
            for name in ("t", "g", "c", "x", "a%40h"):
                target = path.replace("{name}", name).replace("{connector}", name).replace("{peer}", "a%40h")
                target += "?follow=false&after=x.1" if path == "/v1/events" else ""
                body = self.ask(target, next(iter(methods)).upper()).body.decode()
                for secret in SECRETS.values():
                    self.assertNotIn(secret, body, target)
        self.assertEqual(self.command("debug", str(self.lab.dir / "debug.tar"), "--log", str(kith.log_file)).returncode, 0)
        self.assertEqual((self.lab.dir / "debug.tar").stat().st_mode & 0o777, 0o600)
        with tarfile.open(self.lab.dir / "debug.tar") as archive:
            files = {member.name: archive.extractfile(member).read().decode() for member in archive.getmembers()}
        self.assertEqual(set(files), {f"kith-debug/{name}" for name in (
            "status.json", "state.json", "connectors.json", "config.json", "plugins.json", "metrics.txt", "events.jsonl", "versions.txt",
            "log.txt")})
        self.assertIn('"kind":"topology.started"', files["kith-debug/events.jsonl"])
        self.assertEqual(json.loads(files["kith-debug/status.json"])["pid"], kith.pid)
        for name, text in files.items():
            for secret in SECRETS.values():
                self.assertNotIn(secret, text, name)
        shown = self.ask("/v1/config").json()
        self.assertEqual(shown["topologies"]["c"]["strategies"][0]["config"]["access_token"], "***")


if __name__ == "__main__":
    main()
