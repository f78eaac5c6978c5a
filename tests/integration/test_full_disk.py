# SPDX-License-Identifier: MIT
"""A disk becomes full while kith runs, and has space again: events, log and remembered peers recover without a restart, lost events are
counted, and no line is truncated. The disk is a tmpfs in a mount namespace of this process."""

import json
import os
import shutil
import subprocess
import sys

from lab import Lab, Scenario, main
from waiting import PLUGINS, ROOT, TEST_PLUGINS, free_port, wait_until
from webhook_receiver import accepted

INSIDE = "KITH_TEST_OWN_MOUNTS"


class FullDisk(Scenario):
    def setUp(self):
        if INSIDE not in os.environ:
            self.skipTest("no mount namespace can be made here (needs root)")
        self.lab = Lab(epmd=False)
        self.addCleanup(self.lab.close)
        self.disk = self.lab.dir / "disk"
        self.disk.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "small", self.disk], capture_output=True, text=True)
        if done.returncode != 0:
            self.skipTest(f"no tmpfs can be mounted here: {done.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", "-l", self.disk], check=True)
        self.filler = self.disk / "filler"
        self.number = 0

    def fill(self):
        with open(self.filler, "ab", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(512))
            except OSError:
                pass
        self.assertEqual(shutil.disk_usage(self.disk).free, 0)

    def enlarge(self):
        subprocess.run(["mount", "-o", "remount,size=64m", self.disk], check=True)

    def start(self, state_dir=None, queue=4096, sinks=None, **settings):
        self.peers = self.lab.write("peers", "p0@10.0.0.1\n")
        config = self.lab.config(strategy="lines", strategy_config={"file": str(self.peers), "interval": 20},
                                 dirs=[PLUGINS, TEST_PLUGINS],
                                 policy={"prune": "disconnect", "grace": 0, "confirm": 1, "guard": False, "remember": bool(state_dir)})
        config["connectors"]["beam"] = {"plugin": "log", "config": {"node": "n@127.0.0.1"}}
        config["events"] = {"queue": queue}
        config["sinks"] = sinks or {}
        if state_dir:
            config["state_dir"] = str(state_dir)
        return self.lab.kith(config, **settings)

    def change(self):
        """Replaces the peer by another."""
        self.number += 1
        self.lab.write("peers", f"p{self.number}@10.0.0.1\n")
        return f"p{self.number}@10.0.0.1"

    def many(self, count):
        self.number += 1
        self.lab.write("peers", "".join(f"p{self.number}-{one}@10.0.0.1\n" for one in range(count)))

    def test_events_are_written_again_and_those_lost_are_counted(self):
        state = self.lab.dir / "state"  # by which the test sees what kith has done meanwhile
        kith = self.start(state, queue=16, events_file=self.disk / "events")
        kith.wait("link.up", peer="p0@10.0.0.1")
        self.fill()
        self.many(3000)  # more than the 256 KiB that wait for the disk
        kith.wait_log("events cannot be written; retrying each second.*No space left on device")
        kept = state / "topologies.t.peers"
        knows = lambda name: wait_until(lambda: kept.exists() and name in kept.read_text(), f"{name} is a peer", describe=kith.tail)
        knows(f"p{self.number}-2999@")
        self.enlarge()
        kith.wait_log("events are written again")
        kith.wait("events.lost")
        knows(self.change())  # its own events may be among those lost, in the many of this change
        self.whole(kith)

    def test_the_file_of_events_is_emptied_to_make_room(self):
        kith = self.start(events_file=self.disk / "events")
        kith.wait("link.up", peer="p0@10.0.0.1")
        self.fill()
        self.many(50)
        kith.wait_log("events cannot be written; retrying each second")
        os.truncate(kith.events_file, 0)
        self.filler.unlink()
        kith.wait_log("events are written again")
        peer = self.change()
        text = lambda: kith.events_file.read_text()
        wait_until(lambda: peer in text(), "the newest peer", describe=text)
        lines = text().split("\n")
        self.assertEqual(lines.pop(), "")
        seqs = [json.loads(line)["seq"] for line in lines]
        self.assertEqual(seqs, list(range(seqs[0], seqs[-1] + 1)), "none is missing of those that were not written before")

    def whole(self, kith):
        """Checks that every line is an event, in order, and that each event is present or counted as lost."""
        peer = self.change()
        kith.wait("link.up", peer=peer)
        events = kith.events()
        lost = sum(event.get("lost", 0) for event in events)
        self.assertGreater(lost, 0)
        there = [event["seq"] for event in events if event["kind"] != "events.lost"]
        self.assertEqual(there, sorted(there))
        self.assertEqual(len(there) + lost, there[-1])

    def test_a_kith_that_ends_on_a_full_disk_says_so_and_the_next_one_closes_its_line(self):
        file = self.disk / "events"
        kith = self.start(events_file=file)
        kith.wait("link.up", peer="p0@10.0.0.1")
        self.fill()
        self.many(50)
        kith.wait_log("events cannot be written; retrying each second")
        self.assertEqual(kith.terminate(), 0)
        kith.wait_log("not all events were written before kith ended.*No space left on device; up to [0-9]+ events are missing")
        before = file.read_bytes()
        self.filler.unlink()
        again = self.start(events_file=file)
        wait_until(lambda: b"link.up" in file.read_bytes()[len(before):], "the next one writes", describe=again.tail)
        for line in file.read_bytes()[len(before):].removeprefix(b"\n").splitlines():
            self.assertIsInstance(json.loads(line), dict)
        self.assertEqual(file.read_bytes()[len(before):len(before) + 1], b"{" if before.endswith(b"\n") else b"\n")

    def test_peers_are_kept_again(self):
        state = self.disk / "state"
        kith = self.start(state_dir=state)
        file = state / "topologies.t.peers"
        wait_until(file.exists, "the first peers are kept", describe=kith.tail)
        before = file.read_bytes()
        self.fill()
        self.many(200)
        kith.wait_log("peers cannot be kept for a restart.*No space left on device")
        self.assertEqual(file.read_bytes(), before, "what was kept is as it was")
        self.enlarge()
        kith.wait_log("peers are kept for a restart again")
        names = {line.get("name") for line in map(json.loads, file.read_text().splitlines())}
        self.assertIn(f"p{self.number}-199@10.0.0.1", names)
        self.assertEqual([path.name for path in state.iterdir()], [file.name], "nothing is left of the attempts")

    def test_a_file_of_sink_template_stays_and_is_replaced_again(self):
        out = self.disk / "out"
        out.mkdir()
        file, template = out / "peers", self.lab.write("template", "{{each}}{{name}}\n{{end}}")
        kith = self.start(sinks={"file": {"plugin": "template", "config": {"template": str(template), "file": str(file), "interval": 0}}})
        wait_until(lambda: file.exists() and file.read_text() == "p0@10.0.0.1\n", "the file", describe=kith.tail)
        self.fill()
        self.many(200)
        kith.wait_log("the file cannot be replaced: .*No space left on device")
        self.assertEqual(file.read_text(), "p0@10.0.0.1\n")
        self.assertEqual([path.name for path in out.iterdir()], ["peers"], "nothing is left of the attempts")
        self.enlarge()
        wait_until(lambda: file.read_text().count("\n") == 200, "the file has the new peers", describe=kith.tail)
        kith.wait_log("the file is up to date again")

    def test_a_spool_of_sink_webhook_on_a_full_disk_loses_nothing(self):
        accepted_file, port, go = self.lab.dir / "accepted", free_port(), self.lab.dir / "go"
        receiver = subprocess.Popen([sys.executable, "-B", ROOT / "tests/integration/webhook_receiver.py", str(port), accepted_file, "secret", go],
                                    stdin=subprocess.DEVNULL)
        self.lab.own(receiver.wait)
        self.lab.own(receiver.kill)
        kith = self.start(self.disk / "state", queue=16384, sinks={"hook": {"plugin": "webhook", "config": {
            "url": f"http://127.0.0.1:{port}/", "secret": "secret", "timeout": 60000}}})
        kith.wait("link.up", peer="p0@10.0.0.1")
        self.many(100)
        kith.wait("link.up", peer=f"p{self.number}-99@10.0.0.1")
        self.fill()
        self.many(100)
        kith.wait_log("the spool cannot be used.*No space left on device")
        go.touch()  # from now on the receiver answers
        kith.wait("link.up", peer=f"p{self.number}-99@10.0.0.1")

        def all_there():
            seqs = [seq for batch in accepted(accepted_file) for seq in batch["seqs"]]
            return seqs and seqs[-1] >= kith.last() and seqs == list(range(seqs[0], seqs[-1] + 1))
        wait_until(all_there, "all events, in order", describe=kith.tail)
        self.enlarge()
        name = self.change()
        kith.wait("link.up", peer=name)
        kith.wait_log("the spool is used again")
        wait_until(all_there, "all events, in order", describe=kith.tail)

    def test_the_log_goes_on_and_counts_what_it_lost(self):
        kith = self.start(log="json", log_file=self.disk / "log")
        kith.wait("link.up", peer="p0@10.0.0.1")
        self.fill()
        self.many(300)
        kith.wait("link.up", peer=f"p{self.number}-299@10.0.0.1")
        self.enlarge()
        kith.wait_log("lines of the log could not be written to standard error")  # without another event: when lines are summed up
        torn = []
        for line in kith.log().splitlines():
            try:
                json.loads(line)
            except ValueError:
                torn.append(line)
        self.assertLessEqual(len(torn), 1, "only the line that met the end of the disk")
        self.assertRegex(kith.log(), r'"message":"lines of the log could not be written to standard error","lines":"[1-9][0-9]*"')


if __name__ == "__main__":
    program = shutil.which("unshare")
    if INSIDE not in os.environ and program and subprocess.run([program, "-m", "true"], capture_output=True).returncode == 0:
        os.execve(program, [program, "-m", sys.executable, *sys.orig_argv[1:]], {**os.environ, INSIDE: "1"})
    main()
