# SPDX-License-Identifier: MIT
"""The process of an isolated plugin: what it inherits and may not do, what remains of it after its end, and a file that changes under it."""

import os
import pathlib
import re
import signal
import unittest

from api_client import ask
from helper_processes import helpers
from lab import main
from test_isolation_refusals import Refusals
from waiting import PLUGINS, TEST_PLUGINS, wait_until

SECRET = "hush-ieQu9oph"


class Process(Refusals):
    def start(self, **settings):
        config = self.config("strategy", ["none"], "call")
        config["topologies"]["none"]["config"]["node"] = SECRET
        config["topologies"]["none"].update(settings)
        kith = self.lab.kith(config, NOTIFY_SOCKET=str(self.lab.dir / "notify"), WATCHDOG_USEC="30000000", KITH_TEST_SECRET=SECRET)
        kith.wait("observation.ok", topology="none")
        helper, = helpers(kith.pid)
        return kith, pathlib.Path(f"/proc/{helper}")

    @unittest.skipUnless(os.geteuid() == 0, "only root can read the files of a process that is not dumpable")
    def test_inherits_nothing(self):
        kith, process = self.start()
        self.assertEqual((process / "environ").read_bytes(), b"")  # so it cannot feed systemd's watchdog
        self.assertNotIn(SECRET.encode(), (process / "cmdline").read_bytes())
        self.assertNotIn(SECRET.encode(), pathlib.Path(f"/proc/{kith.pid}/cmdline").read_bytes())
        limits = dict(re.findall(r"(?m)^(Max [a-z ]*?) {2,}(\S+) ", (process / "limits").read_text()))
        self.assertEqual((limits["Max core file size"], limits["Max file size"], limits["Max open files"]), ("0", "0", "64"))
        self.assertEqual(limits["Max data size"], str(64 << 20))
        status = (process / "status").read_text()
        for line in (r"CapEff:\t0+", r"CapPrm:\t0+", r"NoNewPrivs:\t1", r"Seccomp:\t2", r"Threads:\t1"):
            self.assertRegex(status, rf"(?m)^{line}$")
        of = sorted(os.readlink(one).split(":")[0] for one in (process / "fd").iterdir())
        self.assertLessEqual(set(of), {"pipe", "socket", "anon_inode", "/memfd"}, of)  # neither a file nor the API's socket; the last one is its own copy, sealed
        self.assertEqual(of.count("socket"), 1, of)
        self.assertEqual(os.readlink(process / "ns/net"), os.readlink("/proc/self/ns/net"))  # the sandbox needs no namespace

    @unittest.skipUnless(os.geteuid() == 0, "only root can read the files of a process that is not dumpable")
    def test_without_a_sandbox_options_are_still_not_written_to_a_core_dump(self):
        _, process = self.start(isolate="crash")
        self.assertEqual((process / "environ").read_bytes(), b"")
        self.assertRegex((process / "limits").read_text(), r"(?m)^Max core file size +0 +0 ")
        self.assertRegex((process / "status").read_text(), r"(?m)^Seccomp:\t0$")

    def test_after_it_has_died_counters_go_on_and_gauges_are_gone(self):
        kith = self.lab.kith(self.config("strategy", "segv", "timer"))
        kith.wait("plugin.quarantined", topology="segv")
        metrics = ask(self.api(kith), "/metrics").body.decode()
        starts, = re.findall(r"(?m)^kith_mortal_starts_total\{[^}]*\} (\d+)", metrics)
        self.assertEqual(int(starts), 6)
        self.assertNotRegex(metrics, r"(?m)^kith_mortal_alive\{")
        answer = self.lab.command("plugins", "retry", "libmortal.so", "--socket", self.api(kith))
        self.assertEqual(answer.returncode, 0, answer.stderr)
        wait_until(lambda: "kith_mortal_starts_total{" in (text := ask(self.api(kith), "/metrics").body.decode()) and
                   int(re.search(r"(?m)^kith_mortal_starts_total\{[^}]*\} (\d+)", text)[1]) > 6, "it counts on", None, kith.tail)


class FileUnderIt(Refusals):
    def test_overwriting_a_file_in_place_changes_nothing_of_what_runs(self):
        directory = self.directory()
        file = directory / "libmortal.so"
        file.write_bytes((pathlib.Path(TEST_PLUGINS) / "libmortal.so").read_bytes())
        config = self.topology("mortal", config={"death": "none"})
        config["plugins"]["dir"] = [PLUGINS, str(directory)]
        kith = self.lab.kith(config)
        kith.wait("link.up", topology="t")
        before, = helpers(kith.pid)
        with open(file, "r+b") as opened:  # as cp does, under a mapping
            opened.write(b"\0" * file.stat().st_size)
            opened.truncate(100)
        kith.wait("plugin.changed")
        self.lab.command("refresh", "--socket", self.api(kith))
        self.assertEqual(helpers(kith.pid), [before])
        os.kill(before, signal.SIGKILL)
        kith.wait("topology.fresh", topology="t")  # from the copy that was checked
        wait_until(lambda: helpers(kith.pid) not in ([], [before]), "another process", None, kith.tail)
        self.assertEqual(len(kith.found("plugin.crashed")), 1)


if __name__ == "__main__":
    main()
