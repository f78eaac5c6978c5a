# SPDX-License-Identifier: MIT
"""The template: its documented size, built and tested unchanged, and under another name in a real daemon."""

import http.server
import json
import os
import re
import shutil
import threading
import time
import unittest

from installed import Installed, blocks


class Template(Installed):
    def setUp(self):
        self.template = next(self.home.kith.rglob("share/kith/template"))

    def lines(self, name):
        return [line for line in (self.template / name).read_text().splitlines() if line]

    def test_it_is_small(self):
        self.assertLessEqual(len((self.template / "strategy.cpp").read_text().splitlines()), 60)
        self.assertLessEqual(len(self.lines("CMakeLists.txt")), 15)
        self.assertLessEqual(len((self.template / "README.md").read_text().splitlines()), 60)

    def test_as_its_readme_says(self):
        work = self.home.dir / "as-it-is"
        shutil.copytree(self.template, work)
        commands = [text for language, _, text in blocks((work / "README.md").read_text()) if language == "sh"]
        self.assertEqual(len(commands), 1)
        said = self.home.run(["bash", "-ec", commands[0]], work, HOME=str(self.home.dir), CMAKE_GENERATOR="Ninja")
        self.assertRegex(said, "100% tests passed")
        for kind, id in (("strategy", "mine"), ("strategy", "mine_c"), ("connector", "mine"), ("sink", "mine")):
            self.assertRegex(said, rf"(?m)^{id} +{kind} ")
        self.assertIn('"names"', (work / "kith.schema.json").read_text())
        self.in_the_daemon(work)

    def test_with_the_other_compiler(self):
        """And strictly; and nothing is read but what is installed, and the system's own."""
        if not shutil.which("clang++"):
            self.skipTest("no clang++; Debian: clang")
        build = self.home.build(self.template, "clang", "-DCMAKE_C_COMPILER=clang", "-DCMAKE_CXX_COMPILER=clang++", "-GNinja")
        self.home.run(["ctest", "--test-dir", str(build), "--output-on-failure", "--no-tests=error"])
        deps = self.home.run(["ninja", "-C", str(build), "-t", "deps"]).splitlines()
        read = {os.path.normpath(build / line.strip()) for line in deps if line.startswith("    ")}
        self.assertTrue(any(path.endswith("/kith/testkit/plugin_harness.hpp") for path in read), read)
        self.assertEqual({path for path in read if "/boost/" in path or not path.startswith((str(self.home.dir), "/usr/"))}, set())

    def test_with_make(self):
        if not shutil.which("make") or not shutil.which("pkg-config"):
            self.skipTest("no make or no pkg-config; Debian: make, pkg-config")
        work = self.home.dir / "make"
        shutil.copytree(self.template, work)
        said = self.home.run(["make", "check", "install", "CFLAGS=-O1 -Wall -Wextra -Werror", "CXXFLAGS=-O1 -Wall -Wextra -Werror"], work, **self.pc())
        self.assertEqual(len(re.findall(r"(?m)^passed +one_export ", said)), 4)
        self.installed_and_removed("libstrategy_mine.so", "libstrategy_mine_c.so", "libconnector_mine.so", "libsink_mine.so")

    def test_with_meson(self):
        if not shutil.which("meson") or not shutil.which("pkg-config"):
            self.skipTest("no meson or no pkg-config; Debian: meson, pkg-config")
        work = self.home.dir / "meson"
        shutil.copytree(self.template, work)
        self.home.run(["meson", "setup", "build"], work, **self.pc())
        self.assertRegex(self.home.run(["meson", "test", "-C", "build"], work, **self.pc()), r"(?m)^Ok: +5 *$")
        self.home.run(["meson", "install", "-C", "build"], work, **self.pc())
        self.installed_and_removed("libstrategy_mine.so", "libstrategy_mine_c.so", "libconnector_mine.so", "libsink_mine.so")

    def pc(self):
        return {"PKG_CONFIG_PATH": str(next(self.home.kith.rglob("pkgconfig/kith.pc")).parent)}

    def installed_and_removed(self, *names):
        for name in names:
            next(self.home.kith.rglob(f"kith/plugins/{name}")).unlink()

    def in_the_daemon(self, work):
        """All four at the same time: both strategies, the connector that writes a file, the sink that posts to a web hook."""
        told = []

        class Server(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"c@h\n")

            def do_POST(self):
                told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        url = f"http://127.0.0.1:{server.server_port}/"
        web = [f"tcp:127.0.0.1:{server.server_port}"]
        daemon = self.daemon({
            "plugins": {"grants": {"libstrategy_mine.so": web, "libsink_mine.so": web}},
            "topologies": {"t": {
                "strategies": [{"strategy": "mine", "config": {"url": url}},
                               {"strategy": "mine_c", "config": {"names": ["a@h", "b@h"]}}],
                "connector": "mine", "connector_config": {"file": str(work / "peers"), "node": "me@h"}}},
            "sinks": {"hook": {"plugin": "mine", "config": {"url": url}}}})
        for peer in ("a@h", "b@h", "c@h"):
            daemon.wait("link.up", peer=peer)
        self.assertEqual((work / "peers").read_text(), "a@h\nb@h\nc@h\n")
        deadline = time.monotonic() + 60
        while {event["peer"] for event in told} != {"a@h", "b@h", "c@h"}:
            self.assertLess(time.monotonic(), deadline, told)
            time.sleep(0.02)
        daemon.end()


if __name__ == "__main__":
    unittest.main(verbosity=2)
