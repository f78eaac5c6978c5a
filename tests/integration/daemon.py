# SPDX-License-Identifier: MIT
"""A kith process of a test, with its events and its log."""

import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess

from waiting import KITH, PATIENCE, wait_until


class Kith:
    """A process `kith run`. Its events are read from a file while they are written."""

    def __init__(self, lab, config, cookie=None, arguments=(), log="text", level="info", events_file=None,
                 log_file=None, program=KITH, before=(), **environment):
        """before: a command that prepares its own process and then executes the rest of its command line."""
        self.lab = lab
        number = lab.number()
        self.config = config if isinstance(config, pathlib.Path) else lab.write(f"kith-{number}.json", config)
        self.events_file = events_file or lab.dir / f"events-{number}"
        self.log_file = log_file or lab.dir / f"log-{number}"
        self._events, self._rest, self._offset = [], b"", 0
        environment.setdefault("RUNTIME_DIRECTORY", str(lab.directory(f"run-{number}")))  # of its API's socket
        self._runtime = pathlib.Path(environment["RUNTIME_DIRECTORY"])
        with open(self.log_file, "ab") as output, lab.inside():
            self._process = subprocess.Popen(
                [*before, program, "run", str(self.config), "--events", str(self.events_file), "--log", log, "--log-level", level, *arguments],
                env=lab.environment(cookie, **environment), stdin=subprocess.DEVNULL, stdout=output, stderr=output)

    @property
    def pid(self):
        return self._process.pid

    def events(self):
        """All events so far."""
        try:
            with open(self.events_file, "rb") as file:
                file.seek(self._offset)
                fresh = file.read()
        except FileNotFoundError:
            return self._events
        self._offset += len(fresh)
        lines = (self._rest + fresh).split(b"\n")
        self._rest = lines.pop()
        self._events += [json.loads(line) for line in lines if line]
        return self._events

    def found(self, kind, after=0, **fields):
        """Returns the events of a kind after a sequence number whose fields equal the given values or match the given regular
        expressions."""
        return [event for event in self.events() if event["kind"] == kind and event["seq"] > after and all(
            value.search(event.get(name, "")) if isinstance(value, re.Pattern) else event.get(name) == value
            for name, value in fields.items())]

    def wait(self, kind, after=0, timeout=None, **fields):
        """Waits for the first such event and returns it."""
        def look():
            found = self.found(kind, after, **fields)
            if not found and self._process.poll() is not None and not self.found(kind, after, **fields):
                raise AssertionError(f"kith ended with {self._process.returncode} before {kind} {fields}\n{self.tail()}")
            return found
        return wait_until(look, f"event {kind} {fields}", timeout, self.tail)[0]

    def socket(self):
        """The path of its API's socket, when it is there."""
        return wait_until(lambda: next(iter(self._runtime.glob("kith.sock")), None), "the API's socket", None, self.tail)

    def last(self):
        """The sequence number of the newest event."""
        events = self.events()
        return events[-1]["seq"] if events else 0

    def log(self):
        return self.log_file.read_text(errors="replace")

    def wait_log(self, pattern, timeout=None):
        return wait_until(lambda: re.search(pattern, self.log()), f"the log has {pattern!r}", timeout, self.tail)

    def tail(self):
        events = "\n".join(json.dumps(event) for event in self.events()[-25:])
        return f"-- its last events\n{events}\n-- the end of its log\n{self.log()[-3000:]}"

    def running(self):
        return self._process.poll() is None

    def memory(self):
        """Of /proc/PID/smaps_rollup, in KiB: Pss, Private_Dirty and the others."""
        with open(f"/proc/{self.pid}/smaps_rollup") as file:
            fields = [line.split() for line in file.read().splitlines()[1:]]
        return {field[0].rstrip(":"): int(field[1]) for field in fields}

    def descriptors(self):
        """What each open descriptor is, by its number, "socket:[1]" or a path; one that is closed meanwhile is left out."""
        found = {}
        for number in os.listdir(f"/proc/{self.pid}/fd"):
            with contextlib.suppress(FileNotFoundError):
                found[number] = os.readlink(f"/proc/{self.pid}/fd/{number}")
        return found

    def kinds_of_descriptors(self):
        """"socket", "anon_inode:inotify" and paths, in order: two lists are equal if as many of each are open."""
        return sorted(each.split(":[")[0] for each in self.descriptors().values())

    def code(self):
        """The size of the program's code, and how much of it is resident, in KiB."""
        with open(f"/proc/{self.pid}/smaps") as file:
            fields = re.search(rf"^\S+ r-xp [^\n]*{re.escape(KITH)}$(.*?)^VmFlags", file.read(), re.M | re.S)[1]
        return tuple(int(re.search(rf"^{name}: +(\d+)", fields, re.M)[1]) for name in ("Size", "Rss"))

    def wait_started(self):
        """Until the code that only the start needs has been released, a second after it."""
        size, _ = self.code()
        wait_until(lambda: self.code()[1] < size * 0.6, "the code that only the start needs is not resident", None,
                   lambda: f"{self.code()} KiB")

    def signal(self, number):
        self._process.send_signal(number)

    def terminate(self, timeout=None):
        """Sends SIGTERM; returns the exit status."""
        self._process.send_signal(signal.SIGTERM)
        return self.ended(timeout)

    def ended(self, timeout=None):
        try:
            return self._process.wait(timeout or PATIENCE)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"kith does not end\n{self.tail()}")

    def kill(self):
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
