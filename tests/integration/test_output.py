# SPDX-License-Identifier: MIT
"""The guarantees of the output for other programs: the event stream, also if its reader is slow or has ended, and the log."""

import fcntl
import json
import os
import pathlib
import signal
import struct
import subprocess
import termios
import threading

from lab import Scenario, main
from waiting import KITH, PATIENCE, PLUGINS, TEST_PLUGINS, wait_until


class Memory(Scenario):
    def test_code_that_only_the_start_needs_is_not_resident(self):
        kith = self.lab.kith(self.lab.config("a", []))
        kith.wait("topology.started")
        kith.wait_started()
        kith.signal(signal.SIGHUP)  # it still runs, and so does the code that was released
        kith.wait_log("the configuration has not changed")
        self.assertEqual(kith.terminate(), 0)


class Output(Scenario):
    def stdout_kith(self, config, *arguments, log="text"):
        """`kith run CONFIG --events -` with its standard output in a pipe that is not read yet."""
        self.log_file = self.lab.dir / "log"
        reader, writer = os.pipe()
        fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
        with open(self.log_file, "wb") as log_file:
            process = subprocess.Popen([KITH, "run", str(self.lab.write("config.json", config)), "--events", "-", "--log", log,
                                        *arguments], env=self.lab.environment(), stdin=subprocess.DEVNULL, stdout=writer,
                                       stderr=log_file)
        os.close(writer)
        self.process = process
        self.lab.own(lambda: (process.kill(), process.wait()))
        return process, reader

    def busy(self, **events):
        """A configuration whose failing peers cause many events."""
        config = self.lab.config("a", ["b"] + [f"gone{number}" for number in range(30)],
                                 policy={"backoff_initial": 10, "backoff_max": 20, "connect_parallel": 64})
        config["events"] = events or {}
        return config

    def says_more(self, seconds=0.2):
        """Checks that it continues to report events, each of which costs some microseconds."""
        def used():
            fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        before = used()
        wait_until(lambda: used() >= before + seconds, f"{seconds} s more of work", describe=lambda: self.log_file.read_text()[-2000:])

    def fills(self, reader):
        """Waits until the pipe is full and many more events were reported since."""
        waiting = lambda: struct.unpack("i", fcntl.ioctl(reader, termios.FIONREAD, bytes(4)))[0]
        wait_until(lambda: waiting() > 3000, "the pipe is full", describe=lambda: f"{waiting()} bytes of 4096 wait in it")
        self.says_more()

    def test_events_on_standard_output(self):
        a, b = self.lab.beams("a", "b")
        process, reader = self.stdout_kith(self.lab.config("a", ["b"]))
        lines = os.fdopen(reader)
        self.addCleanup(lines.close)
        kinds = []
        limit = threading.Timer(PATIENCE, process.kill)
        limit.start()
        self.addCleanup(limit.cancel)
        for line in lines:
            event = json.loads(line)
            kinds.append(event["kind"])
            if event["kind"] == "link.up":
                break
        self.assertIn("connector.attached", kinds)
        process.send_signal(signal.SIGTERM)
        rest = [json.loads(line)["kind"] for line in lines]
        self.assertEqual(process.wait(PATIENCE), 0)
        self.assertIn("topology.stopped", rest)

    def test_a_reader_that_is_slow_delays_nobody_and_is_told_what_it_lost(self):
        a, b = self.lab.beams("a", "b")
        process, reader = self.stdout_kith(self.busy(queue=16), "--log-level", "debug")
        a.sees("b")
        self.fills(reader)
        b.kill()
        a.sees()
        b.start()
        a.sees("b")
        received = []
        drain = threading.Thread(target=lambda: received.extend(iter(lambda: os.read(reader, 65536), b"")), daemon=True)
        drain.start()
        wait_until(lambda: b'"events.lost"' in b"".join(received), "events.lost is told")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(PATIENCE), 0)
        drain.join(PATIENCE)
        self.assertFalse(drain.is_alive(), "the stream of events did not end with the process")
        seqs = [json.loads(line)["seq"] for line in b"".join(received).splitlines() if b"events.lost" not in line]
        self.assertEqual(seqs, sorted(seqs))

    def test_a_reader_that_never_reads_does_not_hold_up_the_end(self):
        a, b = self.lab.beams("a", "b")
        process, reader = self.stdout_kith(self.busy(), "--log-level", "debug")
        a.sees("b")
        self.fills(reader)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(PATIENCE), 0)
        os.close(reader)

    def test_a_reader_that_has_gone_stops_nothing(self):
        a, b = self.lab.beams("a", "b")
        process, reader = self.stdout_kith(self.busy(), "--log-level", "debug")
        os.close(reader)
        a.sees("b")
        self.says_more()
        self.assertIsNone(process.poll(), self.log_file.read_text()[-2000:])
        b.kill()
        a.sees()
        b.start()
        a.sees("b")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(PATIENCE), 0)

    def test_a_burst_larger_than_any_buffer_is_written_whole(self):
        peers = self.lab.write("peers", "".join(f"peer-with-a-name-of-some-length-{number}@10.0.0.1\n" for number in range(2000)))
        config = self.lab.config(strategy="lines", strategy_config={"file": str(peers), "interval": 60000},
                                 dirs=[PLUGINS, TEST_PLUGINS], policy={"connect_parallel": 2000})
        config["connectors"]["beam"] = {"plugin": "log", "config": {"node": "n@127.0.0.1"}}
        config["events"] = {"queue": 100000}
        kith = self.lab.kith(config)
        wait_until(lambda: len(kith.found("link.up")) == 2000, "2,000 links in the stream", describe=kith.tail)
        kith.wait("topology.ready")
        seqs = [event["seq"] for event in kith.events()]
        self.assertEqual(seqs, list(range(1, len(seqs) + 1)))

    def test_an_events_file_that_cannot_be_opened_starts_nothing(self):
        result = self.lab.command("run", self.lab.write("config.json", self.lab.config("a", ["b"])), "--events", "/nowhere/events")
        self.assertEqual(result.returncode, 3)
        self.assertIn("/nowhere/events", result.stderr)

    def test_the_log_for_machines_is_json_line_by_line(self):
        self.lab.beams("a", "b")
        kith = self.lab.kith(self.lab.config("a", ["b", "gone"]), log="json")
        kith.wait("link.up", peer="b@127.0.0.1")
        kith.wait("connect.failed", peer="gone@127.0.0.1")
        self.assertEqual(kith.terminate(), 0)
        for line in kith.log().splitlines():
            self.assertIsInstance(json.loads(line), dict)

    def test_standard_output_holds_only_what_was_asked_for(self):
        a, b = self.lab.beams("a", "b")
        config = self.lab.write("config.json", self.lab.config("a", ["b"]))
        process = subprocess.Popen([KITH, "run", str(config), "--log-level", "debug"], env=self.lab.environment(),
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.lab.own(lambda: (process.kill(), process.wait()))
        a.sees("b")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.communicate(timeout=PATIENCE)[0], b"")
        self.assertEqual(process.returncode, 0)

    def test_the_cookie_is_nowhere(self):
        self.lab.beams("a", "b")
        kith = self.lab.kith(self.lab.config("a", ["b"]), level="trace")
        kith.wait("link.up")
        self.assertNotIn(self.lab.cookie, kith.log() + kith.events_file.read_text())
        self.assertNotIn(self.lab.cookie, pathlib.Path(f"/proc/{kith.pid}/cmdline").read_text())


if __name__ == "__main__":
    main()
