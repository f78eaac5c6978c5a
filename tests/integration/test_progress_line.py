# SPDX-License-Identifier: MIT
"""The line on a terminal about what a command waits for: `kith sim`, `kith run` and `kith discover`. A pseudo-terminal is their standard error."""

import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
import unittest

from lab import Lab, main
from waiting import KITH, PATIENCE, PLUGINS, wait_until

ERASED = "\r\x1b[K"


class OnTerminal:
    """A kith whose standard error is a terminal of some columns, and whose standard output is a pipe."""

    def __init__(self, lab, *arguments, columns=60, terminal="xterm"):
        self._terminal, child = pty.openpty()
        fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.began, self.text = time.monotonic(), ""
        self._process = subprocess.Popen([KITH, *map(str, arguments)], env=lab.environment(TERM=terminal), stdin=subprocess.DEVNULL,
                                         stdout=subprocess.PIPE, stderr=child, text=True)
        os.close(child)
        lab.own(self.close)

    def read(self):
        """What has been written so far."""
        while select.select([self._terminal], [], [], 0)[0]:
            try:
                part = os.read(self._terminal, 4096)
            except OSError:  # nobody has it open any more
                break
            if not part:
                break
            self.text += part.decode()
        return self.text

    def updates(self):
        return re.findall(r"\r([^\r\x1b]+)\x1b\[K", self.read())

    def erased(self):
        text = self.read()
        return text.rfind(ERASED) > max(text.rfind(update) for update in self.updates())

    def end(self):
        self._process.terminate()
        return self.wait()

    def wait(self):
        """Its exit status and its standard output."""
        out, _ = self._process.communicate(timeout=PATIENCE)
        self.took = time.monotonic() - self.began
        self.read()
        return self._process.returncode, out

    def close(self):
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._process.stdout.close()
        os.close(self._terminal)


class ProgressLine(unittest.TestCase):
    def setUp(self):
        self.lab = Lab(epmd=False)
        self.addCleanup(self.lab.close)

    def scenario(self, duration):
        topology = {"strategy": "gossip", "config": {}, "connector": "log", "connector_config": {"node": "${NODE}"}}
        return self.lab.write("scenario.json", {"duration": duration, "hosts": {"app": {"count": 20}},
                                                "config": {"topologies": {"lan": topology}}, "expect": []})

    def discovery(self):
        """A configuration whose strategy waits until something is written to the fifo."""
        self.fifo = self.lab.dir / "fifo"
        os.mkfifo(self.fifo)
        return self.lab.write("kith.json", {
            "plugins": {"dir": PLUGINS}, "connectors": {"notes": {"plugin": "log", "config": {"node": "app@10.0.0.7"}}},
            "topologies": {"t": {"strategy": "exec", "connector": "notes", "config": {"command": ["/bin/cat", str(self.fifo)]}}}})

    def test_a_simulation_reports_how_far_it_is_and_erases_that(self):
        kith = OnTerminal(self.lab, "sim", self.scenario("12h"))
        wait_until(lambda: len(kith.updates()) >= 3, "it reports three times")
        for update in kith.updates():
            self.assertRegex(update, r"^kith sim: \S+ of 12h simulated \(\d+ %\), seed 1")
            self.assertLess(len(update), 60)
        self.assertLessEqual(len(kith.updates()), 4 * (time.monotonic() - kith.began))

    def test_it_is_erased_at_the_end(self):
        duration = 1
        while True:  # a run that is long enough on this machine
            kith = OnTerminal(self.lab, "sim", self.scenario(f"{duration}h"))
            status, out = kith.wait()
            self.assertEqual(status, 0, out)
            if kith.updates():
                break
            self.assertEqual(kith.text, "")
            duration *= 2
        self.assertTrue(kith.text.endswith(ERASED))
        self.assertLessEqual(len(kith.updates()), 4 * kith.took)
        self.assertNotIn("simulated", out)

    def test_discovery_reports_who_is_awaited_and_erases_that(self):
        kith = OnTerminal(self.lab, "discover", self.discovery(), columns=40)
        wait_until(lambda: len(kith.updates()) >= 2, "it reports twice")
        self.assertRegex(kith.updates()[0], r"^kith discover: waiting for exec of topo")
        self.assertEqual({len(update) for update in kith.updates()}, {39})
        self.fifo.write_text("app@10.0.0.8\n")
        status, out = kith.wait()
        self.assertEqual(status, 0)
        self.assertIn("app@10.0.0.8", out)
        self.assertNotIn("waiting", out)
        self.assertTrue(kith.text.endswith(ERASED))
        self.assertLessEqual(len(kith.updates()), 4 * kith.took)

    def test_a_daemon_reports_whose_first_list_is_awaited(self):
        kith = OnTerminal(self.lab, "run", self.discovery(), columns=200)
        wait_until(lambda: len(kith.updates()) >= 2, "it reports twice")
        self.assertRegex(kith.updates()[-1], r"kith run: waiting for the first report of exec of topology t, \d+ s$")
        self.fifo.write_text("app@10.0.0.8\n")
        wait_until(lambda: "link is up" in kith.read(), "the peer is linked")
        wait_until(lambda: kith.erased(), "it is erased")
        log = self.lines_of(kith)
        self.assertEqual([line for line in log if "waiting for the first report" in line], [])
        self.assertTrue(any("kith is running" in line for line in log), log)
        kith.end()

    def lines_of(self, kith):
        """The lines that a terminal shows in the end."""
        return [line.rsplit("\r", 1)[-1].replace("\x1b[K", "") for line in kith.text.replace("\r\n", "\n").split("\n")]

    def test_a_simulation_writes_nothing_of_it_elsewhere(self):
        for terminal in ("dumb", ""):
            kith = OnTerminal(self.lab, "sim", self.scenario("6h"), "--json", terminal=terminal)
            status, out = kith.wait()
            self.assertEqual((status, kith.text), (0, ""))
            self.assertEqual(json.loads(out)["held"], True)
        piped = self.lab.command("sim", self.scenario("6h"), TERM="xterm")
        self.assertEqual((piped.returncode, piped.stderr), (0, ""))
        self.assertNotIn("\x1b", piped.stdout)

    def test_a_discovery_writes_nothing_of_it_elsewhere(self):
        config = self.discovery()
        for terminal in ("dumb", ""):
            kith = OnTerminal(self.lab, "discover", config, "--timeout", "2", "--json", terminal=terminal)
            status, out = kith.wait()
            self.assertEqual((status, kith.text), (3, ""))
            self.assertEqual(json.loads(out)["topologies"][0]["status"], "failed")
        piped = self.lab.command("discover", config, "--timeout", "2", TERM="xterm")
        self.assertEqual((piped.returncode, piped.stderr), (3, ""))
        self.assertNotIn("\x1b", piped.stdout)


if __name__ == "__main__":
    main()
