# SPDX-License-Identifier: MIT
"""Changes of the files in the plugins directory while kith runs: they do not affect the daemon, and each change is an event."""

import os
import pathlib
import shutil
import signal
import subprocess
import unittest

from lab import Scenario, main
from waiting import BUILD, KITH, PATIENCE, PLUGINS, ROOT, wait_until

GO = """package main

// #cgo CFLAGS: -I%(root)s/sdk/include
// #cgo LDFLAGS: -Wl,--version-script=%(root)s/sdk/cmake/kith_plugin.map
import "C"
import "time"

//export start_a_thread
func start_a_thread() {
	go func() {
		for {
			time.Sleep(time.Millisecond)
		}
	}()
}

func main() {}
"""


def children(kith):
    return [child for task in pathlib.Path(f"/proc/{kith.pid}/task").glob("*/children") for child in task.read_text().split()]


class PluginFiles(Scenario):
    def directory(self):
        # Below the build tree: a temporary directory that everybody can write to would be refused as a whole.
        directory = BUILD.resolve() / f"plugin-files-{os.getpid()}"
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
        self.assertEqual(children(kith), [], "the process that describes plugins has not ended")

    def go_library(self, flags):
        """libstrategy_hello_c.so: the C strategy of the SDK's tests, with the Go runtime."""
        if shutil.which("go") is None:
            raise unittest.SkipTest("there is no go")
        module = self.lab.dir / "go"
        module.mkdir()
        source = (ROOT / "sdk/test/stranger/hello.c").read_text()
        source = source.replace("static int32_t start(void *self) {", "extern void start_a_thread(void);\nstatic int32_t start(void *self) {\n    start_a_thread();")
        source = source.replace(".required_count = 1,", f".required_count = 1, {flags}")
        (module / "plugin.c").write_text(source)
        (module / "main.go").write_text(GO % {"root": ROOT})
        (module / "go.mod").write_text("module hello\n\ngo 1.18\n")
        directory = self.directory()
        subprocess.run(["go", "build", "-buildmode=c-shared", "-o", str(directory / "libstrategy_hello_c.so"), "."], cwd=module, check=True,
                       env=dict(os.environ, CGO_ENABLED="1", CGO_LDFLAGS_ALLOW=".*", GOFLAGS="-mod=mod"))
        return {"plugins": {"dir": [str(directory)]},
                "topologies": {"t": {"strategy": "hello_c", "config": {}, "connector": "log", "connector_config": {"node": "a@127.0.0.1"}}}}

    def test_a_go_library_that_declares_its_threads(self):
        kith = self.lab.kith(self.go_library(".flags = KITH_FLAG_THREADS,"))
        kith.wait("link.up", peer="app@10.0.0.8")
        helper, = children(kith)
        self.assertGreater(len(os.listdir(f"/proc/{helper}/task")), 1)
        self.assertEqual(kith.terminate(), 0)
        self.assertEqual(kith.found("plugin.crashed"), [])
        # The runtime reads the size of huge pages, in a thread of its own: before the sandbox is complete, or after it.
        warnings = {event["reason"] for event in kith.found("security.warning")}
        self.assertLessEqual(warnings, {"hello_c: the system call openat was refused by its sandbox"})

    def test_a_go_library_in_the_daemon(self):
        config = self.go_library(".flags = KITH_FLAG_THREADS,")
        config["plugins"]["isolate"] = "none"
        kith = self.lab.kith(config)
        kith.wait("link.up", peer="app@10.0.0.8")
        self.assertEqual(children(kith), [])
        warnings = [event["reason"] for event in kith.found("security.warning") if "Go" in event["reason"]]
        self.assertEqual(len(warnings), 1, warnings)
        self.assertRegex(warnings[0], "threads and signal handlers stay in the process")

    def test_a_go_library_that_does_not(self):
        result = self.lab.command("run", self.lab.write("go.json", self.go_library("")))
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertRegex(result.stderr, "exec")

    @unittest.skipUnless(os.geteuid() == 0, "only root can hide /proc")
    def test_without_proc_it_is_loaded_by_its_path(self):
        config = {"plugins": {"dir": [str(self.directory())]},
                  "topologies": {"t": {"strategy": "epmd", "config": {"hosts": ["b@127.0.0.1"]}, "connector": "log",
                                       "connector_config": {"node": "a@127.0.0.1"}}}}
        events = self.lab.dir / "events"
        kith = subprocess.Popen(["unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /proc && exec "$@"', "sh", KITH, "run",
                                 str(self.lab.write("no_proc.json", config)), "--events", str(events)],
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        with kith:
            self.addCleanup(kith.kill)
            wait_until(lambda: events.exists() and '"link.up"' in events.read_text(), "it serves", describe=lambda: events.exists() and events.read_text())
            kith.send_signal(signal.SIGTERM)
            _, errors = kith.communicate(timeout=PATIENCE)
        self.assertEqual(kith.returncode, 0, errors)
        warnings = [line for line in errors.splitlines() if "loaded by their paths" in line]
        self.assertEqual(len(warnings), 1, errors)
        # The manifest of the build is found by /proc, so each file counts as a stranger's.
        self.assertRegex(errors, r"libstrategy_epmd\.so is not of this build, and runs in the process of kith with all its rights")


if __name__ == "__main__":
    main()
