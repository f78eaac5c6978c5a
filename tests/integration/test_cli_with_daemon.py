# SPDX-License-Identifier: MIT
"""The commands that ask a running daemon."""

import concurrent.futures
import json
import re
import signal
import subprocess
import threading
import time

from api_case import ApiCase
from api_client import raw, read_all
from lab import main
from waiting import KITH, PATIENCE, wait_until


class CliWithDaemon(ApiCase):
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
        for name in ("status", "peers", "why", "events", "refresh", "reload", "pause", "resume", "confirm", "hold", "forget", "page", "debug"):
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
