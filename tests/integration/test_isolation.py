# SPDX-License-Identifier: MIT
"""Isolated plugins: whatever ends their processes, the daemon, its peers and its links stay, and the operator reads what happened."""

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time
import unittest

from api_client import ask
from built_as_third_party import Home, granted
from helper_processes import helpers
from lab import Scenario, main
from waiting import BUILD, KITH, PLUGINS, ROOT, TEST_PLUGINS, wait_until

MOMENTS = ("start", "timer", "call")
DEATHS = {  # and what the event says of it
    "segv": r"was killed by signal 11 ",
    "abort": r"was killed by signal 6 ",
    "exit": r"exited with code 0",
    "memory": r"was killed by signal 6 ",
    "loop": r"was ended: it has not answered for 500 ms",
    "deadlock": r"was ended: it has not answered for 500 ms",
    "descriptors": r"was killed by signal 6 ",
    "close": r"was ended: it closed its connection",
    "garbage": r"was ended: it broke the protocol: ",
    "stop": r"was ended: it has not answered for 500 ms",
}
CALLS = {("strategy", "call"): "discovery.refresh", ("connector", "call"): "connector.connect", ("sink", "call"): "sink.events"}


class Isolated(Scenario):
    def healthy(self):
        """A topology of first-party plugins, in the daemon's process, and the settings of the isolated ones."""
        return {
            "plugins": {"dir": [PLUGINS, TEST_PLUGINS], "limits": {"answer": 500, "memory": 64}},
            "topologies": {"healthy": {"strategy": "epmd", "config": {"hosts": ["a@127.0.0.1", "b@127.0.0.1"]},
                                       "connector": "log", "connector_config": {"node": "me@127.0.0.1"}}},
            "connectors": {}, "sinks": {},
        }

    def config(self, kind, death, moment):
        config = self.healthy()
        for name in death if isinstance(death, list) else [death]:
            options = {"death": name, "moment": moment, "node": name}
            if kind == "strategy":
                config["topologies"][name] = {"strategy": "mortal", "config": options,
                                              "connector": "log", "connector_config": {"node": f"{name}@127.0.0.1"}}
            elif kind == "connector":
                config["connectors"][name] = {"plugin": "mortal", "config": options}
                config["topologies"][name] = {"strategy": "epmd", "config": {"hosts": ["a@127.0.0.1"]}, "connector": name}
            else:
                config["sinks"][name] = {"plugin": "mortal", "config": options}
        return config

    def api(self, kith):
        """The socket of its API."""
        return wait_until(lambda: next(iter(self.lab.dir.glob("run-*/kith.sock")), None), "the API's socket", None, kith.tail)

    def field_of(self, kind, name):
        return {"strategy": {"topology": name}, "connector": {"connector": name}, "sink": {}}[kind]


class Deaths(Isolated):
    def deaths(self, kind, moment):
        kith = self.lab.kith(self.config(kind, list(DEATHS), moment))
        self.assertEqual(len(kith.wait("topology.started", topology="healthy")["topology"]), 7)
        if kind == "strategy" and moment == "call":
            for name in DEATHS:
                kith.wait("observation.ok", topology=name)
        if kind != "connector" and moment == "call":
            def crashed():
                for order in (["refresh"], ["pause", "healthy"], ["resume", "healthy"]):  # the last two are events
                    self.lab.command(*order, "--socket", self.api(kith))
                return len(kith.found("plugin.crashed")) >= len(DEATHS)
            wait_until(crashed, "each has crashed", None, kith.tail)
        for name, account in DEATHS.items():
            pattern = re.compile(account + ".*; its last words: .*the last words of " + name)
            event = kith.wait("plugin.crashed", reason=pattern, **self.field_of(kind, name))
            if name != "garbage":  # the plugin goes on after it
                self.assertIn(", during " + CALLS.get((kind, moment), {"start": "start", "timer": "timer.fired"}.get(moment)), event["reason"])
        # Nothing else was touched.
        self.assertTrue(kith.running())
        self.assertEqual(kith.found("plugin.failed"), [])
        # (A mortal connector that is started again reports that its node has no links.)
        self.assertEqual([event for event in kith.found("link.down") if event["connector"] not in DEATHS], [])
        self.assertEqual(kith.found("peer.lost"), [])
        self.assertEqual(kith.found("topology.stale", topology="healthy"), [])
        if kind == "strategy" and moment == "call":  # it had peers, and keeps them
            status = json.loads(self.lab.command("status", "--json", "--socket", self.api(kith)).stdout)
            for topology in status["topologies"]:
                if topology["name"] in DEATHS:
                    self.assertEqual(topology["peers"], 2, topology)
        self.assertEqual(kith.terminate(), 0)
        wait_until(lambda: helpers(kith.pid) == [], "no helper is left")


for kind in ("strategy", "connector", "sink"):
    for moment in MOMENTS:
        setattr(Deaths, f"test_deaths_of_a_{kind}_at_{moment}", lambda self, kind=kind, moment=moment: self.deaths(kind, moment))


class Supervision(Isolated):
    def test_six_crashes_are_quarantine_until_a_retry(self):
        kith = self.lab.kith(self.config("strategy", "segv", "start"))
        event = kith.wait("plugin.quarantined", topology="segv")
        self.assertRegex(event["reason"], "kith plugins retry libmortal.so")
        self.assertEqual(len(kith.found("plugin.crashed", topology="segv")), 6)
        socket = self.api(kith)
        status = self.lab.command("status", "--socket", socket)
        self.assertRegex(status.stdout, r"topologies\.segv\.mortal is in .*quarantine.*: .*crashed 6 times")
        why = self.lab.command("why", "nobody@127.0.0.1", "--json", "--socket", socket)
        causes = {topology["topology"]: topology["code"] for topology in json.loads(why.stdout)["topologies"]}
        self.assertEqual(causes, {"healthy": "unknown", "segv": "source_quarantined"})
        one, = ask(socket, "/v1/plugins").json()["quarantined"]
        self.assertEqual((one["instance"], one["plugin"], one["file"]), ("topologies.segv.mortal", "mortal", "libmortal.so"))
        before = kith.last()
        answer = self.lab.command("plugins", "retry", "libmortal.so", "--socket", socket)
        self.assertEqual((answer.returncode, answer.stdout), (0, "instances of libmortal.so that are started again: 1\n"), answer.stderr)
        kith.wait("plugin.crashed", after=before, topology="segv")
        self.assertEqual(self.lab.command("plugins", "retry", "libnone.so", "--socket", socket).returncode, 1)

    def test_quarantine_of_a_connector_and_of_a_sink(self):
        config = self.config("connector", "segv", "start") | {"sinks": self.config("sink", "abort", "start")["sinks"]}
        kith = self.lab.kith(config)
        kith.wait("plugin.quarantined", connector="segv")
        wait_until(lambda: len(kith.found("plugin.quarantined")) == 2, "both are in quarantine", None, kith.tail)
        socket = self.api(kith)
        why = self.lab.command("why", "a@127.0.0.1", "--socket", socket)
        self.assertEqual(why.returncode, 0)  # it is linked in the other topology
        self.assertRegex(why.stdout, "segv: connector segv is in quarantine: mortal: it crashed 6 times within a minute")
        self.assertRegex(why.stdout, "segv: Correct or replace its plugin; `kith plugins retry libmortal.so` starts it again")
        instances = {one["instance"] for one in ask(socket, "/v1/plugins").json()["quarantined"]}
        self.assertEqual(instances, {"connectors.segv", "sinks.abort"})

    def test_no_helper_outlives_a_daemon_that_is_killed(self):
        config = self.config("strategy", ["none"], "call")
        for death in ("loop", "stop"):
            config["topologies"][death] = {"strategy": "mortal", "config": {"death": death, "moment": "start"},
                                           "connector": "log", "connector_config": {"node": f"{death}@127.0.0.1"}}
        config["plugins"]["limits"]["answer"] = 60000
        kith = self.lab.kith(config)
        kith.wait("observation.ok", topology="none")
        all_three = wait_until(lambda: (lambda found: found if len(found) == 3 else None)(helpers(kith.pid)), "three helpers", None, kith.tail)
        wait_until(lambda: any(re.search(r"(?m)^State:\tT", pathlib.Path(f"/proc/{one}/status").read_text()) for one in all_three), "one has stopped itself")
        kith.signal(signal.SIGKILL)
        ended = time.monotonic()
        kith.ended()
        wait_until(lambda: not any(pathlib.Path(f"/proc/{one}").exists() and "kith-plugin" in (pathlib.Path(f"/proc/{one}/comm").read_text())
                                   for one in all_three), "the helpers are gone")
        self.assertLess(time.monotonic() - ended, 5)  # 100 ms is asked for; the machine may be busy

    def test_what_cannot_be_started_is_tried_again(self):
        """A daemon whose kith-plugin-host is no program, until it is installed."""
        directory = BUILD.resolve() / f"incomplete-{os.getpid()}"
        directory.mkdir(mode=0o755)
        self.addCleanup(shutil.rmtree, directory)
        shutil.copy(KITH, directory)
        (directory / "kith-plugin-host").touch(mode=0o644)
        kith = self.lab.kith(self.config("strategy", "none", "call"), program=directory / "kith")
        reason = kith.wait("plugin.failed", topology="none")["reason"]
        self.assertRegex(reason, "kith-plugin-host cannot be started: Permission denied")
        shutil.copy(BUILD / "kith-plugin-host", directory / "new")
        (directory / "new").rename(directory / "kith-plugin-host")
        kith.wait("observation.ok", topology="none")
        self.assertEqual(kith.found("plugin.crashed"), [])

    def test_instances_that_are_removed_while_their_processes_are_begun(self):
        config = self.config("strategy", "none", "call")
        kith = self.lab.kith(config)
        kith.wait("observation.ok", topology="none")
        before = helpers(kith.pid)

        def descriptors():
            """Those that processes of plugins have. Watches of files are opened some time after the start."""
            return sum(each != "anon_inode:inotify" for each in kith.descriptors().values())

        first = descriptors()
        sinks = {f"s{i}": {"plugin": "mortal", "config": {"death": "none"}} for i in range(20)}
        for _ in range(5):
            for now in (dict(config, sinks=sinks), config):
                kith.config.write_text(json.dumps(now))
                done = self.lab.command("reload", "--socket", self.api(kith))
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        wait_until(lambda: helpers(kith.pid) == before, "only the first helper is left", None, kith.tail)
        wait_until(lambda: descriptors() == first, "their descriptors are closed")
        self.assertEqual([event for kind in ("plugin.crashed", "plugin.failed") for event in kith.found(kind)], [])

    def test_first_party_plugins_run_in_the_daemon_and_isolate_changes_that(self):
        config = self.healthy()
        kith = self.lab.kith(config)
        kith.wait("observation.ok", topology="healthy")
        self.assertEqual(helpers(kith.pid), [])
        kith.terminate()
        config["plugins"]["isolate"] = "all"
        kith = self.lab.kith(config)
        kith.wait("observation.ok", topology="healthy")
        kith.wait("link.up", topology="healthy")
        self.assertEqual(len(helpers(kith.pid)), 2)
        kith.terminate()
        config["topologies"]["healthy"].update(isolate=False, connector_isolate="crash")
        kith = self.lab.kith(config)
        kith.wait("link.up", topology="healthy")
        self.assertEqual(len(helpers(kith.pid)), 1)

    def test_instances_of_a_group_share_a_process(self):
        config = self.config("strategy", ["none"], "call")
        for name in ("one", "two", "three"):
            config["topologies"][name] = dict(config["topologies"]["none"], isolate="group:g" if name != "three" else True,
                                              connector_config={"node": f"{name}@127.0.0.1"})
        del config["topologies"]["none"]
        kith = self.lab.kith(config)
        for name in ("one", "two", "three"):
            kith.wait("observation.ok", topology=name)
        both = helpers(kith.pid)
        self.assertEqual(len(both), 2)
        for helper in both:
            os.kill(helper, signal.SIGKILL)
        for name in ("one", "two", "three"):
            self.assertRegex(kith.wait("plugin.crashed", topology=name)["reason"], "killed by signal 9")
            kith.wait("topology.fresh", topology=name)  # started again

    def test_plugins_of_the_first_abi_run_isolated(self):
        directory = BUILD / f"isolation-{os.getpid()}"
        directory.mkdir(mode=0o755)
        self.addCleanup(shutil.rmtree, directory)
        for file in (ROOT / "sdk/abi/reference/bin/1.0").glob("*.so"):
            shutil.copy(file, directory)
        known = json.loads(self.lab.command("plugins", directory, "--json").stdout)
        self.assertEqual(known["refused"], [])
        of = {entry["kind"]: entry for entry in known["plugins"]}
        config = self.healthy()
        config["plugins"]["dir"] = [PLUGINS, str(directory)]
        config["connectors"]["reference"] = {"plugin": of["connector"]["id"]}
        config["sinks"]["reference"] = {"plugin": of["sink"]["id"]}
        config["topologies"]["t"] = {"strategies": [{"strategy": entry["id"]} for entry in known["plugins"] if entry["kind"] == "strategy"],
                                     "connector": "reference"}
        kith = self.lab.kith(config)
        kith.wait("topology.started", topology="t")
        count = len(known["plugins"])
        wait_until(lambda: len(helpers(kith.pid)) == count, f"{count} helpers", None, kith.tail)
        for entry in known["plugins"]:
            if entry["id"] == "reference_strategy":
                kith.wait("observation.ok", topology="t", source=entry["id"])
        self.assertEqual(kith.found("plugin.crashed"), [])
        self.assertEqual(kith.found("plugin.refused"), [])

    def test_discover_asks_an_isolated_strategy(self):
        result = self.lab.command("discover", self.lab.write("config.json", self.config("strategy", "none", "call")), "--topology", "none", "--json")
        self.assertEqual(result.returncode, 0, result.stderr)
        topology, = json.loads(result.stdout)["topologies"]
        self.assertEqual([peer["name"] for peer in topology["peers"]], ["a@127.0.0.2", "b@127.0.0.3"])


@unittest.skipUnless((BUILD / "sdk/testkit/installed/libkith_testkit.a").exists(), "the SDK is not built to be installed (with a sanitizer it never is)")
class Examples(Isolated):
    """The examples of the SDK, each built with what is installed, and a stranger here."""

    @classmethod
    def setUpClass(cls):
        home = Home(parts=("sdk",))
        cls.addClassCleanup(home.close)
        cls.home, cls.source = home, next(home.kith.rglob("share/kith/examples"))
        cls.directory = BUILD.resolve() / f"examples-{os.getpid()}"
        cls.directory.mkdir(mode=0o755)
        cls.addClassCleanup(shutil.rmtree, cls.directory)

    def build(self, language, name):
        build = self.home.dir / f"build-{language}"
        self.home.run(["cmake", "-S", str(self.source / language), "-B", str(build), "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
                       f"-DCMAKE_PREFIX_PATH={self.home.kith}"])
        self.home.run(["cmake", "--build", str(build), "--target", name])
        return build / f"lib{name}.so"

    def run_library(self, library, options, grants, peers):
        """Until these are discovered and linked, all of them by a strategy in a process of its own."""
        shutil.copy(library, self.directory)
        name = library.name.removeprefix("libstrategy_").removesuffix(".so")
        kith = self.lab.kith({
            "plugins": {"dir": [PLUGINS, str(self.directory)], **granted(library.name, *grants)},
            "topologies": {"t": {"strategy": name, "config": options, "connector": "log", "connector_config": {"node": "me@127.0.0.1"}}}})
        for peer in peers:
            kith.wait("peer.discovered", topology="t", source=name, peer=peer)
            kith.wait("link.up", topology="t", peer=peer)
        self.assertEqual(len(helpers(kith.pid)), 1)
        self.assertEqual(kith.terminate(), 0)
        self.assertEqual([event for kind in ("plugin.crashed", "security.warning") for event in kith.found(kind)], [])

    def test_c(self):
        names = self.lab.write("peers", "a@127.0.0.2\nb@127.0.0.3\n")
        self.run_library(self.build("c", "strategy_names_file"), {"file": str(names)}, [], ["a@127.0.0.2", "b@127.0.0.3"])

    def test_cpp(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            self.run_library(self.build("cpp", "strategy_probe"), {"hosts": ["127.0.0.1"], "port": port}, [f"tcp:127.0.0.1:{port}"],
                             ["app@127.0.0.1"])

    def test_rust(self):
        if not shutil.which("cargo"):
            self.skipTest("there is no cargo; Debian: cargo, rustc")
        build = self.home.dir / "build-rust"
        self.home.run(["cargo", "build", "--release", "--offline", "--manifest-path", str(self.source / "rust/Cargo.toml"), "--target-dir", str(build)])
        hosts = self.lab.write("hosts", "127.0.0.1 localhost\n10.0.0.1 a.app a\n10.0.0.2 b.app\n")
        self.run_library(build / "release/libstrategy_hosts_file.so", {"file": str(hosts), "suffix": ".app"}, [], ["app@a.app", "app@b.app"])


class OCaml(Isolated):
    """A library with the runtime of another language, which collects garbage and sets signal handlers."""

    def setUp(self):
        if not shutil.which("ocamlopt"):
            self.skipTest("there is no ocamlopt; Debian: ocaml")
        super().setUp()
        self.directory = BUILD.resolve() / f"ocaml-{os.getpid()}"
        self.directory.mkdir(mode=0o755)
        self.addCleanup(shutil.rmtree, self.directory)
        for name in ("peers.ml", "strategy.c"):
            shutil.copy(ROOT / "tests/plugins/ocaml" / name, self.lab.dir)
        self.library = self.directory / "libstrategy_hosts_ocaml.so"
        done = subprocess.run(["ocamlopt", "-output-complete-obj", "-runtime-variant", "_pic", "-ccopt", f"-I{ROOT}/sdk/include -fPIC",
                               "-ccopt", f"-Wl,--version-script={ROOT}/sdk/cmake/kith_plugin.map", "-o", self.library, "peers.ml", "strategy.c"],
                              cwd=self.lab.dir, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def run_with(self, hosts):
        return self.lab.kith({
            "plugins": {"dir": [PLUGINS, str(self.directory)]},
            "topologies": {"t": {"strategy": "hosts_ocaml", "config": {"hosts": hosts}, "connector": "log", "connector_config": {"node": "me@127.0.0.1"}}}})

    def test_its_peers_are_linked(self):
        kith = self.run_with("10.0.0.8 # the first\n\n 10.0.0.9\n")
        for peer in ("app@10.0.0.8", "app@10.0.0.9"):
            kith.wait("link.up", topology="t", peer=peer)
        helper, = helpers(kith.pid)
        for _ in range(50):  # the collector runs
            self.lab.command("refresh", "--socket", self.api(kith))
        self.assertEqual(helpers(kith.pid), [helper])
        self.assertEqual(kith.terminate(), 0)
        self.assertEqual([event for kind in ("plugin.crashed", "security.warning") for event in kith.found(kind)], [])

    def test_an_exception_is_a_failed_observation(self):
        kith = self.run_with("10.0.0.8\t10.0.0.9")
        self.assertRegex(kith.wait("observation.failed", topology="t")["reason"], 'Failure\\("a tab is in the text"\\)')
        self.assertEqual(kith.found("plugin.crashed"), [])

    def test_the_checker_in_a_process_of_its_own(self):
        tests = ["without_services", "each_service", "any_options", "starts", "start_stop", "stop_any_time", "quiet", "two_instances", "same_seed", "refused",
                 "same_trace"]
        done = subprocess.run([BUILD / "bin/kith-check-plugin", self.library, "--isolated", "--options", '{"hosts": "a\\nb"}',
                               *(word for test in tests for word in ("--only", test))], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(re.findall(r"(?m)^passed +(\w+)", done.stdout), tests)


class Words(Isolated):
    """What a process writes, and what its sandbox reports there."""

    def refuse(self, **settings):
        """Starts a strategy that requests three sockets before it reports its peers."""
        config = self.config("strategy", "socket", "start")
        config["topologies"]["socket"].update(settings)
        kith = self.lab.kith(config)
        for name in ("healthy", "socket"):
            kith.wait("observation.ok", topology=name)
        self.assertEqual(len(helpers(kith.pid)), 1)
        return kith

    def warnings(self, kith):
        return [event["reason"] for event in kith.found("security.warning", topology="socket")]

    def test_a_refused_system_call_is_one_warning(self):
        kith = self.refuse()
        kith.wait("security.warning", topology="socket")
        self.assertEqual(kith.terminate(), 0)
        self.assertEqual(self.warnings(kith), ["mortal: the system call socket was refused by its sandbox"])
        self.assertEqual(kith.found("plugin.crashed"), [])

    def test_without_a_sandbox_it_is_permitted(self):
        kith = self.refuse(isolate="crash")
        self.assertEqual(kith.terminate(), 0)
        self.assertEqual(self.warnings(kith), [])

    def test_both_outputs_are_last_words(self):
        kith = self.lab.kith(self.config("strategy", "output", "start"))
        reason = kith.wait("plugin.crashed", topology="output")["reason"]
        self.assertRegex(reason, "; its last words: .*these are the last words of output and these are on standard output")


if __name__ == "__main__":
    main()
