# SPDX-License-Identifier: MIT
"""A running daemon takes a changed configuration: by command, by signal, by the file alone; refused, taken back, confirmed."""

import json
import os
import signal
import socket
import subprocess
import threading
import time

from api_case import ApiCase
from api_client import Events, raw
from lab import main
from waiting import KITH, PATIENCE, free_port, wait_until


class Reload(ApiCase):
    def setUp(self):
        super().setUp()
        self.file = self.lab.dir / "live.json"

    def write(self, config):
        fresh = self.file.with_suffix(".new")
        fresh.write_text(config if isinstance(config, str) else json.dumps(config))
        fresh.rename(self.file)

    def running(self, config=None, arguments=()):
        self.write(config or self.config())
        kith = self.lab.kith(self.file, arguments=arguments)
        kith.wait("topology.ready")
        self.links(kith, "a@h", "b@h", "c@h")
        return kith

    def links(self, kith, *names, topology="t"):
        def now():
            peers = self.ask(f"/v1/peers?topology={topology}").json()["peers"]
            return sorted(peer["name"] for peer in peers if peer["link"] == "up")
        wait_until(lambda: now() == sorted(names), f"links to {names}", describe=lambda: f"{now()}\n{kith.tail()}")

    def two(self):
        """The usual configuration, and a second topology."""
        config = self.config()
        others = self.lab.dir / "others"
        others.write_text("d@h\n")
        config["topologies"]["u"] = {"strategy": "lines", "config": {"file": str(others), "interval": 20}, "connector": "node"}
        return config

    def test_what_has_not_changed_does_not_notice(self):
        kith = self.running()
        before = kith.last()
        self.assertEqual(self.command("reload").stdout, "unchanged\n")
        self.write(self.two())
        planned = self.command("reload", "--dry-run")
        self.assertEqual((planned.returncode, planned.stdout), (0, "topology u: added\nplanned\n"), planned.stderr)
        self.assertEqual(kith.found("config.reloaded"), [])
        done = self.command("reload")
        self.assertEqual((done.returncode, done.stdout), (0, "topology u: added\napplied\n"), done.stderr)
        kith.wait("link.up", peer="d@h")
        self.assertEqual([event for event in kith.events() if event["seq"] > before and event.get("topology") == "t"], [])
        last = self.ask("/v1/status").json()["last_reload"]
        self.assertEqual((last["verdict"], last["reason"]), ("applied", ""))
        self.write(self.config())
        self.assertEqual(self.command("reload", "--json", "--confirm").returncode, 0)
        kith.wait("topology.stopped", topology="u")
        self.assertEqual(kith.found("link.down"), [])
        self.assertEqual(self.ask("/v1/topologies/u").status, 404)

    def test_an_invalid_file_changes_nothing(self):
        kith = self.running()
        config = self.two()
        config["topologies"]["t"]["policy"]["grace"] = "soon"
        self.write(json.dumps(config, indent=1))
        refused = self.command("reload")
        self.assertEqual(refused.returncode, 1)
        self.assertRegex(refused.stderr, r"live\.json:\d+:\d+.*topologies\.t\.policy\.grace")
        event = kith.wait("config.refused")
        self.assertIn("topologies.t.policy.grace", event["reason"])
        self.write("{")
        self.assertEqual(self.command("reload").returncode, 1)
        self.file.unlink()
        self.assertEqual(self.command("reload").returncode, 1)
        config = self.config(state_dir="/elsewhere")
        self.write(config)
        self.assertIn("state_dir cannot be changed while kith runs", self.command("reload").stderr)
        config = self.config()
        config["topologies"]["v"] = {"strategy": "no_such_plugin", "connector": "node"}
        self.write(config)
        self.assertIn("no_such_plugin", self.command("reload").stderr)
        self.assertEqual(self.ask("/v1/status").json()["last_reload"]["verdict"], "refused")
        self.links(kith, "a@h", "b@h", "c@h")
        self.assertEqual(kith.found("link.down"), [])

    def test_a_plugin_that_was_not_needed_before(self):
        kith = self.running()
        config = self.config()
        config["topologies"]["x"] = {"strategy": "exec", "connector": "node", "config": {"command": ["/bin/echo", "e@h"], "polling_interval": 100}}
        self.write(config)
        done = self.command("reload")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("exec", [plugin["id"] for plugin in self.ask("/v1/plugins").json()["plugins"]])
        kith.wait("observation.ok", topology="x")

    def test_what_would_part_many_must_be_confirmed(self):
        kith = self.running()
        config = self.config()
        config["topologies"]["t"]["policy"]["exclude"] = ["*"]
        self.write(config)
        refused = self.command("reload")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("topology t: 3 of 3 peers are no longer connected, their links stay (a@h, b@h, c@h)", refused.stderr)
        self.assertIn("kith reload --confirm", refused.stderr)
        self.links(kith, "a@h", "b@h", "c@h")
        done = self.command("reload", "--confirm")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("that is more than policy.max_removal", done.stdout)
        kith.wait("peer.lost", peer="a@h")
        self.assertEqual(kith.found("link.down"), [])

    def test_the_signal_reloads_or_refreshes(self):
        config = self.config()
        config["topologies"]["t"]["config"]["interval"] = 3_600_000
        kith = self.running(config)
        self.see("a@h", "b@h", "c@h", "e@h")
        kith.signal(signal.SIGHUP)
        kith.wait("peer.discovered", peer="e@h")  # nothing has changed: every strategy queries its source
        self.assertEqual(kith.found("config.reloaded"), [])
        config["topologies"]["t"]["policy"]["exclude"] = ["e@*"]
        self.write(config)
        kith.signal(signal.SIGHUP)
        kith.wait("config.reloaded")
        kith.wait("peer.lost", peer="e@h")
        self.write("{")
        kith.signal(signal.SIGHUP)
        kith.wait("config.refused")
        kith.wait_log("the configuration is not reloaded")

    def test_a_port_that_the_former_instance_has(self):
        port = free_port()
        config = self.config()
        gossip = {"strategy": "gossip", "connector": "node", "config": {"port": port, "multicast_if": "127.0.0.1", "secret": "one"}}
        config["topologies"]["g"] = gossip
        kith = self.running(config)
        gossip["config"]["secret"] = "two"
        self.write(config)
        done = self.command("reload")
        self.assertEqual((done.returncode, done.stdout), (0, "strategy g.gossip: restarted, by config.secret\napplied\n"), done.stderr)
        del config["topologies"]["g"]
        config["topologies"]["h"] = gossip  # the same port, in another topology
        self.write(config)
        done = self.command("reload")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(kith.found("plugin.failed") + kith.found("plugin.refused"), [])
        self.assertNotIn("two", self.command("reload", "--json", "--dry-run").stdout)

    def test_the_file_is_followed_and_many_edits_are_one(self):
        kith = self.running(arguments=["--watch"])
        for number in range(200):
            config = self.config()
            config["topologies"]["t"]["policy"]["connect_parallel"] = number + 1
            self.write(config)
        wait_until(lambda: self.ask("/v1/config").json()["topologies"]["t"]["policy"]["connect_parallel"] == 200, "the last edit counts",
                   describe=kith.tail)
        self.assertLess(len(kith.found("config.reloaded")), 20)
        self.links(kith, "a@h", "b@h", "c@h")

    def test_a_config_map_is_followed(self):
        mount = self.lab.directory("mount")
        def publish(number, config):
            data = mount / f"..{number}"
            data.mkdir()
            (data / "live.json").write_text(json.dumps(config))
            (mount / "..new").symlink_to(data.name)
            os.rename(mount / "..new", mount / "..data")
        publish(1, self.config())
        (mount / "live.json").symlink_to("..data/live.json")
        kith = self.lab.kith(mount / "live.json", arguments=["--watch"])
        kith.wait("topology.ready")
        publish(2, self.two())
        kith.wait("link.up", peer="d@h")

    def test_a_topology_goes_whose_events_are_followed(self):
        self.write(self.two())
        kith = self.lab.kith(self.file)
        kith.wait("link.up", peer="d@h")
        client = Events(self.socket, "/v1/events?topology=u", last=self.ask("/v1/state").json()["id"])
        client.last = client.last.split(".")[0] + ".0"
        client.read(lambda events: any(event["kind"] == "link.up" for event in events.received))
        followed = raw(self.socket, b"GET /v1/events?topology=u HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.addCleanup(followed.close)
        self.assertIn(b" 200 OK", followed.recv(1000))
        self.write(self.config())
        self.assertEqual(self.command("reload", "--confirm").returncode, 0)
        data = b""
        while b"topology.stopped" not in data:
            part = followed.recv(4096)
            self.assertTrue(part, data)
            data += part
        self.assertEqual(self.ask("/v1/events?topology=u").status, 404)
        self.write(self.two())  # it comes back, and the stream goes on
        self.assertEqual(self.command("reload").returncode, 0)
        while b"topology.started" not in data:
            part = followed.recv(4096)
            self.assertTrue(part, data)
            data += part

    def test_a_reload_while_it_starts(self):
        self.write(self.config())
        kith = self.lab.kith(self.file)
        codes = set()
        def asked():
            try:
                answer = self.ask("/v1/reload", "POST")
            except (FileNotFoundError, ConnectionRefusedError):
                return False
            codes.add(answer.code() if answer.status >= 400 else answer.json()["verdict"])
            return "unchanged" in codes
        wait_until(asked, "a reload is answered", describe=kith.tail)
        self.assertLessEqual(codes, {"503 starting", "unchanged"})
        self.links(kith, "a@h", "b@h", "c@h")

    def test_the_service_manager_is_notified_whatever_the_verdict(self):
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(manager.close)
        manager.bind(str(self.lab.dir / "notify"))
        manager.settimeout(PATIENCE)
        def notification():
            """The next notification that is not the watchdog's."""
            while (text := manager.recv(1000).decode()) == "WATCHDOG=1":
                pass
            return text
        def in_process(config):
            """A plugin in a process of its own would fail after the verdict."""
            config["plugins"]["isolate"] = "none"
            return config
        self.write(in_process(self.config()))
        kith = self.lab.kith(self.file, NOTIFY_SOCKET=str(self.lab.dir / "notify"))
        self.assertEqual(notification(), "READY=1")
        before = time.clock_gettime(time.CLOCK_MONOTONIC)
        self.write(in_process(self.two()))
        self.assertEqual(self.command("reload").returncode, 0)
        reloading = notification()
        self.assertRegex(reloading, r"^RELOADING=1\nMONOTONIC_USEC=\d+$")
        now = int(reloading.rsplit("=", 1)[1]) / 1e6
        self.assertTrue(before <= now <= time.clock_gettime(time.CLOCK_MONOTONIC))
        self.assertEqual(notification(), "READY=1")
        # Refused ones: the service manager does not wait for a READY that never comes.
        self.write("{")
        self.assertEqual(self.command("reload").returncode, 1)
        kith.signal(signal.SIGHUP)
        kith.wait_log("the configuration is not reloaded")
        # One that is taken back.
        config = in_process(self.two())
        config["plugins"]["dir"].append(self.bad_plugins("failing_create"))
        config["topologies"]["v"] = {"strategy": "failing_create", "connector": "node"}
        self.write(config)
        failed = self.command("reload")
        self.assertEqual(failed.returncode, 1)
        self.assertRegex(failed.stdout + failed.stderr, "former configuration is in force again")
        self.assertRegex(notification(), "^RELOADING=1\n")
        self.assertEqual(notification(), "READY=1")
        self.links(kith, "a@h", "b@h", "c@h")
        self.assertEqual(self.ask("/v1/topologies/v").status, 404)
        kith.signal(signal.SIGTERM)
        self.assertEqual(notification(), "STOPPING=1")

    def test_reloads_while_others_are_under_way_and_while_it_stops(self):
        kith = self.running()
        results = []
        def work():
            for _ in range(20):
                results.append(subprocess.run([KITH, "reload", "--confirm", "--socket", str(self.socket)], capture_output=True, text=True,
                                              timeout=PATIENCE))
        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for number in range(30):
            self.write(self.two() if number % 2 else self.config())
        for thread in threads:
            thread.join()
        for result in results:
            self.assertIn(result.returncode, (0, 1), result.stderr)
            if result.returncode == 1:
                self.assertIn("a reload is under way", result.stderr)
        self.links(kith, "a@h", "b@h", "c@h")
        self.write(self.two())
        kith.signal(signal.SIGHUP)
        kith.signal(signal.SIGTERM)
        self.assertEqual(kith.ended(), 0)


if __name__ == "__main__":
    main()
