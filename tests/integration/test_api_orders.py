# SPDX-License-Identifier: MIT
"""A running daemon is changed: pause, resume, confirm, hold, forget, by requests and by commands."""

import json

from api_case import ApiCase
from lab import main
from waiting import wait_until


class ApiOrders(ApiCase):
    def linked(self, kith, *names):
        def now():
            return sorted(peer["name"] for peer in self.ask("/v1/peers").json()["peers"] if peer["link"] == "up")
        wait_until(lambda: now() == sorted(names), f"links to {names}", describe=lambda: f"{now()}\n{kith.tail()}")

    def test_a_pause_by_commands_survives_a_kill(self):
        config = self.config(state_dir=str(self.lab.directory("state")))
        kith = self.kith(config)
        self.linked(kith, "a@h", "b@h", "c@h")
        paused = self.command("pause", "t", "--for", "10m")
        self.assertEqual(paused.returncode, 0, paused.stderr)
        self.assertRegex(paused.stdout, r"^topology t is paused until 20")
        kith.wait("topology.paused", topology="t")
        self.see("a@h", "b@h", "d@h")
        kith.wait("peer.missing", peer="c@h")
        status = self.command("status").stdout
        self.assertRegex(status, r"t is degraded: paused by an operator for another \d+ s: kith connects and disconnects no peer")
        wait_until(lambda: json.loads((self.lab.dir / "state/topologies.t.overrides").read_text())["paused_until"], "it is kept")
        kith.kill()
        again = self.lab.kith(config)
        self.assertIn("it was paused before kith started", again.wait("topology.paused")["reason"])
        again.wait("peer.discovered", peer="d@h")
        self.assertEqual(again.found("connect.started"), [])
        resumed = self.command("resume", "t", "--json")
        self.assertEqual(json.loads(resumed.stdout), {"topology": "t", "resumed": True})
        self.linked(again, "a@h", "b@h", "d@h")
        self.assertEqual(self.command("resume", "t").returncode, 1)

    def test_held_removals_are_confirmed(self):
        config = self.config()
        config["topologies"]["t"]["policy"] = {"grace": 0, "confirm": 1, "prune": "disconnect"}
        kith = self.kith(config)
        self.linked(kith, "a@h", "b@h", "c@h")
        nothing = self.command("confirm", "t")
        self.assertEqual((nothing.returncode, nothing.stderr), (1, "kith confirm: the guard of topology t holds nothing\n"))
        self.see("a@h")
        kith.wait("peer.held", peer="b@h")
        kith.wait("peer.held", peer="c@h")
        old = self.command("confirm", "t", "--hold", "former.1")
        self.assertEqual(old.returncode, 1)
        self.assertIn("the hold has changed since", old.stderr)
        self.linked(kith, "a@h", "b@h", "c@h")
        done = self.command("confirm", "t")
        self.assertEqual((done.returncode, done.stdout), (0, "b@h\nc@h\n2 peers of topology t are removed\n"), done.stderr)
        self.linked(kith, "a@h")
        self.assertEqual(kith.wait("removal.confirmed")["peers"], 2)

    def test_a_peer_is_held_and_forgotten(self):
        kith = self.kith()
        self.linked(kith, "a@h", "b@h", "c@h")
        held = self.command("hold", "t", "a@h", "--for", "2h")
        self.assertEqual(held.returncode, 0, held.stderr)
        self.assertRegex(held.stdout, r"^a@h is held until 20")
        self.see("b@h", "c@h")
        kith.wait("peer.lost", peer="a@h")
        self.assertRegex(self.command("why", "a@h").stdout, r"^an operator holds it for another \d+ s; its link is kept\n")
        self.linked(kith, "a@h", "b@h", "c@h")
        self.assertEqual(self.command("hold", "t", "a@h", "--for", "0").stdout, "a@h is no longer held\n")
        self.linked(kith, "b@h", "c@h")
        kith.wait("disconnect.succeeded", peer="a@h")
        forgotten = self.command("forget", "t", "b@h")
        self.assertEqual((forgotten.returncode, forgotten.stdout), (0, "b@h is no peer of t any more\n"), forgotten.stderr)
        lost = kith.wait("peer.lost", peer="b@h")
        kith.wait("peer.discovered", after=lost["seq"], peer="b@h")  # its source still has it
        self.assertEqual(self.command("forget", "t", "nobody@h").returncode, 1)
        self.assertEqual(self.command("forget", "t").returncode, 2)
        self.assertEqual(self.command("hold", "none", "b@h").returncode, 1)

    def test_when_a_strategy_looks_next(self):
        config = self.config()
        config["topologies"]["t"]["config"]["interval"] = 600_000
        self.kith(config)
        source = self.ask("/v1/topologies/t").json()["sources"][0]
        self.assertTrue(500 < source["next_look_in_seconds"] <= 600, source)


if __name__ == "__main__":
    main()
