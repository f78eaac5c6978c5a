# SPDX-License-Identifier: MIT
"""Programs as strategy, connector and sink of a real daemon: a mesh, each kind of misbehaviour with its message, and that none of their
processes is left."""

import json
import pathlib
import re

from lab import PLUGINS, Lab, Scenario, main
from waiting import wait_until


def those_with(mark):
    """Returns the processes with this mark in their environment."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and mark.encode() in (entry / "environ").read_bytes():
                found.append(entry.name + " " + (entry / "cmdline").read_text().replace("\0", " "))
        except OSError:
            pass
    return found


class Exec(Scenario):
    def setUp(self):
        self.lab = Lab(epmd=False)
        self.mark = f"KITH_TEST_MARK={self.lab.dir}"
        self.addCleanup(self.lab.close)

    def script(self, name, text):
        path = self.lab.write(name, "#!/bin/sh\n" + text + "\n")
        path.chmod(0o755)
        return str(path)

    def options(self, **more):
        return {"environment": dict([self.mark.split("=", 1)]), **more}

    def daemon(self, strategy, connector=None, sinks=None, **settings):
        topology = {"strategy": "exec", "config": self.options(**strategy),
                    "connector": "log" if connector is None else "exec",
                    "connector_config": {"node": "me@here"} if connector is None else self.options(node="me@here", **connector),
                    "policy": {"prune": "disconnect", "grace": 0, "confirm": 1, "guard": False, "backoff_initial": 100,
                               "backoff_max": 500}}
        return self.lab.kith({"plugins": {"dir": PLUGINS}, "topologies": {"t": topology}, "sinks": sinks or {}}, **settings)

    def nobody_is_left(self):
        wait_until(lambda: not those_with(self.mark), "no program of kith runs any more", None, lambda: "\n".join(those_with(self.mark)))


class Working(Exec):
    def test_a_mesh_and_its_events(self):
        mesh = self.lab.dir / "mesh"
        mesh.mkdir()
        self.lab.write("peers", "a@h zone=1\nb@h\nme@here\n")
        peers = self.script("say-peers", f"cat {self.lab.dir}/peers")
        join = self.script("join", f'test "$KITH_NODE" = me@here && touch {mesh}/"$1" && echo "$KITH_ATTRIBUTE_ZONE" >{mesh}/"$1"')
        part = self.script("part", f'rm -f {mesh}/"$1"')
        hook = self.script("hook", f'while read -r event; do echo "$event" >>{self.lab.dir}/told; done; echo end >>{self.lab.dir}/told')
        # An empty mesh is said as a list, which is one by itself.
        links = self.script("links", f'cd {mesh}; if [ -z "$(ls)" ]; then echo "[]"; else ls; fi')
        kith = self.daemon({"command": [peers], "polling_interval": 100},
                           {"connect": [join, "{name}"], "disconnect": [part, "{name}"], "list": [links], "list_interval": 100},
                           {"hook": {"plugin": "exec", "config": self.options(command=[hook]), "filter": ["link.*"]}})
        kith.wait("link.up", peer="a@h")
        kith.wait("link.up", peer="b@h")
        wait_until(lambda: (mesh / "a@h").read_text() == "1\n", "the whole program has run, not only to the file by which it is seen")
        self.assertFalse((mesh / "me@here").exists())
        self.lab.write("peers", "b@h\nc@h\n")
        kith.wait("link.down", peer="a@h")
        kith.wait("link.up", peer="c@h")
        (mesh / "b@h").unlink()  # by somebody else: it is joined again
        kith.wait("link.down", peer="b@h")
        kith.wait("link.up", after=kith.wait("link.down", peer="b@h")["seq"], peer="b@h")
        self.assertEqual(kith.terminate(), 0)
        told = (self.lab.dir / "told").read_text().splitlines()
        self.assertEqual(told.pop(), "end")  # it has read to the end of its input
        self.assertEqual([json.loads(line)["seq"] for line in told], [event["seq"] for event in kith.events() if event["kind"].startswith("link.")])
        self.nobody_is_left()

    def test_a_watching_program(self):
        self.lab.write("set", '["a@h", "b@h"]\n')
        watch = self.script("watch", f"while :; do cat {self.lab.dir}/set; sleep 0.1; done")
        kith = self.daemon({"command": [watch], "watch": True})
        kith.wait("link.up", peer="b@h")
        self.lab.write("set", '["b@h", "c@h"]\n')
        kith.wait("link.down", peer="a@h")
        kith.wait("link.up", peer="c@h")
        self.assertEqual(kith.terminate(), 0)
        self.nobody_is_left()

    def test_a_sink_that_dies_is_run_anew(self):
        self.lab.write("peers", "a@h\n")
        peers = self.script("say-peers", f"cat {self.lab.dir}/peers")
        hook = self.script("hook", f'test -e {self.lab.dir}/ready || {{ echo "not ready" >&2; exit 3; }}\n'
                                   f"while read -r event; do echo \"$event\" >>{self.lab.dir}/told; done")
        kith = self.daemon({"command": [peers], "polling_interval": 100}, None,
                           {"hook": {"plugin": "exec", "config": self.options(command=[hook]), "filter": ["link.up"]}})
        kith.wait_log("it exited with 3: not ready")  # and nothing runs for a second
        self.lab.write("ready", "")
        self.lab.write("peers", "a@h\n" + "".join(f"p{i}@h\n" for i in range(600)))
        told = self.lab.dir / "told"
        expected = {f"p{i}@h" for i in range(600)}

        def names():
            return {json.loads(line)["peer"] for line in told.read_text().splitlines(True) if line.endswith("\n")} if told.exists() else set()

        wait_until(lambda: names() >= expected, "all waited for the program", None, kith.tail)
        self.assertEqual(names() - {"a@h"}, expected)  # that one may have been read by a program that ended
        self.assertEqual(kith.terminate(), 0)
        self.nobody_is_left()


QUICK = 2000  # ms; a program that ends by itself needs less of it, also on a busy machine
HANGS = "not done within 2(000 ms| s)"


class Misbehaving(Exec):
    """Each misbehaviour is a failed observation with its reason; the last peers are kept; no process is left."""

    def fails(self, text, pattern, timeout=30000, **options):
        self.lab.write("bad", text)
        bad, good = self.lab.dir / "bad", self.lab.dir / "good"
        good.unlink(missing_ok=True)
        peers = self.script("peers", f'test -e {good} || {{ touch {good}; echo a@h; exit 0; }}\nexec /bin/sh {bad}')
        kith = self.daemon({"command": [peers], "polling_interval": 100, "timeout": timeout, **options})
        event = kith.wait("observation.failed")
        self.assertRegex(event["reason"], f"^{re.escape(peers)}: {pattern}")
        self.assertEqual(kith.found("peer.discovered")[0]["peer"], "a@h")
        self.assertEqual(kith.found("peer.missing"), [])
        self.assertEqual(kith.terminate(), 0)
        self.nobody_is_left()

    def test_it_hangs(self):
        self.fails("exec sleep 600", HANGS + ", so it was ended", timeout=QUICK)

    def test_it_hangs_in_a_child_and_ignores_sigterm(self):
        self.fails("trap '' TERM\nsh -c 'while :; do sleep 600; done' &\nwhile :; do sleep 600; done", HANGS, timeout=QUICK)

    def test_it_forks_and_leaves(self):
        self.fails("for i in 1 2 3 4 5; do sleep 600 & done\necho b@h\nexit 4", "it exited with 4")

    def test_it_forks_on_and_on(self):
        self.fails("fork() { [ $1 -gt 60 ] || { (fork $(($1 + 1))) & }; sleep 600; }\nfork 1", HANGS, timeout=QUICK)

    def test_it_floods(self):
        self.fails("exec yes", "more than 100000 bytes of output", max_output=100000)

    def test_it_floods_standard_error(self):
        self.fails("yes oh no >&2 & sleep 0.3; kill $!; echo the end >&2; exit 1", "it exited with 1: the end")

    def test_it_closes_its_pipes(self):
        self.fails("exec >&- 2>&-; sleep 600", HANGS, timeout=QUICK)

    def test_it_prints_garbage(self):
        self.fails("head -c 5000 /dev/urandom | tr -d '\\000#[{' ; echo; echo a b c", "unexpected output: line [0-9]+, ")

    def test_it_prints_nothing(self):
        self.fails("false | cat", r"it printed nothing; a program that finds no peer must print \[\]")

    def test_it_fails_and_says_why(self):
        self.fails("echo b@h; echo no such host >&2; exit 2", "it exited with 2: no such host")

    def test_it_crashes(self):
        self.fails("ulimit -c 0; kill -SEGV $$", "it was ended by signal 11")

    def test_it_is_missing_or_not_executable(self):
        plain = self.lab.write("plain", "echo a@h\n")
        lost = self.script("lost", "")
        self.lab.write("lost", "#!/no/such/interpreter\n").chmod(0o755)
        self.lab.write("text", "echo a@h\n").chmod(0o755)
        for path, pattern in ((self.lab.dir / "none", "No such file or directory"), (plain, "not executable, or not for us"),
                              (lost, "what its #! line names is not there"), (self.lab.dir / "text", "no program of this machine"),
                              (self.lab.dir, "it is a directory")):
            with self.subTest(path=str(path)):
                kith = self.daemon({"command": [str(path)]})
                self.assertRegex(kith.wait("observation.failed")["reason"], f"^{re.escape(str(path))}: {pattern}")
                self.assertEqual(kith.terminate(), 0)

    def test_it_does_not_read_the_events(self):
        peers = self.script("say-peers", "seq -f p%g@h 1000")
        deaf = self.script("deaf", "exec sleep 600")
        kith = self.daemon({"command": [peers]}, None,
                           {"hook": {"plugin": "exec", "config": self.options(command=[deaf], timeout=300)}})
        kith.wait_log("it has not read within the time for it")
        self.assertTrue(kith.running())
        self.assertEqual(kith.terminate(), 0)
        self.nobody_is_left()

    def test_a_sink_that_forks_closes_its_input_and_ignores_sigterm(self):
        peers = self.script("say-peers", "seq -f p%g@h 1000")
        deaf = self.script("deaf", "trap '' TERM\nsleep 600 &\nexec <&-\nwhile :; do sleep 600; done")
        kith = self.daemon({"command": [peers]}, None,
                           {"hook": {"plugin": "exec", "config": self.options(command=[deaf], timeout=300)}})
        kith.wait_log("it does not read any more")
        self.assertTrue(kith.running())
        self.assertEqual(kith.terminate(), 0)
        self.nobody_is_left()

    def test_connect_fails_hangs_and_is_missing(self):
        peers = self.script("say-peers", "echo a@h")
        hang = self.script("hang", "sleep 600 & sleep 600")
        bad = self.script("bad", "echo no route >&2; exit 5")
        for command, timeout, pattern in (([bad], 30000, "it exited with 5: no route"), ([hang], 200, "not done within 200 ms"),
                                          (["/no/such"], 30000, "No such file"),
                                          (["/bin/echo", "{rack}"], 30000, "has no attribute `rack`")):
            with self.subTest(command=command):
                kith = self.daemon({"command": [peers]}, {"connect": command, "timeout": timeout})
                self.assertRegex(kith.wait("connect.failed", peer="a@h")["reason"], f"^{re.escape(command[0])}: .*{pattern}")
                self.assertEqual(kith.terminate(), 0)
        self.nobody_is_left()

    def test_a_list_that_fails_is_a_node_that_is_not_there(self):
        peers = self.script("say-peers", "echo a@h")
        links = self.script("links", f'test -e {self.lab.dir}/up || {{ echo "is it running?" >&2; exit 1; }}; echo a@h')
        kith = self.daemon({"command": [peers]}, {"connect": ["/bin/true"], "list": [links], "list_interval": 100})
        self.assertRegex(kith.wait("connector.detached")["reason"], r"it exited with 1: is it running\?")
        self.assertEqual(kith.found("connect.started"), [])
        self.lab.write("up", "")
        kith.wait("link.up", peer="a@h")
        self.assertEqual(kith.terminate(), 0)
        self.nobody_is_left()


if __name__ == "__main__":
    main()
