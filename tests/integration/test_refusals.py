# SPDX-License-Identifier: MIT
"""Invalid configurations are refused and start nothing; invalid plugins are refused, each by its rule, while the others run."""

import json
import os
import pathlib
import re
import shutil

from lab import Scenario, main
from waiting import BUILD, PLUGINS, TEST_PLUGINS


class WrongConfiguration(Scenario):
    def refused(self, config, *patterns):
        path = config if isinstance(config, pathlib.Path) else self.lab.write("wrong.json", config)
        events = self.lab.dir / "events"
        result = self.lab.command("run", path, "--events", events)
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertEqual(result.stdout, "")
        self.assertFalse(events.exists() and events.read_text(), "something was started")
        for pattern in patterns:
            self.assertRegex(result.stderr, pattern)
        return result

    def test_no_such_file(self):
        self.refused(pathlib.Path("/nowhere/kith.json"), r"/nowhere/kith\.json")

    def test_no_json(self):
        self.refused('{\n  "topologies": {\n    "t": }\n}\n', r"wrong\.json:3")

    def test_all_errors_are_told_with_their_place(self):
        config = """{
  "plugins": { "dir": "%s" },
  "topologies": {
    "t": {
      "strategy": "empd",
      "config": { "hosts": [] },
      "connector": "erlang",
      "policy": { "grase": 5, "confirm": "three" }
    }
  }
}
""" % PLUGINS
        self.refused(config, r"wrong\.json:5:\d+.*empd", r"epmd", r"wrong\.json:8:\d+.*grase", r"grace", r"wrong\.json:8:\d+.*confirm")

    def test_an_option_that_the_plugin_does_not_know(self):
        config = self.lab.config("a", ["b"])
        config["topologies"]["t"]["config"] = {"host": ["b@127.0.0.1"]}
        self.refused(config, r"host\b", r"hosts")

    def test_a_connector_that_is_not_there(self):
        config = self.lab.config("a", ["b"])
        config["topologies"]["t"]["connector"] = "baem"
        self.refused(config, r"baem", r"beam")

    def test_check_answers_the_same_in_json(self):
        config = self.lab.config("a", ["b"])
        good = self.lab.command("check", self.lab.write("good.json", config), "--json")
        self.assertEqual(good.returncode, 0, good.stderr)
        self.assertEqual(json.loads(good.stdout)["errors"], [])
        config["topologies"]["t"]["policy"]["grase"] = 5
        bad = self.lab.command("check", self.lab.write("bad.json", config), "--json")
        self.assertEqual(bad.returncode, 2)
        error = json.loads(bad.stdout)["errors"][0]
        self.assertEqual(set(error), {"file", "line", "column", "key", "message"})
        self.assertIn("grace", error["message"])

    def test_check_warns_of_files_that_are_missing(self):
        config = self.lab.config("a", ["b"])
        config["sinks"] = {"s": {"plugin": "template", "config": {"template": "/nowhere/peers.template", "file": str(self.lab.dir / "peers"),
                                                                   "command": ["/nowhere/reload", "/nowhere/argument"]}}}
        done = self.lab.command("check", self.lab.write("files.json", config), "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual({each["key"]: each["message"] for each in json.loads(done.stdout)["warnings"] if "nowhere" in each["message"]},
                         {"sinks.s.config.template": "/nowhere/peers.template cannot be read here by this user: No such file or directory",
                          "sinks.s.config.command[0]": "/nowhere/reload cannot be executed here by this user: No such file or directory"})

    def test_bad_usage(self):
        for arguments in (["run", "--no-such-option"], ["no-such-command"], ["discover"]):
            result = self.lab.command(*arguments)
            self.assertEqual(result.returncode, 2, f"{arguments}: {result.stderr}")
            self.assertTrue(result.stderr)
            self.assertEqual(result.stdout, "")

    def test_help_helps(self):
        for arguments in (["--help"], ["run", "--help"], ["check", "--help"], ["discover", "--help"], ["plugins", "--help"]):
            result = self.lab.command(*arguments)
            self.assertEqual(result.returncode, 0, f"{arguments}: {result.stderr}")
            self.assertIn("kith", result.stdout)
        self.assertRegex(self.lab.command("version").stdout, r"\d+\.\d+\.\d+")


class WrongOptionsOfSinks(Scenario):
    """Each error has the place, the option, what was expected and what was found."""

    def refused(self, plugin, options, option, *expected):
        config = self.lab.config("a", ["b"])
        good = {"template": {"template": "nginx", "file": "/run/peers"}, "webhook": {"url": "https://events.example/"}}[plugin]
        config["sinks"] = {"s": {"plugin": plugin, "config": {**good, **options}}}
        result = self.lab.command("check", self.lab.write("wrong.json", json.dumps(config, indent=1)))
        self.assertEqual(result.returncode, 2, f"{options} is accepted")
        lines = [line for line in result.stderr.splitlines() if "error" in line]
        self.assertEqual(len(lines), 1, result.stderr)
        self.assertRegex(lines[0], r"wrong\.json:\d+:\d+: error: sinks\.s\.config\." + option + ": ")
        for text in expected:
            self.assertIn(text, lines[0])

    def test_those_of_template(self):
        for options, option, *expected in (
                ({"template": "prom"}, "template", "prometheus, haproxy, nginx, nats, hosts, or the absolute path", '"prom"'),
                ({"template": "peers.tmpl"}, "template", "the absolute path of a template", '"peers.tmpl"'),
                ({"template": "/etc/"}, "template", "the absolute path of a template"),
                ({"file": "peers"}, "file", "the absolute path of a file", '"peers"'),
                ({"file": "/run/"}, "file", "the absolute path of a file", '"/run/"'),
                ({"mode": 644}, "mode", 'octal permissions in quotes, such as "0644"', "644"),
                ({"mode": "0999"}, "mode", "octal permissions"),
                ({"port": 65536}, "port", "an integer from 0 to 65535"),
                ({"check": "nginx -t"}, "check", "a list of the absolute path of a program and its arguments", 'write ["nginx -t"]'),
                ({"check": ["nginx", "-t"]}, r"check\[0\]", "the absolute path of a program, such as /usr/sbin/nginx", '"nginx"'),
                ({"command": ["/bin/true", 1]}, r"command\[1\]", "a string"),
                ({"comand": ["/bin/true"]}, "comand", "did you mean `command`?"),
                ({"timeout": 30001}, "timeout", "an integer from 10 to 30000 in milliseconds"),
                ({"interval": "1s"}, "interval", "in milliseconds", "write 1000")):
            self.refused("template", options, option, *expected)

    def test_those_of_webhook(self):
        for url in ("events.example", "ftp://events.example/", "http:///kith", "http://user:word@events.example/", "https://events.example/#a",
                    "https://events.example:0/", "https://events.example:65536/", "https://events.example:/", "https://[::1/", "https://[1]/",
                    "https://a..b/", "https://a^b/", "https://events.example/a b"):
            self.refused("webhook", {"url": url}, "url", "a URL of http:// or https://", f'"{url}"')
        for name in ("A b", "", "Host", "host", "Content-Length", "content-type", "Transfer-Encoding", "Kith-Signature", "User-Agent", "Connection"):
            self.refused("webhook", {"headers": {name: "x"}}, "headers.*", "the name of a header, of letters, digits and -", f'"{name}"')
        self.refused("webhook", {"headers": {"X": "a\r\nEvil: b"}}, r"headers\.X", "one line of ASCII text, got a string")
        for url in ("http://events.example/", "http://10.0.0.1:80/", "http://localhost.example/", "http://127.example/"):
            self.refused("webhook", {"url": url, "headers": {"Authorization": "Bearer x"}}, r"headers\.Authorization", "`url` with https://")
        for options, option, *expected in (
                ({"batch": 0}, "batch", "an integer from 1 to 10000"), ({"spool": "16 MiB"}, "spool", "1048576 to 1073741824 in bytes"),
                ({"timeout": 1}, "timeout", "in milliseconds"), ({"secret": 5}, "secret", "a string, got a number"),
                ({"redirects": True}, "redirects", "known are `url`")):
            self.refused("webhook", options, option, *expected)

    def test_addresses_and_headers_of_webhook_that_are_good(self):
        for url, headers in (("http://localhost", {"Authorization": "Bearer x"}), ("http://127.0.0.1:8080?a=b", {"authorization": "Basic x"}),
                             ("http://[::1]:1/", {"Authorization": "x"}), ("https://[fd00::7]:65535/a/b@c?d=\"e\"", {"Authorization": "x"}),
                             ("https://events_1.example.:443/kith", {"X-Hostname": "a", "Hosts": "b"}), ("http://10.0.0.1/", {"X-Team": "~ a"})):
            config = self.lab.config("a", ["b"])
            config["sinks"] = {"s": {"plugin": "webhook", "config": {"url": url, "headers": headers}}}
            result = self.lab.command("check", self.lab.write("good.json", config))
            self.assertEqual(result.returncode, 0, f"{url}: {result.stderr}")


class Discovery(Scenario):
    def test_discover_looks_once_and_connects_nothing(self):
        a, b = self.lab.beams("a", "b")
        result = self.lab.command("discover", self.lab.write("config.json", self.lab.config("a", ["a", "b"])), "--json")
        self.assertEqual(result.returncode, 0, result.stderr)
        topology, = json.loads(result.stdout)["topologies"]
        self.assertEqual((topology["name"], topology["strategy"], topology["status"]), ("t", "epmd", "ok"))
        self.assertIn(b.name, [peer["name"] for peer in topology["peers"]])
        self.assertEqual(a.seen(), [])

    def test_discover_says_why_it_could_not_look(self):
        config = self.lab.config("a", strategy="lines", strategy_config={"file": "/nowhere/peers"}, dirs=[PLUGINS, TEST_PLUGINS])
        result = self.lab.command("discover", self.lab.write("config.json", config), "--json")
        self.assertEqual(result.returncode, 3, result.stderr)
        topology, = json.loads(result.stdout)["topologies"]
        self.assertEqual(topology["status"], "failed")
        self.assertIn("/nowhere/peers", topology["reason"])


class BadPlugins(Scenario):
    BAD = BUILD / "bad_plugins"

    def directory(self):
        """Returns a directory with every bad plugin, and with those that are refused because of their path."""
        # Below the build tree: a temporary directory that everybody can write to would be refused as a whole.
        directory = BUILD / f"refusals-{os.getpid()}"
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(mode=0o755)
        self.addCleanup(shutil.rmtree, directory)
        for file in self.BAD.glob("*.so"):
            if file.stem.removeprefix("lib") not in ("good", "newer_minor_good", "two_plugins"):
                shutil.copy(file, directory)
        good = pathlib.Path(PLUGINS) / "libstrategy_epmd.so"
        group = directory / "libgroup_writable.so"
        shutil.copy(good, group)
        group.chmod(0o664)
        (directory / "liblink_out.so").symlink_to(good)
        (directory / "libtext.so").write_text("no library at all\n")
        return directory

    def test_each_is_refused_by_its_rule_and_the_rest_run(self):
        directory = self.directory()
        a, b = self.lab.beams("a", "b")
        kith = self.lab.kith(self.lab.config("a", ["b"], dirs=[PLUGINS, str(directory)]))
        kith.wait("link.up", peer=b.name)
        a.sees("b")
        answer = json.loads(self.lab.command("plugins", directory, "--json").stdout)
        by_file = {pathlib.Path(entry["file"]).name: entry for entry in answer["refused"]}
        expected = {file.name for file in directory.iterdir() if "failing_create" not in file.name}
        self.assertEqual(expected - set(by_file), set(), "not refused")
        for name, entry in by_file.items():
            self.assertRegex(entry["rule"], r"^[A-Z]\d$", name)
            self.assertTrue(entry["reason"] and entry["remedy"], name)
        self.assertEqual(by_file["libgroup_writable.so"]["rule"], "L1")
        self.assertRegex(by_file["libgroup_writable.so"]["remedy"], r"[0-9a-f]{64}")
        self.assertEqual(by_file["liblink_out.so"]["rule"], "L1")
        self.assertEqual({entry["rule"] for name, entry in by_file.items() if "abi_major" in name}, {"A1"})
        self.assertEqual({entry["rule"] for name, entry in by_file.items() if "second_export" in name}, {"L2"})
        # The daemon tells the same of each file, in the event and in the log.
        for name, entry in by_file.items():
            told, = [event["reason"] for event in kith.found("plugin.refused") if f"/{name}:" in event["reason"]]
            self.assertIn(entry["rule"], told)
            self.assertIn(entry["remedy"], told)
            kith.wait_log(re.escape(f"/{name}"))

    def test_the_pin_that_the_refusal_prints_lifts_the_path_rules(self):
        directory = self.directory()
        entry, = [entry for entry in json.loads(self.lab.command("plugins", directory, "--json").stdout)["refused"]
                  if entry["file"].endswith("libgroup_writable.so")]
        only = directory / "only"
        only.mkdir()
        shutil.move(directory / "libgroup_writable.so", only)
        (only / "libgroup_writable.so").chmod(0o664)
        self.lab.beams("a", "b")
        config = self.lab.config("a", ["b"], dirs=[str(only), PLUGINS])
        config["plugins"]["allow"] = ["sha256:" + re.search(r"[0-9a-f]{64}", entry["remedy"])[0]]
        kith = self.lab.kith(config)
        kith.wait("link.up", peer="b@127.0.0.1")
        self.assertEqual([event for event in kith.found("plugin.refused") if "group_writable" in event["reason"]
                          and "L1" in event["reason"]], [])

    def test_a_create_that_fails_is_told(self):
        create = self.BAD / "libfailing_create.so"
        if not create.exists():
            self.fail(f"{create} is not built")
        listed = json.loads(self.lab.command("plugins", self.BAD, "--json").stdout)
        plugin, = [plugin for plugin in listed["plugins"] if plugin["file"].endswith("libfailing_create.so")]
        self.lab.beam("a").ready()
        config = self.lab.config("a", ["b"], dirs=[PLUGINS, str(self.BAD)])
        config["topologies"]["other"] = {"strategy": plugin["id"], "connector": "beam"}
        kith = self.lab.kith(config)
        refused = kith.wait("plugin.refused", topology="other")
        self.reason_is_told(kith, refused, "this plugin never comes to life")
        kith.wait("connector.attached")


if __name__ == "__main__":
    main()
