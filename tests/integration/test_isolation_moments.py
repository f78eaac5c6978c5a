# SPDX-License-Identifier: MIT
"""Isolated plugins that end their processes in ten ways at random moments, and a daemon that is killed at random moments. The long list does it
more often: KITH_DEATHS deaths of each way and kind, KITH_KILLS kills. The moments are drawn from KITH_SEED, which is printed. With KITH_LAG the
delay of the daemon's answers while plugins die is bounded: milliseconds, 99 %."""

import collections
import os
import pathlib
import re
import select
import signal
import subprocess
import sys
import time

from api_client import connected
from figures import percentile
from joining_trials import count, draw_from_seed
from lab import main
from test_isolation import DEATHS, Isolated
from waiting import KITH, wait_until

PROBE = 0.005  # seconds between two requests


def helpers_of(pid):
    """Processes that this daemon has begun, also when it is gone: its number is their first argument."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "cmdline").read_bytes().split(b"\0")
            state = (path / "stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            continue  # it has ended meanwhile
        if len(words) > 2 and words[0].endswith(b"kith-plugin-host") and words[1] == str(pid).encode() and state != "Z":
            found.append(int(path.name))
    return found


def opened(socket):
    try:
        return connected(socket, 30)
    except ConnectionRefusedError:  # it is bound, and does not listen yet
        return None


def probe(socket):
    """A process of its own: asks again and again, and prints how many milliseconds each answer took when its standard input is closed."""
    stream, times = wait_until(lambda: opened(socket), "the API accepts connections"), []
    while not select.select([sys.stdin], [], [], PROBE)[0]:
        begun = time.monotonic()
        stream.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = stream.recv(65536)
        if not answer.startswith(b"HTTP/1.1 200 "):
            sys.exit(f"no answer of /livez: {answer!r}")
        times.append((time.monotonic() - begun) * 1e3)
    print(*(f"{one:.3f}" for one in times))


class Probe:
    def __init__(self, socket):
        self._process = subprocess.Popen([sys.executable, "-B", __file__, "--probe", str(socket)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def times(self):
        out, _ = self._process.communicate(timeout=60)
        if self._process.returncode != 0:
            raise AssertionError("the process that asks has failed; its reason is on standard error")
        return [float(one) for one in out.split()]


class Moments(Isolated):
    def quiet_delays(self):
        """Of a daemon in which nothing dies, which is what the machine costs."""
        kith = self.lab.kith(self.config("strategy", "none", "call"))
        asked = Probe(self.api(kith))
        time.sleep(4)
        times = asked.times()
        self.assertEqual(kith.terminate(), 0)  # which removes its socket
        return times

    def round(self, draw, kind, seen, delays):
        """One daemon with an instance for each way, which dies several times; counts the deaths of each way. Several that loop would take the
        processors."""
        config = self.healthy()
        for name in DEATHS:
            options = {"death": name, "moment": "timer", "after": draw.randrange(300_000), "node": name}
            if kind == "strategy":
                config["topologies"][name] = {"strategy": "mortal", "config": options, "connector": "log", "connector_config": {"node": f"{name}@127.0.0.1"}}
            elif kind == "connector":
                config["connectors"][name] = {"plugin": "mortal", "config": options}
                config["topologies"][name] = {"strategy": "epmd", "config": {"hosts": ["a@127.0.0.1"]}, "connector": name}
            else:
                config["sinks"][name] = {"plugin": "mortal", "config": options}
        kith = self.lab.kith(config)
        asked = Probe(self.api(kith))
        kith.wait("link.up", topology="healthy")
        time.sleep(4)
        delays += asked.times()
        self.assertTrue(kith.running(), kith.tail())
        self.assertEqual(kith.terminate(), 0, kith.tail())
        for event in kith.found("plugin.crashed"):
            way = re.search(r"the last words of (\w+)", event["reason"])
            if way:  # a process that wrote none was ended before, such as by the end of the daemon
                how = "was " if way[1] == "garbage" else f"({DEATHS[way[1]]}|was ended: it has not answered for 500 ms)"  # on a busy machine
                self.assertRegex(event["reason"], "^(.*: )?its process " + how)
                seen[way[1]] += 1
        self.assertEqual([event for event in kith.found("link.down") if event["connector"] not in DEATHS], [])
        self.assertEqual(kith.found("peer.lost"), [])
        self.assertEqual(kith.found("plugin.failed"), [])
        self.assertEqual(kith.found("topology.stale", topology="healthy"), [])
        wait_until(lambda: helpers_of(kith.pid) == [], "no helper is left")

    def test_deaths_at_random_moments(self):
        draw, least = draw_from_seed(), count("KITH_DEATHS", 1)
        quiet, delays, all_deaths = self.quiet_delays(), [], 0
        for kind in ("strategy", "connector", "sink"):
            seen = collections.Counter()
            for _ in range(20 + 5 * least):
                before = sum(seen.values())
                self.round(draw, kind, seen, delays)
                self.assertGreater(sum(seen.values()), before, "nothing dies")
                if all(seen[death] >= least for death in DEATHS):
                    break
            else:
                self.fail(f"{kind}: one of the ways does not end it: {dict(seen)}")
            all_deaths += sum(seen.values())
            print(f"{kind}: {dict(seen)}", file=sys.stderr)
        late = percentile(delays, 0.99)
        print(f"{all_deaths} deaths; answers of the daemon meanwhile: {len(delays)}, 50 % {percentile(delays, 0.5):.2f} ms, 99 % {late:.2f} ms; "
              f"where nothing dies: 99 % {percentile(quiet, 0.99):.2f} ms", file=sys.stderr)
        if "KITH_LAG" in os.environ:
            self.assertLessEqual(late, float(os.environ["KITH_LAG"]))


class Kills(Isolated):
    def ends(self, number, deaths):
        """Starts a daemon and sends it this signal after at most 0.4 s, many times. How many had processes of plugins then, and how many
        milliseconds after the signal the last of them was gone. Some of those moments are while processes are begun."""
        draw, trials = draw_from_seed(), count("KITH_KILLS", 10)
        config = self.config("strategy", ["none"], "call")
        config["plugins"]["limits"]["answer"] = 60000
        config["connectors"]["c"] = {"plugin": "mortal", "config": {"death": "none"}}
        config["topologies"]["none"].pop("connector_config")
        config["topologies"]["none"]["connector"] = "c"
        for death in deaths:
            config["sinks"][death] = {"plugin": "mortal", "config": {"death": death, "moment": "timer", "after": 30000}}
        file = self.lab.write("kills.json", config)
        gone, had = [], 0
        for _ in range(trials):
            kith = subprocess.Popen([KITH, "run", str(file)], env=self.lab.environment(), stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(draw.random() * 0.4)
            had += len(helpers_of(kith.pid)) > 0
            kith.send_signal(number)
            sent = time.monotonic()
            while helpers_of(kith.pid):
                self.assertLess(time.monotonic() - sent, 10, "a helper is left")
            gone.append((time.monotonic() - sent) * 1e3)
            self.assertIn(kith.wait(30), (0, -number))
            self.assertEqual(helpers_of(kith.pid), [])
        print(f"{trials} times {number.name}, {had} of them with processes of plugins; the last of them gone after 50 % {percentile(gone, 0.5):.1f} ms, "
              f"99 % {percentile(gone, 0.99):.1f} ms, most {max(gone):.1f} ms", file=sys.stderr)
        self.assertGreater(had, 0)
        return gone

    def test_no_helper_is_left_when_the_daemon_is_killed(self):
        gone = self.ends(signal.SIGKILL, ["loop", "segv"])
        if "KITH_LAG" in os.environ:
            self.assertLessEqual(max(gone), 100)

    def test_no_helper_is_left_when_the_daemon_is_stopped(self):
        self.ends(signal.SIGTERM, ["segv"])  # one that hangs would not stop


if __name__ == "__main__":
    if sys.argv[1:2] == ["--probe"]:
        probe(sys.argv[2])
    else:
        main()
