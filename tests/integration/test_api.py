# SPDX-License-Identifier: MIT
"""The local API of a real daemon: every route, who may do what, clients that misbehave, and the commands that ask it."""

import concurrent.futures
import json
import os
import pathlib
import random
import re
import signal
import socket
import stat
import subprocess
import threading
import time
import unittest

from api_client import Events, ask, raw, read_all
from lab import Lab, main
from waiting import KITH, PATIENCE, PLUGINS, ROOT, TEST_PLUGINS, free_port, wait_until

OPENAPI = json.loads((ROOT / "host/api/openapi.json").read_text())
SECRETS = {"gossip": "zq-gossip-secret-71", "token": "zq-consul-token-72", "environment": "zq-environment-73"}


def as_user(uid, gid, groups=()):
    """Becomes that user, in the child of a subprocess."""
    def become():
        os.setgroups(list(groups))
        os.setgid(gid)
        os.setuid(uid)
    return become


class Api(unittest.TestCase):
    def setUp(self):
        self.lab = Lab(epmd=False)
        self.addCleanup(self.lab.close)
        self.lab.dir.chmod(0o755)
        self.peers = self.lab.dir / "peers"
        self.see("a@h", "b@h", "c@h")
        self.socket = self.lab.dir / "api.sock"

    def see(self, *names):
        fresh = self.peers.with_suffix(".new")
        fresh.write_text("".join(f"{name}\n" for name in names))
        fresh.rename(self.peers)

    def config(self, **more):
        return {"plugins": {"dir": [PLUGINS, TEST_PLUGINS]}, "api": {"socket": str(self.socket)},
                "connectors": {"node": {"plugin": "log", "config": {"node": "self@h"}}},
                "topologies": {"t": {"strategy": "lines", "config": {"file": str(self.peers), "interval": 20}, "connector": "node",
                                     "policy": {"min_peers": 1, "grace": 0, "confirm": 1, "guard": False}}}, **more}

    def kith(self, config=None, **settings):
        kith = self.lab.kith(config or self.config(), **settings)
        kith.wait("topology.ready")
        return kith

    def ask(self, target, method="GET", **more):
        return ask(self.socket, target, method, **more)

    def command(self, *arguments, socket_path=None, **more):
        return self.lab.command(*arguments, "--socket", socket_path or self.socket, **more)

    def busy(self, kith):
        """Makes events until the test ends: peers that come and go."""
        stop = threading.Event()
        def work():
            number = 0
            while not stop.is_set():
                number += 1
                self.see("a@h", *(f"x{number}-{i}@h" for i in range(40)))
                stop.wait(0.02)
        thread = threading.Thread(target=work)
        thread.start()
        self.addCleanup(lambda: (stop.set(), thread.join()))

    def check_stream(self, kith, received, after):
        """Every event behind `after` once, or counted by an events.lost; and as the file of events has it."""
        seq = after
        wait_until(lambda: kith.last() >= received[-1]["seq"], "the event file has them too")
        written = {event["seq"]: event for event in kith.events()}  # its reader may be slow too
        for event in received:
            if event["kind"] == "events.lost":
                seq += event["lost"]
                self.assertEqual(event["seq"], seq)
            else:
                seq += 1
                self.assertEqual(event, written.get(event["seq"], event))
                self.assertEqual(event["seq"], seq)

    # -- what is asked --

    def test_every_route_answers(self):
        kith = self.kith()
        for path, methods in OPENAPI["paths"].items():
            for method, described in methods.items():
                target = path.replace("{name}/why", "a%40h/why").replace("{name}", "t") + ("?follow=false" if path == "/v1/events" else "")
                with self.subTest(target=target):
                    answer = self.ask(target, method.upper())
                    self.assertLess(answer.status, 300, answer.body)
                    response = described["responses"][str(answer.status)]
                    self.assertIn(answer.headers["Content-Type"], response["content"])
                    self.assertNotIn("Access-Control-Allow-Origin", answer.headers)
                    if answer.headers["Content-Type"] == "application/json":
                        answer.json()
                    head = self.ask(target, "HEAD")
                    self.assertEqual((head.status, head.body), (answer.status if method == "get" else 405, b""))
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
                target = path.replace("{name}", name) + ("?follow=false&after=x.1" if path == "/v1/events" else "")
                body = self.ask(target, next(iter(methods)).upper()).body.decode()
                for secret in SECRETS.values():
                    self.assertNotIn(secret, body, target)
        shown = self.ask("/v1/config").json()
        self.assertEqual(shown["topologies"]["c"]["strategies"][0]["config"]["access_token"], "***")

    # -- who asks --

    @unittest.skipIf(os.geteuid() != 0, "needs root, to become other users")
    def test_rights_by_user_and_group(self):
        config = self.config()
        config["api"]["control_group"] = "54321"
        self.kith(config)
        self.assertEqual(stat.S_IMODE(self.socket.stat().st_mode), 0o660)
        os.chown(self.socket, -1, 54300)  # as the group `kith` where there is one
        script = (f"import sys; sys.path.insert(0, {str(pathlib.Path(__file__).parent)!r})\n"
                  "from api_client import ask\n"
                  "def tried(*words):\n"
                  "    try:\n"
                  f"        return str(ask({str(self.socket)!r}, *words).status)\n"
                  "    except PermissionError:\n"
                  "        return 'denied'\n"
                  "print(tried('/v1/status'), tried('/v1/refresh', 'POST'))\n")
        cases = {(54100, 54100, ()): "denied denied", (54100, 54300, ()): "200 403", (54100, 54100, (54300,)): "200 403",
                 (54100, 54300, (54321,)): "200 202", (54100, 54321, (54300,)): "200 202", (54100, 54321, ()): "denied denied",
                 (65534, 54300, ()): "200 403", (0, 0, ()): "200 202"}
        for (uid, gid, groups), expected in cases.items():
            with self.subTest(uid=uid, gid=gid, groups=groups):
                child = subprocess.run(["python3", "-B", "-c", script], preexec_fn=as_user(uid, gid, groups), text=True,
                                       capture_output=True, timeout=PATIENCE)
                self.assertEqual(child.stdout.strip(), expected, child.stderr)
        command = subprocess.run([KITH, "status", "--socket", str(self.socket)], preexec_fn=as_user(54100, 54100), text=True,
                                 capture_output=True, timeout=PATIENCE)
        self.assertEqual(command.returncode, 3)
        self.assertIn("permission denied", command.stderr)

    @unittest.skipIf(os.geteuid() != 0, "needs root, to become other users")
    def test_the_daemon_of_another_user(self):
        home = self.lab.dir / "user"
        home.mkdir(mode=0o700)
        os.chown(home, 54100, 54100)
        config = self.config(name="mine")
        del config["api"]
        file = self.lab.write("user.json", config)
        file.chmod(0o644)
        for path in (self.peers, file):
            path.chmod(0o644)
        environment = self.lab.environment(XDG_RUNTIME_DIR=str(home))
        del environment["RUNTIME_DIRECTORY"]
        log = self.lab.dir / "user.log"
        with open(log, "wb") as output:
            daemon = subprocess.Popen([KITH, "run", str(file)], env=environment, preexec_fn=as_user(54100, 54100),
                                      stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        self.addCleanup(lambda: (daemon.kill(), daemon.wait()))
        its = home / "kith/mine.sock"
        wait_until(its.exists, "its socket", describe=lambda: log.read_text())
        self.assertEqual(stat.S_IMODE(its.parent.stat().st_mode), 0o700)
        self.assertEqual(ask(its, "/v1/refresh", "POST").status, 202)  # root
        found = subprocess.run([KITH, "refresh"], env=environment, preexec_fn=as_user(54100, 54100), text=True, capture_output=True,
                               timeout=PATIENCE)
        self.assertEqual(found.returncode, 0, found.stderr)
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(PATIENCE)
        self.assertFalse(its.exists())

    def test_hosts_and_origins_of_strangers(self):
        self.kith()
        self.assertEqual(self.ask("/v1/status", Host="evil.example").code(), "421 host_not_allowed")
        self.assertEqual(self.ask("/v1/refresh", "POST", Origin="http://evil.example").code(), "403 foreign_origin")
        self.assertEqual(self.ask("/v1/refresh").code(), "405 method_not_allowed")

    # -- clients that misbehave --

    def test_requests_that_are_none(self):
        self.kith()
        host = b"Host: localhost\r\nConnection: close\r\n"
        for data, expected in {
                b"hello\r\n\r\n": "400 malformed", b"GET / HTTP/9.9\r\n\r\n": "400 malformed", b"\x16\x03\x01\x02\x00": "400 malformed",
                b"GET /v1/status HTTP/1.0\r\n\r\n": "400 malformed", b"GET /%zz HTTP/1.1\r\n" + host + b"\r\n": "400 malformed",
                b"GET /v1/status HTTP/1.1\r\n" + host + host + b"\r\n": "400 malformed",
                b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 4000: "413 head_too_large",
                b"GET /" + b"a" * 20_000: "413 head_too_large",
                b"POST /v1/refresh HTTP/1.1\r\n" + host + b"Content-Length: 99999999\r\n\r\n": "413 body_too_large",
                b"POST /v1/refresh HTTP/1.1\r\n" + host + b"Content-Length: 70000\r\n\r\n" + b"b" * 70_000: "413 body_too_large"}.items():
            with self.subTest(data=data[:60]):
                head, _, body = read_all(raw(self.socket, data)).partition(b"\r\n\r\n")
                error = json.loads(body)["error"]
                self.assertEqual(f"{head.split()[1].decode()} {error['code']}", expected)
        self.assertEqual(self.ask("/v1/status").status, 200)

    def test_requests_in_a_row_on_one_connection(self):
        self.kith()
        one = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
        last = b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        answers = read_all(raw(self.socket, one * 200 + last))
        self.assertEqual(answers.count(b"HTTP/1.1 200 OK"), 201)

    def test_slow_and_mute_clients_harm_nobody(self):
        kith = self.kith()
        before = kith.memory()["Rss"]
        idle = [raw(self.socket) for _ in range(150)]
        slow = [raw(self.socket, b"GET /v1/sta") for _ in range(50)]
        mute = [raw(self.socket, b"GET /v1/events?after=x.1 HTTP/1.1\r\nHost: localhost\r\n\r\n") for _ in range(20)]
        more = [raw(self.socket) for _ in range(300)]  # beyond the limit: the oldest idle ones make room
        self.addCleanup(lambda: [stream.close() for stream in idle + slow + mute + more])
        self.busy(kith)
        started, times = time.monotonic(), []
        while time.monotonic() - started < 11:
            begun = time.monotonic()
            self.assertEqual(self.ask("/v1/status").status, 200)
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

    def test_a_client_that_never_reads_costs_a_bounded_buffer(self):
        kith = self.kith()
        self.busy(kith)
        wait_until(lambda: kith.last() > 6_000, "the ring is full")
        before, seen = kith.memory()["Rss"], kith.last()
        mute = [raw(self.socket, b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n") for _ in range(20)]
        self.addCleanup(lambda: [stream.close() for stream in mute])
        good = Events(self.socket, last=self.ask("/v1/state").json()["id"])
        first = int(good.last.split(".")[1])
        good.read(lambda events: len(events.received) >= 2_000)
        self.check_stream(kith, good.received, first)
        wait_until(lambda: kith.last() > seen + 6_000, "many more events")
        self.assertLess(kith.memory()["Rss"] - before, len(mute) * 256 + 2048)
        self.assertEqual(self.ask("/v1/status").status, 200)

    # -- the socket --

    def test_a_second_daemon_on_the_same_socket(self):
        first = self.kith()
        second = self.lab.kith(self.config())
        self.assertEqual(second.ended(), 3)
        self.assertIn("another process listens on", second.log())
        self.assertEqual(self.ask("/v1/status").json()["pid"], first.pid)
        config = self.config()
        del config["api"]
        runtime = self.lab.dir / "runtime"
        runtime.mkdir()
        third = self.kith(config, RUNTIME_DIRECTORY=str(runtime))
        fourth = self.kith(config, RUNTIME_DIRECTORY=str(runtime))  # a default socket that is taken is a warning
        fourth.wait_log("there is no API: its socket cannot be made.*another process listens")
        self.assertEqual(fourth.terminate(), 0)
        self.assertEqual(ask(runtime / "kith.sock", "/v1/status").json()["pid"], third.pid)

    def test_a_socket_that_a_killed_daemon_has_left_is_replaced(self):
        self.kith().kill()
        self.assertTrue(self.socket.exists())
        second = self.kith()
        self.assertEqual(self.ask("/v1/status").json()["pid"], second.pid)
        self.assertEqual(second.terminate(), 0)
        self.assertFalse(self.socket.exists())
        self.assertEqual([path.name for path in self.lab.dir.iterdir() if path.name.startswith(".kith-")], [])

    def test_what_is_no_socket_is_left_alone(self):
        self.socket.write_text("mine")
        kith = self.lab.kith(self.config())
        self.assertEqual(kith.ended(), 3)
        self.assertIn("is no socket", kith.log())
        self.assertEqual(self.socket.read_text(), "mine")

    def test_a_socket_that_is_removed_is_made_anew(self):
        kith = self.kith()
        follower = raw(self.socket, b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.addCleanup(follower.close)
        self.socket.unlink()
        wait_until(self.socket.exists, "the socket is there again", describe=kith.tail)
        self.assertEqual(self.ask("/v1/status").json()["pid"], kith.pid)
        kith.wait_log("the socket of the API was removed; it is made anew")
        self.assertIn(b"200 OK", follower.recv(1000))  # it was not disturbed
        # Somebody else's socket in its place is not removed at the end.
        self.socket.unlink()
        other = socket.socket(socket.AF_UNIX)
        self.addCleanup(other.close)
        other.bind(str(self.socket))
        other.listen()
        self.assertEqual(kith.terminate(), 0)
        self.assertTrue(self.socket.exists())

    def test_a_place_where_no_socket_can_be_made(self):
        config = self.config()
        config["api"]["socket"] = str(self.lab.dir / "nowhere/api.sock")
        kith = self.lab.kith(config)
        self.assertEqual(kith.ended(), 3)
        self.assertIn("api.socket: ", kith.log())
        del config["api"]
        kith = self.kith(config, RUNTIME_DIRECTORY=str(self.peers))  # a file
        kith.wait_log("there is no API: its socket cannot be made")

    def test_without_an_api_there_is_no_socket(self):
        config = self.config()
        config["api"] = False
        runtime = self.lab.directory("runtime")
        kith = self.kith(config, RUNTIME_DIRECTORY=str(runtime))
        self.assertEqual(list(runtime.iterdir()), [])
        self.assertNotIn("API", kith.log())

    # -- events --

    def test_a_client_that_is_cut_off_misses_nothing(self):
        kith = self.kith()
        state = self.ask("/v1/state").json()
        self.busy(kith)
        client = Events(self.socket, last=state["id"])
        random.seed(7)
        for _ in range(60):
            wanted = len(client.received) + random.randrange(1, 120)
            client.read(lambda events: len(events.received) >= wanted)
        self.check_stream(kith, client.received, int(state["id"].split(".")[1]))

    def test_a_small_ring_loses_events_and_reports_each(self):
        kith = self.kith(self.config(events={"ring": 20}))
        client = Events(self.socket, last=self.ask("/v1/state").json()["id"])
        first = int(client.last.split(".")[1])
        self.busy(kith)
        for _ in range(15):
            wanted, seen = len(client.received) + 30, kith.last()
            wait_until(lambda: kith.last() > seen + 200, "the ring was overwritten")
            client.read(lambda events: len(events.received) >= wanted)
        self.assertGreater(client.lost, 0)
        self.check_stream(kith, client.received, first)

    def test_an_id_of_the_former_run(self):
        kith = self.kith()
        client = Events(self.socket)
        old = self.ask("/v1/state").json()["id"]
        self.assertEqual(kith.terminate(), 0)
        self.kith()
        client.last = old
        client.read(lambda events: len(events.received) >= 3)
        self.assertEqual(client.received[0]["kind"], "events.lost")
        self.assertIn("started anew", client.received[0]["reason"])
        self.assertEqual([event["seq"] for event in client.received[1:3]], [1, 2])

    def test_filters_and_lines(self):
        self.kith()
        body = self.ask("/v1/events?follow=false&after=x.1&kind=link.up&topology=t", Accept="application/x-ndjson").body
        kinds = [json.loads(line)["kind"] for line in body.splitlines()]
        self.assertEqual(kinds, ["events.lost"] + ["link.up"] * 3)

    # -- commands --

    def test_commands(self):
        kith = self.kith()
        status = self.command("status")
        self.assertEqual(status.returncode, 0, status.stderr)
        self.assertRegex(status.stdout, rf"kith .*, pid {kith.pid}, up .*\n(.*\n)?t +3 +3 +node +ok\n")
        self.assertEqual(json.loads(self.command("status", "--json").stdout)["pid"], kith.pid)
        peers = self.command("peers", "[a*", "--topology", "t")
        self.assertEqual((peers.returncode, peers.stdout), (1, ""))
        peers = self.command("peers", "a*")
        self.assertRegex(peers.stdout, r"NAME +TOPOLOGY .*\na@h +t +wanted +up +2")
        self.assertEqual(len(json.loads(self.command("peers", "--json").stdout)["peers"]), 3)
        self.assertEqual(self.command("peers", "--topology", "none").returncode, 1)
        why = self.command("why", "a@h")
        self.assertEqual(why.returncode, 0, why.stderr)
        self.assertRegex(why.stdout, r"^it is linked since .*\nNothing\.\ntopology t: found by lines \(key a@h\)")
        why = self.command("why", "z@h")
        self.assertEqual(why.returncode, 1)
        self.assertTrue(why.stdout.startswith("no strategy of this topology has it"), why.stdout)
        self.assertEqual(json.loads(self.command("why", "z@h", "--json").stdout)["known"], False)
        events = self.command("events", "--kind", "link.up,topology.ready")
        self.assertEqual(events.returncode, 0, events.stderr)
        self.assertEqual(len(re.findall(r"link\.up +t node [abc]@h", events.stdout)), 3, events.stdout)
        lines = [json.loads(line) for line in self.command("events", "--json").stdout.splitlines()]
        self.assertEqual([line["seq"] for line in lines], list(range(1, len(lines) + 1)))
        self.assertEqual(self.command("refresh", "--json").stdout.strip(), '{"refreshed":true}')
        for name in ("status", "peers", "why", "events", "refresh"):
            text = self.lab.command(name, "--help").stdout
            self.assertIn("Example: ", text)
            self.assertIn("--socket", text)
            self.assertEqual(self.command(name, "--nothing").returncode, 2)
        self.see("fail the source is down")
        kith.wait("topology.stale")
        status = self.command("status")
        self.assertEqual(status.returncode, 0)  # degraded is no reason to restart anything
        self.assertIn("t is degraded: strategy lines cannot look, its last known peers are kept: the source is down\n", status.stdout)

    def test_events_are_followed(self):
        kith = self.kith()
        follower = subprocess.Popen([KITH, "events", "--follow", "--json", "--socket", str(self.socket)], stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE, text=True)
        self.addCleanup(lambda: (follower.kill(), follower.communicate()))
        guard = threading.Timer(PATIENCE, follower.kill)
        guard.start()
        self.addCleanup(guard.cancel)
        self.see("a@h", "new@h")
        for line in follower.stdout:
            if json.loads(line).get("peer") == "new@h":
                break
        kith.terminate()
        self.assertEqual(follower.wait(PATIENCE), 3)
        self.assertIn("the daemon ended the stream", follower.stderr.read())

    def test_where_commands_look(self):
        nothing = self.lab.dir / "nothing"
        nothing.mkdir()
        runtime = self.lab.dir / "runtime"
        for name in ("one", "two"):
            (runtime / name).mkdir(parents=True)
        config = self.config()
        del config["api"]
        first = self.kith(config, RUNTIME_DIRECTORY=str(runtime / "one"))
        found = self.lab.command("status", RUNTIME_DIRECTORY=str(runtime))
        self.assertEqual(found.returncode, 0, found.stderr)
        self.assertIn(f"pid {first.pid}", found.stdout)
        self.kith(config, RUNTIME_DIRECTORY=str(runtime / "two"))
        several = self.lab.command("status", RUNTIME_DIRECTORY=str(runtime))
        self.assertEqual(several.returncode, 2)
        self.assertIn(f"--socket {runtime}/one/kith.sock\n  --socket {runtime}/two/kith.sock", several.stderr)
        first.kill()  # its socket stays, and nobody listens
        self.assertEqual(self.lab.command("status", RUNTIME_DIRECTORY=str(runtime)).returncode, 0)
        missing = self.command("status", socket_path=self.lab.dir / "none.sock")
        self.assertEqual(missing.returncode, 3)
        self.assertIn("nobody answers at", missing.stderr)

    def test_a_daemon_that_is_held(self):
        kith = self.kith()
        kith.signal(signal.SIGSTOP)
        self.addCleanup(kith.signal, signal.SIGCONT)
        begun = time.monotonic()
        held = self.command("status")
        self.assertEqual(held.returncode, 3)
        self.assertIn(f"does not answer; its process lives, pid {kith.pid}", held.stderr)
        self.assertGreaterEqual(time.monotonic() - begun, 2)

    def test_many_ask_at_once(self):
        self.kith()
        with concurrent.futures.ThreadPoolExecutor(32) as pool:
            answers = list(pool.map(lambda number: self.ask(f"/v1/peers?limit={number % 3 + 1}").status, range(400)))
        self.assertEqual(set(answers), {200})

    def test_a_daemon_that_stops(self):
        kith = self.kith()
        follower = raw(self.socket, b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        wait_until(lambda: b"200 OK" in follower.recv(1000), "the stream has begun")
        self.assertEqual(kith.terminate(), 0)
        self.assertIn(b"topology.stopped", read_all(follower))


if __name__ == "__main__":
    main()
