# SPDX-License-Identifier: MIT
"""A new version of an isolated plugin's file is taken into use while kith runs, or is not, and then the former one goes on."""

import os
import re

from api_client import ask
from helper_processes import helpers
from lab import Scenario, main
from versions import NAME, VERSIONS, Versions, events_of_sinks
from waiting import wait_until


class Replacement(Scenario):
    def begin(self, **plugins):
        self.versions = Versions(self.lab)
        self.install, self.place = self.versions.install, self.versions.place
        self.config = self.versions.config(20, 20, 2, **plugins)
        kith, self.socket = self.versions.start(self.config, 20)
        return kith

    def replace(self, *arguments):
        return self.lab.command("plugins", "replace", *arguments, "--socket", self.socket)

    def undisturbed(self, kith):
        for kind in ("link.down", "peer.missing", "peer.lost", "topology.stale", "connector.detached", "plugin.crashed", "plugin.failed"):
            self.assertEqual(kith.found(kind), [], kind)
        self.assertEqual(len(kith.found("link.up")), 20)
        self.assertEqual(ask(self.socket, "/readyz").status, 200)

    def test_of_strategy_connector_and_sink(self):
        kith = self.begin()
        before = helpers(kith.pid)
        self.assertEqual(len(before), 3)
        self.install("second")
        possible = self.replace(NAME, "--dry-run")
        self.assertEqual(possible.returncode, 0, possible.stderr)
        self.assertRegex(possible.stdout, "possible")
        self.assertEqual(kith.found("plugin.replaced"), [])
        done = self.replace(NAME)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"^libversions.so: sink versions 1.0.0 -> 1.1.0, connector versions 1.0.0 -> 1.1.0, .*\n"
                                      r"instances: sinks.k, connectors.c, topologies.t.versions\nreplaced within \d+ ms\n$")
        event = kith.wait("plugin.replaced")
        self.assertRegex(event["reason"], r"libversions.so: sink versions 1.0.0 -> 1.1.0.*; instances: .*topologies.t.versions")
        self.assertGreater(event["duration_ms"], 0)
        wait_until(lambda: len(helpers(kith.pid)) == 3 and not set(before) & set(helpers(kith.pid)), "three other helpers", None, kith.tail)
        plugins = ask(self.socket, "/v1/plugins").json()["plugins"]
        self.assertEqual({one["version"] for one in plugins if one["id"] == "versions"}, {"1.1.0"})
        config = ask(self.socket, "/v1/config").json()
        self.assertEqual(config["sinks"]["k"]["config"]["added"], 7)  # the default of the new version
        seen = kith.last()
        wait_until(lambda: len([event for event in kith.found("peer.updated") if event["seq"] > seen]) > 10, "the new one looks", None, kith.tail)
        self.undisturbed(kith)
        self.install("first")
        self.assertEqual(self.replace(NAME).returncode, 0)  # and back
        self.undisturbed(kith)
        self.assertEqual(kith.found("plugin.changed"), [])
        self.assertEqual(kith.terminate(), 0)
        got, again = events_of_sinks(kith)
        self.assertGreater(got, 40)
        self.assertEqual(again, 0)

    def refused(self, version, why):
        kith = self.begin()
        before = sorted(helpers(kith.pid))
        self.install(version)
        answer = self.replace(NAME)
        self.assertEqual(answer.returncode, 1, answer.stdout)
        self.assertRegex(answer.stdout + answer.stderr, why)
        self.assertRegex(kith.wait("plugin.refused")["reason"], "libversions.so: the new version is not taken into use, and the former one goes on: .*" + why)
        wait_until(lambda: sorted(helpers(kith.pid)) == before, "the new helpers are gone", None, kith.tail)
        seen = kith.last()
        wait_until(lambda: len([event for event in kith.found("peer.updated") if event["seq"] > seen]) > 10, "the former one looks", None, kith.tail)
        self.undisturbed(kith)
        self.assertEqual(kith.found("plugin.replaced"), [])

    def test_goes_back_when_create_refuses(self):
        self.refused("refuse", "this version refuses to be created")

    def test_goes_back_when_it_crashes(self):
        self.refused("crash", "killed by signal 6 .*during start")

    def test_comes_back_when_it_crashes_later(self):
        kith = self.begin(watch=True)
        self.install("late")
        self.assertRegex(kith.wait("plugin.refused")["reason"],
                         "libversions.so: the new version failed within 10 s, and the former one comes back: topologies.t.versions: .*killed by signal 6")
        wait_until(lambda: len(kith.found("plugin.replaced")) == 2, "the former version is back", None, kith.tail)
        self.assertRegex(kith.found("plugin.replaced")[1]["reason"], "versions 1.1.0 -> 1.0.0")
        seen = kith.last()
        wait_until(lambda: len([event for event in kith.found("peer.updated") if event["seq"] > seen]) > 10, "the former one looks", None, kith.tail)
        for kind in ("link.down", "peer.missing", "peer.lost"):
            self.assertEqual(kith.found(kind), [])
        plugins = ask(self.socket, "/v1/plugins").json()["plugins"]
        self.assertEqual({one["version"] for one in plugins if one["id"] == "versions"}, {"1.0.0"})
        self.quiet(kith, 3, "plugin.changed")  # the file of the newer version is still there, and not tried again

    def test_goes_back_when_it_stays_mute(self):
        self.refused("mute", r"it has not \w+.* within 10 s")

    def test_goes_back_when_it_needs_a_right(self):
        self.refused("right", "may not read the environment variable VERSIONS_SECRET")

    def test_takes_the_right_that_is_granted(self):
        kith = self.begin(grants={NAME: ["env:VERSIONS_SECRET"]})
        self.install("right")
        answer = self.replace(NAME)
        self.assertEqual(answer.returncode, 0, answer.stdout + answer.stderr)
        self.undisturbed(kith)

    def test_a_file_that_violates_a_rule_is_refused(self):
        kith = self.begin()
        (self.place / NAME).write_bytes(b"this is no library")
        answer = self.replace(str(self.place / NAME))
        self.assertEqual(answer.returncode, 1)
        self.assertRegex(answer.stderr, "L2: it is not an ELF file")
        self.install("second")
        os.chmod(self.place / NAME, 0o666)
        self.assertRegex(self.replace(NAME).stderr, "L1: ")
        self.undisturbed(kith)

    def test_what_it_is_not(self):
        kith = self.begin()
        self.assertRegex(self.replace("libnone.so").stderr, "no instance in use is of the file")
        answer = self.replace(str(VERSIONS / "second" / NAME))
        self.assertEqual(answer.returncode, 1)
        self.assertRegex(answer.stderr, f"is not the file that kith has loaded; install it as {re.escape(str(self.place / NAME))}")
        self.config["topologies"]["t"]["policy"] = {"min_peers": 1}
        self.lab.write(kith.config.name, self.config)
        self.install("second")
        answer = self.replace(NAME)
        self.assertEqual(answer.returncode, 1)
        self.assertRegex(answer.stderr, "differs from the one in force.*topology t: changed, by policy.min_peers")
        self.undisturbed(kith)

    def test_in_the_daemons_process_it_is_not_replaced(self):
        kith = self.begin(isolate="none")
        self.install("second")
        answer = self.replace(NAME)
        self.assertEqual(answer.returncode, 1)
        self.assertRegex(answer.stderr, "runs in the process of kith, where a library stays loaded")
        self.undisturbed(kith)

    def test_watch_replaces_a_file_that_has_changed(self):
        kith = self.begin(watch=True)
        self.install("second")
        self.assertRegex(kith.wait("plugin.changed")["reason"], "takes the place of what is in use if it works")
        kith.wait("plugin.replaced")
        self.undisturbed(kith)
        self.install("crash")
        kith.wait("plugin.refused")
        self.undisturbed(kith)
        self.install("first")
        wait_until(lambda: len(kith.found("plugin.replaced")) == 2, "replaced again", None, kith.tail)
        self.undisturbed(kith)

    def test_without_watch_the_event_names_the_command(self):
        kith = self.begin()
        self.install("second")
        self.assertRegex(kith.wait("plugin.changed")["reason"], "by `kith plugins replace libversions.so`")


if __name__ == "__main__":
    main()
