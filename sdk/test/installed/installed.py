# SPDX-License-Identifier: MIT
"""A kith that is installed under a prefix of the test's own, and a place to work beside it. Nothing of the source tree is used but what
`cmake --install` puts there."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

BUILD = pathlib.Path(os.environ["KITH_BUILD"])
# What one run has compiled serves the next: CMake and ccache read these variables.
CACHED = {"CMAKE_C_COMPILER_LAUNCHER": "ccache", "CMAKE_CXX_COMPILER_LAUNCHER": "ccache"} if shutil.which("ccache") else {}


def mentions(text, directory):
    """Whether a path in this text is in the directory. That of a clone in the root directory, such as /kith, is a part of other paths too."""
    return re.search(rf"(?:(?<![\w.~}}/-])|(?<=-[IL])){re.escape(str(directory))}(?![\w.-])", text) is not None


class Home:
    """A home directory with an installed kith in ~/kith; removed in the end."""

    def __init__(self, parts=("sdk", "host", "plugins")):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="kith-sdk."))
        self.kith = self.dir / "kith"
        try:
            for part in parts:
                self.run(["cmake", "--install", str(BUILD), "--component", part, "--prefix", str(self.kith)])
        except BaseException:
            self.close()
            raise

    def close(self):
        shutil.rmtree(self.dir, ignore_errors=True)

    def run(self, command, cwd=None, expected=0, timeout=900, **environment):
        """What it prints, on both outputs. A test that expects another exit status says so."""
        cached = dict(CACHED, CCACHE_BASEDIR=str(self.dir), CCACHE_NOHASHDIR="1")
        done = subprocess.run(command, cwd=cwd or self.dir, env=dict(os.environ, **cached) | environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=timeout)
        if done.returncode != expected:
            raise AssertionError(f"{command} ended with {done.returncode}, expected {expected}\n{done.stdout}")
        return done.stdout

    def build(self, source, name, *settings):
        """Configures and builds a project against what is installed; where."""
        build = self.dir / f"build-{name}"
        strict = "-Wall -Wextra -pedantic -Wshadow -Werror"
        self.run(["cmake", "-S", str(source), "-B", str(build), f"-DCMAKE_PREFIX_PATH={self.kith}", "-DCMAKE_BUILD_TYPE=Release",
                  f"-DCMAKE_C_FLAGS={strict}", f"-DCMAKE_CXX_FLAGS={strict} -Wold-style-cast", *settings])
        self.run(["cmake", "--build", str(build)])
        return build


def blocks(markdown):
    """Its fenced blocks in order: language, the name of the file it is (or ""), text."""
    found = re.findall(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", markdown, re.MULTILINE | re.DOTALL)
    if len(found) != markdown.count("\n```") // 2:
        raise AssertionError("a fenced block is not understood")
    return found


class Daemon:
    """The installed `kith run`, and the events it tells."""

    def __init__(self, home, config, **environment):
        self._home, number = home, len(list(home.dir.glob("kith-*.json")))
        self._events, log = home.dir / f"events-{number}", home.dir / f"log-{number}"
        file = home.dir / f"kith-{number}.json"
        file.write_text(json.dumps(config))
        self._log = log
        runtime = home.dir / f"run-{number}"  # of its API's socket
        runtime.mkdir(exist_ok=True)
        with open(log, "wb") as output:
            self._process = subprocess.Popen([str(home.kith / "bin/kith"), "run", str(file), "--events", str(self._events)],
                                             env=dict(os.environ, RUNTIME_DIRECTORY=str(runtime), **environment), stdin=subprocess.DEVNULL,
                                             stdout=output, stderr=output)

    def events(self):
        """All that are complete so far."""
        text = self._events.read_text() if self._events.exists() else ""
        return [json.loads(line) for line in text[:text.rfind("\n") + 1].splitlines()]

    def wait(self, kind, count=1, **fields):
        """The newest of so many events of that kind with those fields, waited for."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            found = [event for event in self.events() if event["kind"] == kind and fields.items() <= event.items()]
            if len(found) >= count:
                return found[-1]
            if self._process.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError(f"no {kind} {fields}\n{self.events()[-15:]}\n{self._log.read_text()[-3000:]}")

    def end(self):
        """SIGTERM; it must end by itself, in good order."""
        self._process.send_signal(signal.SIGTERM)
        if self._process.wait(60) != 0:
            raise AssertionError(f"kith ended with {self._process.returncode}\n{self._log.read_text()[-3000:]}")

    def kill(self):
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()


class Installed(unittest.TestCase):
    """Each class of tests has one home."""

    @classmethod
    def setUpClass(cls):
        cls.home = Home()
        cls.addClassCleanup(cls.home.close)

    def daemon(self, config, **environment):
        daemon = Daemon(self.home, config, **environment)
        self.addCleanup(daemon.kill)
        return daemon
