# SPDX-License-Identifier: MIT
"""What is done to the files of the plugins directory while kith runs: nothing reaches the daemon, and each change is an event."""

import os
import pathlib
import shutil
import signal

from lab import Scenario, main
from waiting import BUILD, PLUGINS, wait_until


class PluginFiles(Scenario):
    def directory(self):
        # Below the build tree: a temporary directory that everybody can write to would be refused as a whole.
        directory = BUILD / f"plugin-files-{os.getpid()}"
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(mode=0o755)
        self.addCleanup(shutil.rmtree, directory, ignore_errors=True)
        for name in ("libstrategy_epmd.so", "libconnector_erlang.so", "libconnector_log.so"):
            shutil.copyfile(pathlib.Path(PLUGINS) / name, directory / name)
        return directory

    def test_cp_truncate_and_remove_while_it_runs(self):
        directory = self.directory()
        _, b = self.lab.beams("a", "b")
        kith = self.lab.kith(self.lab.config("a", ["b"], dirs=[str(directory)]))
        kith.wait("link.up", peer=b.name)
        erlang, epmd = directory / "libconnector_erlang.so", directory / "libstrategy_epmd.so"
        shutil.copyfile(pathlib.Path(PLUGINS) / erlang.name, erlang)  # as cp does it: through the same inode
        changed = kith.wait("plugin.changed")
        self.assertIn(str(erlang), changed["reason"])
        self.assertIn("takes effect at the next start", changed["reason"])
        os.truncate(epmd, 0)
        self.assertIn(str(epmd), kith.wait("plugin.changed", after=changed["seq"])["reason"])
        erlang.unlink()
        kith.signal(signal.SIGHUP)  # the strategy's code runs
        b.kill()
        down = kith.wait("link.down", peer=b.name)
        b.start()
        b.ready()
        kith.wait("link.up", peer=b.name, after=down["seq"])
        wait_until(lambda: any("was removed" in event["reason"] for event in kith.found("plugin.changed")), "the removal is published")
        # The other connector is not in use: nobody is told of it.
        self.assertFalse([event for event in kith.found("plugin.changed") if "connector_log" in event["reason"]])
        self.assertTrue(kith.running())

    def test_nothing_is_mapped_that_others_can_change(self):
        directory = self.directory()
        self.lab.beams("a")
        kith = self.lab.kith(self.lab.config("a", ["b"], dirs=[str(directory)]))
        kith.wait("observation.ok")
        maps = pathlib.Path(f"/proc/{kith.pid}/maps").read_text()
        self.assertNotIn(str(directory), maps)
        self.assertIn("memfd:libconnector_erlang.so", maps)
        self.assertNotIn("connector_log", maps)
        self.assertNotIn("rwxp", maps)
        children = pathlib.Path(f"/proc/{kith.pid}/task/{kith.pid}/children").read_text()
        self.assertEqual(children, "", "the process that describes plugins has not ended")


if __name__ == "__main__":
    main()
