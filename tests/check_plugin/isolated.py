#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""kith-check-plugin --isolated: plugins that keep the rules pass, the end of a process is reported as the daemon does, and what was refused."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

build = pathlib.Path(os.environ["KITH_BUILD"])
checker = build / "bin/kith-check-plugin"
mortal = build / "test_plugins/libmortal.so"

# What `mortal` does, and the sentence about the end of its process. Its last words follow.
DEATHS = {
    "segv": "was killed by signal 11 (Segmentation fault), during timer.fired",
    "abort": "was killed by signal 6 (Aborted), during timer.fired",
    "exit": "exited with code 0, during timer.fired",
    "memory": "was killed by signal 6 (Aborted), during timer.fired",
    "descriptors": "was killed by signal 6 (Aborted), during timer.fired",
    "garbage": "was ", # ended for that, or killed since it wrote to its library
    "close": "was ended: it closed its connection, during timer.fired",
}


def check(plugin, *arguments, program=checker):
    """The exit status, and the outcome and text of each test."""
    done = subprocess.run([program, plugin, "--isolated", "--json", *arguments], capture_output=True, text=True, timeout=100)
    tests = {one["name"]: one for one in json.loads(done.stdout)["tests"]} if done.stdout else {}
    return done.returncode, tests, done.stderr


def only(*names):
    return [word for name in names for word in ("--only", name)]


class Isolated(unittest.TestCase):
    def test_a_plugin_that_keeps_the_rules_passes(self):
        status, tests, _ = check(build / "bad_plugins/running/libworking_strategy.so")
        self.assertEqual((status, [one for one in tests.values() if one["outcome"] == "failed"]), (0, []))
        self.assertEqual([tests[name]["outcome"] for name in ("starts", "start_stop", "same_seed", "refused", "same_trace")], ["passed"] * 5)

    def test_the_plugins_of_this_build_do_the_same_in_processes_of_their_own(self):
        listed = json.loads(subprocess.run([build / "kith", "plugins", build / "plugins", "--json"], capture_output=True, text=True, check=True).stdout)
        grants = {"process", "tcp:0.0.0.0/0:*", "udp:0.0.0.0/0:*", "file:/var/run/secrets/kubernetes.io/serviceaccount/*", "file:/root/*"}
        options = {"mesh": json.dumps({"node": "a@10.0.0.1", "cluster": "c", "keys": ["ab" * 32]}), "erlang_hosts": '{"file": "/root/.hosts.erlang"}'}
        run = 0
        for plugin in listed["plugins"]:
            more = [word for grant in sorted(grants | {f"env:{name}" for name in plugin["env"]}) for word in ("--grant", grant)]
            for name, value in (("HOME", "/root"), ("KUBERNETES_SERVICE_HOST", "10.0.0.1"), ("KUBERNETES_SERVICE_PORT", "443")):
                more += ["--env", f"{name}={value}"]
            if plugin["id"] in options:
                more += ["--options", options[plugin["id"]]]
            with self.subTest(plugin["file"]):
                status, tests, errors = check(plugin["file"], *only("starts", "stop_any_time", "same_trace"), *more)
                self.assertEqual(status, 0, (tests, errors))
                self.assertEqual({name: one["outcome"] for name, one in tests.items()}, dict.fromkeys(tests, "passed"), tests)
                run += 1
        self.assertGreater(run, 15)

    def test_the_end_of_a_process_is_reported_as_the_daemon_does(self):
        for death, end in DEATHS.items():
            with self.subTest(death):
                status, tests, _ = check(mortal, *only("starts"), "--options", json.dumps({"death": death, "moment": "timer"}))
                self.assertEqual((status, tests["starts"]["outcome"]), (1, "failed"), tests)
                self.assertTrue(tests["starts"]["text"].startswith(f"mortal: its process {end}"), tests["starts"]["text"])
                self.assertTrue(tests["starts"]["text"].endswith(f"; its last words: these are the last words of {death}"), tests["starts"]["text"])

    def test_a_call_that_the_sandbox_refuses_is_named(self):
        status, tests, _ = check(mortal, *only("starts", "refused"), "--options", '{"death": "socket", "moment": "timer"}')
        self.assertEqual((status, tests["starts"]["outcome"]), (1, "passed"))
        self.assertEqual(tests["refused"]["text"], "mortal: the system call socket was refused by its sandbox")

    def test_a_right_that_is_missing_is_named_and_can_be_granted(self):
        plugin = build / "plugins/libstrategy_exec.so"
        options = ["--options", '{"command": ["/bin/peers"]}']
        status, tests, _ = check(plugin, *only("refused"), *options)
        self.assertEqual((status, tests["refused"]["text"]),
                         (1, 'exec: an isolated plugin may not run programs such as /bin/peers; to permit it, add "process" to the list of '
                             '"libstrategy_exec.so" in plugins.grants'))
        status, tests, _ = check(plugin, *only("refused"), *options, "--grant", "process")
        self.assertEqual((status, tests["refused"]["outcome"]), (0, "passed"), tests)

    def test_a_library_that_the_daemon_refuses_is_refused(self):
        status, tests, _ = check(build / "bad_plugins/libmissing_service.so", *only("starts"))
        self.assertEqual(status, 1)
        self.assertRegex(tests["starts"]["text"], "^the daemon refuses the library: A1: ")

    def test_a_wrong_command_line(self):
        for arguments, expected in ((["--isolated", "--grant", "everything"], "--grant everything: "), (["--grant", "process"], "--grant is for --isolated")):
            done = subprocess.run([checker, mortal, *arguments], capture_output=True, text=True)
            self.assertEqual(done.returncode, 2)
            self.assertIn(expected, done.stderr)

    def test_missing_programs_are_named(self):
        with tempfile.TemporaryDirectory() as folder:
            moved = pathlib.Path(folder) / "bin/kith-check-plugin"
            moved.parent.mkdir()
            shutil.copy(checker, moved)
            status, _, errors = check(mortal, program=moved)
            self.assertEqual(status, 3)
            self.assertIn(f"kith-check-isolated, which cannot be started: neither {folder}/libexec/kith/kith-check-isolated (No such file", errors)
            libexec = pathlib.Path(folder) / "libexec/kith"
            libexec.mkdir(parents=True)
            shutil.copy(build / "kith-check-isolated", libexec)
            status, _, errors = check(mortal, program=moved)
            self.assertEqual(status, 3)
            self.assertRegex(errors, "--isolated needs the program kith-plugin-host, and .*kith-plugin-host cannot be started .No such file")
            self.assertIn("install the package kith of the same version", errors)
            shutil.copy(build / "kith-plugin-host", libexec)
            self.assertEqual(check(mortal, *only("starts"), program=moved)[0], 0)


if __name__ == "__main__":
    unittest.main()
