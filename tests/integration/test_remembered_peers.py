# SPDX-License-Identifier: MIT
"""policy.remember: kith is killed and started again during an outage of the DNS; its peers are restored."""

import json
import os
import time

from lab import PLUGINS, Scenario, main
from name_servers import Dnsmasq
from waiting import wait_until


class Remember(Scenario):
    def setUp(self):
        super().setUp()
        self.server = Dnsmasq(self.lab).start()
        self.server.say({"app.test": ["10.0.0.7", "10.0.0.8", "10.0.0.9"]})
        self.peers = [f"app@10.0.0.{i}" for i in (7, 8, 9)]
        self.state = self.lab.dir / "state"
        self.file = self.state / "topologies.t.peers"

    def start(self, **policy):
        """Uses connector log, which accepts every name."""
        return self.lab.kith({
            "plugins": {"dir": PLUGINS}, "state_dir": str(self.state),
            "connectors": {"notes": {"plugin": "log", "config": {"node": "app@127.0.0.1"}}},
            "topologies": {"t": {
                "strategy": "dns_poll", "connector": "notes",
                "config": {"query": "app.test", "node_basename": "app", "servers": [self.server.place], "polling_interval": 200},
                "policy": {"remember": True, "grace": 0, "confirm": 1, "prune": "disconnect", **policy}}}})

    def known(self):
        return sorted(line["name"] for line in map(json.loads, self.file.read_text().splitlines()) if "key" in line)

    def written(self, names):
        wait_until(lambda: self.file.exists() and self.known() == names, f"{self.file} to have {names}")

    def restarted_in_an_outage(self):
        before = self.start()
        for peer in self.peers:
            before.wait("link.up", peer=peer)
        self.written(self.peers)
        self.server.stop()
        before.kill()
        return self.start()

    def test_killed_in_an_outage_its_peers_are_dialled_and_stale(self):
        kith = self.restarted_in_an_outage()
        self.assertEqual(os.stat(self.file).st_mode & 0o777, 0o600)
        self.assertEqual(os.stat(self.state).st_mode & 0o777, 0o700)
        for peer in self.peers:
            self.reason_is_told(kith, kith.wait("peer.discovered", peer=peer), "remembered from before kith started")
            kith.wait("link.up", peer=peer)
        kith.wait("topology.stale")
        kith.wait("observation.failed")
        self.assertEqual(kith.found("topology.ready"), [])
        mark = kith.last()
        self.server.start()
        self.server.say({"app.test": ["10.0.0.8", "10.0.0.10"]})  # another set is there
        kith.wait("topology.fresh")
        kith.wait("peer.discovered", after=mark, peer="app@10.0.0.10")
        wait_until(lambda: len(kith.found("peer.lost", mark)) == 2, "two that are no longer known", describe=kith.tail)
        for event in kith.found("peer.lost", mark):
            self.assertIn("a link to it is kept", event["reason"])
        self.quiet(kith, 1, "link.down")
        self.assertEqual(kith.found("disconnect.succeeded"), [])
        self.written(["app@10.0.0.10", "app@10.0.0.8"])

    def test_a_clean_stop_keeps_what_is_known_now(self):
        kith = self.start()
        kith.wait("peer.discovered", peer=self.peers[2])
        self.assertEqual(kith.terminate(), 0)
        self.assertEqual(self.known(), self.peers)

    def test_a_damaged_file_is_passed_over_with_a_word(self):
        self.restarted_in_an_outage().kill()
        self.file.write_bytes(self.file.read_bytes().replace(b"10.0.0.8", b"10.0.0.6", 1))
        kith = self.start()
        kith.wait_log("topologies.t.peers.*damaged")
        kith.wait("observation.failed")
        self.assertEqual(kith.found("peer.discovered"), [])

    def test_one_that_others_could_have_written_is_passed_over(self):
        self.restarted_in_an_outage().kill()
        self.file.chmod(0o666)
        kith = self.start()
        kith.wait_log("group or others could have written")
        kith.wait("observation.failed")
        self.assertEqual(kith.found("peer.discovered"), [])

    def test_an_old_one_is_passed_over(self):
        self.restarted_in_an_outage().kill()
        # By another kith, yesterday: the sum is over what stands before it.
        lines = self.file.read_text().splitlines()
        source = json.loads(lines[1])
        source["seen"] = int(time.time() * 1000) - 25 * 3600 * 1000
        lines[1] = json.dumps(source)
        text = "\n".join(lines[:-1]) + "\n"
        total = 0xcbf29ce484222325
        for byte in text.encode():
            total = (total ^ byte) * 0x100000001b3 % 2**64
        self.file.write_text(text + json.dumps({"peers": 3, "sum": f"{total:016x}"}) + "\n")
        kith = self.start()
        kith.wait_log("more than 24 hours ago")
        self.assertEqual(kith.found("peer.discovered"), [])

    def test_a_directory_that_cannot_be_written_is_told_once(self):
        self.state = self.lab.dir / "nowhere" / "state"
        self.file = self.state / "topologies.t.peers"
        kith = self.start()
        kith.wait_log("peers cannot be kept for a restart")
        kith.wait("link.up", peer=self.peers[0])
        self.assertEqual(kith.terminate(), 0)

    def test_without_a_state_dir_it_is_an_error(self):
        config = self.lab.write("kith.json", {
            "plugins": {"dir": PLUGINS},
            "topologies": {"t": {"strategy": "epmd", "config": {"hosts": ["a@b"]}, "connector": "log", "policy": {"remember": True}}}})
        done = self.lab.command("check", config)
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr + done.stdout, r"topologies\.t\.policy\.remember: expected a `state_dir`")


if __name__ == "__main__":
    main()
